"""A surge plan as it was typed. Refusals name the field."""

from collections.abc import Iterator, Mapping

from django.http import QueryDict

from desk.doors import number_of
from foundation.errors import Refusal
from routing.engine import DEFAULT_CHANNELS, ChannelRule
from routing.surge.bundle import Bundle, Marquee, NewCapacity, NewSplit, Opened, SeatWish


def bundle_typed(given: QueryDict, channels: Mapping[str, ChannelRule] = DEFAULT_CHANNELS) -> Bundle:
    """What the form says; a field that is left empty changes nothing. `channels`: as they are set up."""
    return Bundle(
        minutes=_whole(given, "minutes"),
        opened=tuple(_opened(given)),
        splits=tuple(_splits(given)),
        announcements=tuple(_announcements(given)),
        channels=tuple(_channels(given, channels)),
        marquee=_marquee(given),
        asks=tuple(_asks(given)),
    )


def _opened(given: QueryDict) -> Iterator[Opened]:
    for name in given:
        queue_id, pool_id = _two_numbers(name, "pool")
        if queue_id is not None and pool_id is not None and _text(given, name):
            yield Opened(queue_id, pool_id, _whole(given, name))


def _splits(given: QueryDict) -> Iterator[NewSplit]:
    found: dict[int, dict[int, float]] = {}
    for name in given:
        queue_id, pool_id = _two_numbers(name, "share")
        if queue_id is not None and pool_id is not None and _text(given, name):
            found.setdefault(queue_id, {})[pool_id] = _number(given, name)
    for queue_id, percents in found.items():
        yield NewSplit(queue_id, percents, strict=bool(given.get(f"strict-{queue_id}")))


def _announcements(given: QueryDict) -> Iterator[tuple[int, str]]:
    for name in given:
        kind, _, number = name.partition("-")
        queue_id, text = number_of(number), _text(given, name)
        if kind == "says" and queue_id is not None and text:
            yield queue_id, text


def _channels(given: QueryDict, channels: Mapping[str, ChannelRule]) -> Iterator[NewCapacity]:
    for channel, rule in channels.items():
        units, most = given.get(f"units-{channel}", "").strip(), given.get(f"most-{channel}", "").strip()
        if units or most:
            yield NewCapacity(
                channel,
                _whole(given, f"units-{channel}") if units else rule.units,
                _whole(given, f"most-{channel}") if most else rule.most,
            )


def _marquee(given: QueryDict) -> Marquee | None:
    title, body = " ".join(given.get("marquee_title", "").split()), given.get("marquee_body", "").strip()
    if not title and not body:
        return None
    return Marquee(
        title,
        body,
        urgency=given.get("marquee_urgency", "soon"),
        audience=given.get("marquee_audience", "all"),
    )


def _asks(given: QueryDict) -> Iterator[SeatWish]:
    for name in given:
        kind, _, number = name.partition("-")
        partner_id = number_of(number)
        if kind == "seats" and partner_id is not None and _text(given, name):
            yield wish_typed(given, partner_id, suffix=f"-{partner_id}")


def wish_typed(given: QueryDict, partner_id: int, *, suffix: str = "") -> SeatWish:
    """Seats, and how many minutes until the answer and until they are there."""
    return SeatWish(
        partner_id,
        seats=_whole(given, f"seats{suffix}"),
        answer_minutes=_whole(given, f"answer{suffix}"),
        from_minutes=_whole(given, f"from{suffix}"),
    )


def _text(given: QueryDict, name: str) -> str:
    return " ".join(given.get(name, "").split())


def _two_numbers(name: str, kind: str) -> tuple[int | None, int | None]:
    first, _, rest = name.partition("-")
    queue, _, pool = rest.partition("-")
    return (number_of(queue), number_of(pool)) if first == kind else (None, None)


def _whole(given: QueryDict, name: str) -> int:
    value = _number(given, name)
    if not value.is_integer() or abs(value) > 1_000_000:
        raise Refusal("bad_number", "Give a whole number.", field=name)
    return int(value)


def _number(given: QueryDict, name: str) -> float:
    try:
        value = float(given.get(name, "").strip().replace(",", ".").replace("−", "-"))
    except ValueError as error:
        raise Refusal("bad_number", "Give a number.", field=name) from error
    if value != value or value in {float("inf"), float("-inf")}:
        raise Refusal("bad_number", "Give a number.", field=name)
    return value
