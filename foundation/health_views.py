"""`/healthz` for load balancers and people, `/metrics` for Prometheus."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from foundation import health


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when every part is well, else 503; the parts with their figures either way."""
    parts = health.report()
    ok = all(part.ok for part in parts.values())
    body = {"ok": ok, "parts": {name: part.as_json() for name, part in parts.items()}}
    return JsonResponse(body, status=200 if ok else 503)


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """This process's figures, then those that all processes share."""
    shared = CollectorRegistry()
    shared.register(_SharedFigures())
    return HttpResponse(generate_latest(REGISTRY) + generate_latest(shared), content_type=CONTENT_TYPE_LATEST)


class _SharedFigures(Collector):
    """The parts of `/healthz` as gauges."""

    def collect(self) -> list[GaugeMetricFamily]:
        """One gauge for whether each part is well, one for each figure."""
        well = GaugeMetricFamily("bothhands_part_ok", "Whether a part is well", labels=["part"])
        figures: dict[str, GaugeMetricFamily] = {}
        for name, part in health.report().items():
            well.add_metric([name], float(part.ok))
            for figure, value in part.figures.items():
                if value is not None:
                    gauge = figures.setdefault(figure, _gauge(figure))
                    gauge.add_metric([name], value)
        return [well, *figures.values()]


def _gauge(figure: str) -> GaugeMetricFamily:
    words = figure.replace("_", " ")
    return GaugeMetricFamily(f"bothhands_{figure}", f"Of each part: {words}", labels=["part"])


for _view in (healthz, metrics):
    _view.finds_own_tenant = True  # type: ignore[attr-defined]
