"""The marquee: posting, ending and acknowledging announcements."""

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from desk.doors import DeskRequest, desk_door, done, toast
from desk.forms import AnnouncementForm
from desk.views.fragments import form_errors
from knowledge import actions


@require_POST
@desk_door(supervisors=True)
def announce(request: DeskRequest) -> HttpResponse:
    """Put a message on the desktops it concerns, at once."""
    form = AnnouncementForm(request.POST)
    if not form.is_valid():
        return form_errors(request, form)
    partner = form.cleaned_data["partner"]
    actions.post_announcement(
        actor=request.member.actor,
        title=form.cleaned_data["title"],
        body=form.cleaned_data["body"],
        urgency=form.cleaned_data["urgency"],
        audience=form.cleaned_data["audience"],
        partner_id=partner.id if partner else None,
        ends_at=form.cleaned_data["ends_at"],
    )
    return toast("On the desktops now.", announced=True)


@require_POST
@desk_door(supervisors=True)
def end(request: DeskRequest, announcement_id: int) -> HttpResponse:
    """Take a message off the desktops."""
    actions.end_announcement(announcement_id, actor=request.member.actor)
    return toast("Taken off the desktops.", announced=True)


@require_POST
@desk_door()
def acknowledge(request: DeskRequest, announcement_id: int) -> HttpResponse:
    """I have read it."""
    actions.acknowledge_announcement(announcement_id, member=request.member)
    return done(marqueeSeen={"id": announcement_id})
