"""The agent's own work: presence, offers, the voice token."""

from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from desk.doors import DeskRequest, desk_door, done, toast
from desk.forms import PresenceForm
from foundation.errors import Refusal
from ivr import actions as phone
from routing import actions as routing
from routing import presence


@require_POST
@desk_door(agents=True)
def set_presence(request: DeskRequest) -> HttpResponse:
    """Ready, paused (with a reason) or offline."""
    form = PresenceForm(request.POST)
    if not form.is_valid():
        raise Refusal("bad_state", "Choose Ready, Paused or Offline.", field="state")
    presence.set_presence(
        request.member, state=form.cleaned_data["state"], reason=form.cleaned_data["reason"]
    )
    return done(workChanged=True)


@require_POST
@desk_door(agents=True)
def accept_offer(request: DeskRequest, offer_id: int) -> HttpResponse:
    """Take the offered contact; exactly one accept wins."""
    offer = routing.accept_offer(offer_id, member=request.member)
    return done(workChanged=True, openContact={"id": offer.work_item.interaction_id})


@require_POST
@desk_door(agents=True)
def decline_offer(request: DeskRequest, offer_id: int) -> HttpResponse:
    """Give it back, saying why."""
    routing.decline_offer(offer_id, member=request.member, reason=request.POST.get("reason", "")[:120])
    return toast("Given back. The caller keeps their place.", level="", workChanged=True)


@require_POST
@desk_door(agents=True)
def voice_token(request: DeskRequest) -> HttpResponse:
    """A token that makes this browser the agent's phone, and its time to live in seconds."""
    token = phone.voice_token(request.member)
    return JsonResponse(
        {"token": token.jwt, "identity": token.identity, "expires_in": token.expires_in_seconds}
    )
