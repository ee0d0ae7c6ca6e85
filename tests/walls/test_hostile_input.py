"""Whatever is typed into an address or a form, no door answers with a fault of ours."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote, urlencode

from django.test import Client

from desk.doors import MOST_TOLD
from tests.sockets import signed_in
from tests.walls.conftest import House
from tests.walls.doors import BODIES, Door, all_doors

DIGITS_PYTHON_DOES_NOT_READ = "²"
HOSTILE = [
    "",
    "a\x00b",
    DIGITS_PYTHON_DOES_NOT_READ,
    "-1",
    "9" * 30,
    "9" * 5_000,
    "<b>' OR 1=1 --\r\nSet-Cookie: a=b",
    "\u202e🦩" * 60,
]
# The parameters that fragments read from their address.
QUERIES = {
    "desk:work": ["contact"],
    "desk:search": ["q", "contact"],
    "desk:marquee": ["show"],
    "desk:customer_answers": ["key"],
    "desk:asked_again": ["days"],
    "desk:customer_timeline": ["before", "kind", "q", "by", "channel", "from", "to", "filters"],
    "live_since": ["t", "after", "heads"],
    "desk:exports": ["list"],
    "desk:customer_reads": ["company", "before"],
    "desk:erasure": ["is"],
}
FIELDS = {
    **{name: list(body) for name, body in BODIES.items()},
    "desk:contact_promise": ["text", "due", "due_at", "owed_by"],
    "desk:contact_identify": ["customer"],
    "desk:announce": ["title", "body", "urgency", "audience", "ends"],
}
AUDIENCES = [f"partner:{each}" for each in HOSTILE]


def doors_with(names: dict[str, list[str]]) -> Iterator[tuple[Door, str]]:
    """Each door with each of the names it reads."""
    for door in all_doors():
        for name in names.get(door.name, []):
            yield door, name


def everybody(house: House) -> list[Client]:
    """Somebody of every role."""
    clients = [signed_in(member) for member in (house.cast.ana, house.cast.paula, house.cast.sam)]
    for client in clients:
        client.raise_request_exception = False
    return clients


def test_no_address_makes_a_fragment_fail(publisher: House) -> None:
    faults = []
    for client in everybody(publisher):
        for door, name in doors_with(QUERIES):
            for value in HOSTILE:
                answer = client.get(f"{door.url(publisher.parts)}?{urlencode({name: value})}")
                if answer.status_code >= 500:
                    faults.append((door.name, name, value[:20]))
    assert faults == []


def test_no_field_makes_a_form_fail(publisher: House) -> None:
    faults = []
    for client in everybody(publisher):
        for door, name in doors_with(FIELDS):
            for value in HOSTILE + (AUDIENCES if name == "audience" else []):
                answer = client.post(door.url(publisher.parts), {**BODIES.get(door.name, {}), name: value})
                # A proxy answers 502 in place of an answer whose headers are long.
                if answer.status_code >= 500 or len(answer.headers.get("HX-Trigger", "")) > MOST_TOLD:
                    faults.append((door.name, name, value[:20]))
    assert faults == []


def test_no_bytes_in_an_address_make_a_fragment_fail(publisher: House) -> None:
    client = signed_in(publisher.cast.ana)
    for raw in ("%ff%fe", "%00", quote("\ud800", errors="surrogatepass"), "%ED%A0%80"):
        for door, name in doors_with(QUERIES):
            assert client.get(f"{door.url(publisher.parts)}?{name}={raw}").status_code < 500, (door.name, raw)


def test_a_question_that_the_script_does_not_ask_is_answered_in_words(publisher: House) -> None:
    client = signed_in(publisher.cast.ana)
    contact = publisher.parts["interaction_id"]
    for door, extra in (("fact", {"value": "yes"}), ("ask-again", {"reason": "unsure"})):
        for key in ("digital_account", "reason_for_contact", "missing_issues", "nothing"):
            answer = client.post(f"/contacts/{contact}/{door}/", {"key": key, **extra})
            assert answer.status_code < 500, (door, key)
