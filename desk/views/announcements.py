"""The marquee: posting, ending and acknowledging announcements."""

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from desk.doors import DeskRequest, desk_door
from desk.forms import AnnouncementForm
from desk.panels.own import marquee_panel
from desk.views.floor import panel_response
from desk.views.fragments import form_errors
from foundation import clock
from knowledge import actions


@require_POST
@desk_door(supervisors=True)
def announce(request: DeskRequest) -> HttpResponse:
    """Put a message on the desktops it concerns, at once."""
    form = AnnouncementForm(request.POST)
    if not form.is_valid():
        return form_errors(request, form)
    audience, partner_id = form.cleaned_data["audience"]
    minutes = form.cleaned_data["ends"]
    actions.post_announcement(
        actor=request.member.actor,
        title=form.cleaned_data["title"],
        body=form.cleaned_data["body"],
        urgency=form.cleaned_data["urgency"] or "calm",
        audience=audience,
        partner_id=partner_id,
        ends_at=clock.now() + timedelta(minutes=minutes) if minutes else None,
    )
    return panel_response(request, "announcements")


@require_POST
@desk_door(supervisors=True)
def end(request: DeskRequest, announcement_id: int) -> HttpResponse:
    """Take a message off the desktops."""
    actions.end_announcement(announcement_id, actor=request.member.actor)
    return panel_response(request, "announcements")


@require_POST
@desk_door()
def acknowledge(request: DeskRequest, announcement_id: int) -> HttpResponse:
    """I have read it."""
    actions.acknowledge_announcement(announcement_id, member=request.member)
    return render(request, "desk/console/_marquee.html", {"marquees": marquee_panel(request.member)})
