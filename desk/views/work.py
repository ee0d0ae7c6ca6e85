"""The agent's own work: presence, offers, the voice token."""

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from desk.doors import DeskRequest, desk_door, with_toast
from desk.forms import PresenceForm
from desk.panels import own
from desk.views.fragments import contact_screen
from foundation import clock
from foundation.errors import Refusal
from ivr import actions as phone
from routing import actions as routing
from routing import presence, queries


@require_http_methods(["GET", "POST"])
@desk_door(agents=True)
def set_presence(request: DeskRequest) -> HttpResponse:
    """The person's state; POST asks for ready, paused (with a reason) or offline."""
    if request.method == "POST":
        form = PresenceForm(request.POST)
        if not form.is_valid():
            raise Refusal("bad_state", "Choose Ready, Paused or Offline.", field="state")
        presence.set_presence(
            request.member, state=form.cleaned_data["state"], reason=form.cleaned_data["reason"]
        )
    panel = own.presence_panel(request.member)
    return render(request, "desk/console/_presence.html", {"presence": panel})


@require_POST
@desk_door(agents=True)
def accept_offer(request: DeskRequest, offer_id: int) -> HttpResponse:
    """Take the offered contact; exactly one accept wins."""
    offer = routing.accept_offer(offer_id, member=request.member)
    interaction = offer.work_item.interaction
    interaction.refresh_from_db()
    return contact_screen(request, interaction)


@require_POST
@desk_door(agents=True)
def decline_offer(request: DeskRequest, offer_id: int) -> HttpResponse:
    """Give it back, saying why; the caller keeps their place."""
    routing.decline_offer(offer_id, member=request.member, reason=request.POST.get("reason", "")[:120])
    lines = queries.waiting_by_queue()
    panel = own.work_panel(request.member, request.viewer, request.organization, lines=lines)
    response = render(request, "desk/console/_work.html", {"work": panel})
    return with_toast(response, "Given back. It goes to the next free person; the caller keeps their place.")


@require_POST
@desk_door(agents=True)
def voice_token(request: DeskRequest) -> HttpResponse:
    """A token that makes this browser the agent's phone; `expires_in` in seconds."""
    token, identity, expires_at = phone.voice_token(request.member)
    left = (expires_at - clock.now()).total_seconds()
    return JsonResponse({"token": token, "identity": identity, "expires_in": int(left)})
