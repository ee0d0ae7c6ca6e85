"""The agent's desk: the page and the fragments that refresh themselves."""

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from customers.access import access_customer
from customers.actions import note_read, note_reads
from customers.search import find_customers
from desk.doors import DeskRequest, desk_door, number_of
from desk.panels import customer as customer_panels
from desk.panels import own, surges
from desk.views.fragments import console_context, contact_screen, record_fragment
from routing import queries as routing
from routing.queries.surges import open_seat_asks


@require_GET
@desk_door()
def console(request: DeskRequest) -> HttpResponse:
    """The desk; supervisors, who take no work, start on the floor."""
    if not request.member.takes_work:
        return HttpResponseRedirect(reverse("desk:floor"))
    context = console_context(request, own.own_contacts(request.member))
    context["marquees"] = own.marquee_panel(request.member)
    if request.member.partner_id is not None:
        asks = open_seat_asks(request.viewer)
        context["seat_asks"] = surges.own_asks_panel(asks, request.organization)
    return render(request, "desk/console.html", context)


@require_GET
@desk_door(agents=True)
def work(request: DeskRequest) -> HttpResponse:
    """The left column."""
    panel = own.work_panel(
        request.member,
        request.viewer,
        request.organization,
        lines=routing.waiting_by_queue(),
        current_id=number_of(request.GET.get("contact", "")),
    )
    return render(request, "desk/console/_work.html", {"work": panel})


@require_GET
@desk_door(agents=True)
def idle(request: DeskRequest) -> HttpResponse:
    """The middle column while nothing is open; the contact with its record as soon as there is one."""
    if contacts := own.own_contacts(request.member):
        return contact_screen(request, contacts[0], contacts)
    panel = own.presence_panel(request.member)
    return render(request, "desk/console/_empty.html", {"presence": panel})


@require_GET
@desk_door()
def marquee(request: DeskRequest) -> HttpResponse:
    """The announcements on this desktop, one at a time: `?show=` chooses it."""
    panel = own.marquee_panel(request.member, number_of(request.GET.get("show", "")))
    return render(request, "desk/console/_marquee.html", {"marquees": panel})


@require_GET
@desk_door(agents=True)
def contact(request: DeskRequest, interaction_id: int) -> HttpResponse:
    """One contact of this person's, with its record; what else is theirs when it went to somebody else."""
    if not request.htmx:
        return HttpResponseRedirect(reverse("desk:console"))
    contacts = own.own_contacts(request.member)
    asked_for = [mine for mine in contacts if mine.id == interaction_id]
    return contact_screen(request, next(iter(asked_for + contacts), None), contacts)


@require_GET
@desk_door()
def customer(request: DeskRequest, customer_id: int) -> HttpResponse:
    """The customer column; as a page of its own when opened directly."""
    return record_fragment(request, customer_id)


@require_GET
@desk_door()
def customer_timeline(request: DeskRequest, customer_id: int) -> HttpResponse:
    """The customer's story: `kind`, `q`, `by`, `channel`, `from` and `to` filter, `before` pages, `filters`
    shows the form."""
    customer = access_customer(request.viewer, customer_id)
    note_read(request.viewer, customer.pk, "timeline")
    panel = customer_panels.timeline_panel(
        customer.pk,
        request.viewer,
        given=request.GET.dict(),
        before_id=number_of(request.GET.get("before", "")),
        opened=request.GET.get("filters") == "1",
    )
    return render(request, "desk/console/_timeline.html", {"timeline": panel})


@require_GET
@desk_door()
def search(request: DeskRequest) -> HttpResponse:
    """Customers by name, number, mail or subscriber number, as one types."""
    text = request.GET.get("q", "").strip()[:200]
    found = find_customers(request.viewer, text, limit=10) if len(text) >= 2 else []
    note_reads(request.viewer, (hit.customer.pk for hit in found), "found", why="searched")
    if (contact := number_of(request.GET.get("contact", ""))) is not None:
        candidates = [customer_panels.candidate(one.customer, request.viewer, one.why) for one in found]
        context = {"query": text, "who": {"interaction_id": contact, "candidates": candidates}}
        return render(request, "desk/console/_candidates.html", context)
    results = [
        {"url": reverse("desk:customer", args=[one["id"]]), "icon": "user", **one}
        for one in (customer_panels.candidate(hit.customer, request.viewer, hit.why) for hit in found)
    ]
    return render(request, "desk/console/_search_results.html", {"query": text, "results": results})
