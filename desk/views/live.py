"""What a desktop missed, over HTTP: after a gap in the numbers, or where websockets are blocked."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import Member
from desk.live_access import allowed_topics, partner_serves
from foundation import live_queries

MOST_TOPICS = 100


@require_safe
@never_cache
def live_since(request: HttpRequest) -> JsonResponse:
    """`?t=topic&after=n`: `{entries: [{n, kind, body}], head}`, 500 at a time.
    `?heads=topic,topic`: `{heads: {topic: n}}`, those the member may follow. Else 400, 401, 404."""
    member: Member | None = getattr(request, "member", None)
    if member is None or not partner_serves(member.partner_id):
        return JsonResponse({"error": "signed_out"}, status=401)
    if "heads" in request.GET:
        return _heads(member, request.GET["heads"].split(","))
    topic, after = request.GET.get("t", ""), request.GET.get("after", "")
    if not (after.isascii() and after.isdigit() and len(after) < 19):
        return JsonResponse({"error": "after must be a number, 0 or more"}, status=400)
    if not allowed_topics(member, [topic]):
        return JsonResponse({"error": "no such topic"}, status=404)
    missed = live_queries.missed(topic, after=int(after))
    return JsonResponse({"entries": missed.entries, "head": missed.head})


def _heads(member: Member, topics: list[str]) -> JsonResponse:
    if len(topics) > MOST_TOPICS:
        return JsonResponse({"error": f"at most {MOST_TOPICS} topics"}, status=400)
    return JsonResponse({"heads": live_queries.heads(allowed_topics(member, topics))})
