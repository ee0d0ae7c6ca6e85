"""Trying changes out on traffic that was, or on an example: ask the simulator, see before and after."""

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from desk.doors import DeskRequest, desk_door, number_of, toast, with_toast
from desk.panels import simulation as panels
from foundation.errors import NotVisible, Refusal
from routing.actions.simulations import push_simulation, request_simulation
from routing.queries.simulations import access_simulation
from routing.simulation.changes import Change, QueueChange


@require_http_methods(["GET", "POST"])
@desk_door(supervisors=True)
def simulations(request: DeskRequest) -> HttpResponse:
    """What to try, and what was tried; to htmx only the form for another `source`. POST asks."""
    if request.method == "POST":
        return _request(request)
    form = panels.form_panel(request.GET.get("source", ""), _weeks(request.GET))
    if request.htmx and request.htmx.target == "simulation-form":
        return render(request, "desk/simulation/_form.html", {"form": form})
    context = {"form": form, "runs": panels.runs_panel()}
    template = "desk/simulation/_runs.html" if request.htmx else "desk/simulations.html"
    return render(request, template, context)


def _request(request: DeskRequest) -> HttpResponse:
    try:
        run = request_simulation(
            member=request.member,
            source=request.POST.get("source", ""),
            weeks=_weeks(request.POST),
            change=_change(request.POST),
        )
    except Refusal as refusal:
        if not request.htmx or not refusal.field:
            raise
        return toast(
            refusal.message, level="soon", status=422, fieldErrors={refusal.field: [refusal.message]}
        )
    if not request.htmx:
        return redirect("desk:simulation", run.id)
    response = HttpResponse(status=204)
    response["HX-Redirect"] = reverse("desk:simulation", args=[run.id])
    return response


@require_GET
@desk_door(supervisors=True)
def simulation(request: DeskRequest, simulation_id: int) -> HttpResponse:
    """One run; to htmx only what moves."""
    panel = panels.run_panel(access_simulation(simulation_id))
    template = "desk/simulation/_run.html" if request.htmx else "desk/simulation.html"
    return render(request, template, {"run": panel})


@require_GET
@desk_door(supervisors=True)
def drawing(request: DeskRequest, simulation_id: int) -> HttpResponse:
    """The drawings as one SVG file. NotVisible while there are none."""
    drawn = panels.drawing_of(access_simulation(simulation_id))
    if drawn is None:
        raise NotVisible("drawing")
    response = HttpResponse(drawn, content_type="image/svg+xml")
    response["Content-Disposition"] = f'attachment; filename="simulation-{simulation_id}.svg"'
    return response


@require_POST
@desk_door(supervisors=True)
def push(request: DeskRequest, simulation_id: int) -> HttpResponse:
    """Go on with a run that stands still."""
    run = access_simulation(simulation_id)
    push_simulation(run.id, member=request.member)
    if not request.htmx:
        return redirect("desk:simulation", run.id)
    shown = render(request, "desk/simulation/_run.html", {"run": panels.run_panel(run)})
    return with_toast(shown, "It goes on as soon as a worker is free.")


def _weeks(given: QueryDict) -> int:
    return number_of(given.get("weeks", "")) or panels.USUAL_WEEKS


def _change(given: QueryDict) -> Change:
    """The numbers of the form: `seats-POOL`, `wait-QUEUE`, `acceleration-QUEUE`, `class-QUEUE`."""
    seats: dict[int, int] = {}
    queues: dict[int, dict[str, float]] = {}
    for name in given:
        what, _, number = name.partition("-")
        row, text = number_of(number), given.get(name, "").strip()
        if row is None or not text or what not in {"seats", "wait", "acceleration", "class"}:
            continue
        value = _number(text, name)
        if what == "seats":
            seats[row] = _whole(value, name)
        elif value != _number(given.get(f"was-{name}") or "nan", name):
            queues.setdefault(row, {})[what] = value
    return Change(seats=seats, queues={row: _queue_change(row, one) for row, one in queues.items()})


def _queue_change(row: int, one: dict[str, float]) -> QueueChange:
    number = one.get("class")
    return QueueChange(
        wait=one.get("wait"),
        acceleration=one.get("acceleration"),
        priority_class=None if number is None else _whole(number, f"class-{row}"),
    )


def _number(text: str, name: str) -> float:
    try:
        return float(text.replace(",", ".").replace("−", "-"))
    except ValueError as error:
        raise Refusal("bad_number", "Give a number.", field=name) from error


def _whole(value: float, name: str) -> int:
    if not value.is_integer():
        raise Refusal("bad_number", "Give a whole number.", field=name)
    return int(value)
