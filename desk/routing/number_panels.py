"""Each call type's whole way on one page: the number, its menu, and the way of the queue it leads to."""

from collections.abc import Mapping
from typing import Any

from accounts.models import Member, Organization
from desk.routing.maps import queue_map, states
from desk.routing.queue_panels import rows_panel
from desk.routing.queue_settings import queue_options
from desk.routing.saving import seen_form
from desk.routing.settings import Setting, shown
from foundation.phones import format_phone
from ivr.actions.menus import number_document
from ivr.models import PhoneNumber, TelephonyAccount
from routing.queries.setup import world

CHOICE = (
    Setting("reason", "Reason", most=60),
    Setting("digit", "Key", most=1),
    Setting("label", "As spoken", most=80),
    Setting("keywords", "Words that mean it", most=600),
    Setting("queue", "Goes to", "link", "", queue_options, may_be_empty=True),
)
NUMBER = (
    Setting("name", "Name", most=120),
    Setting("greeting", "Greeting", help="Empty: welcome to the company.", most=300),
    Setting("queue", "Callers without a reason go to", "link", "", queue_options),
    Setting("voicemail_after_seconds", "A message is offered after, in seconds", "whole"),
    Setting("asks", "Asks who calls and why", "yes", "Off: straight to the queue, as an urgent line does."),
    Setting("is_active", "In service", "yes"),
)


def numbers_panel(member: Member, organization: Organization) -> dict[str, Any]:
    """Every number with all its ways."""
    there, at_work = world(), states()
    drawn = {
        slug: queue_map(document, there, at_work, zone=organization.time_zone)
        for slug, document in there.queues.items()
    }
    lines = PhoneNumber.objects.select_related("queue").prefetch_related("menu__queue").order_by("name", "id")
    return {
        "may_change": member.administers,
        "has_account": TelephonyAccount.objects.filter(is_active=True).exists(),
        "queues": [{"value": slug, "label": name} for slug, name in queue_options()],
        "numbers": [_number(line, drawn, organization) for line in lines],
    }


def _number(line: PhoneNumber, drawn: Mapping[str, Any], organization: Organization) -> dict[str, Any]:
    document = number_document(line)
    ways = []
    if line.asks:
        ways = [
            {
                "key": choice["digit"],
                "label": choice["label"],
                "map": drawn.get(choice["queue"] or document["queue"]),
            }
            for choice in document["menu"]
        ]
    ways.append(
        {
            "key": "",
            "label": "anything else" if line.asks else "every caller",
            "map": drawn.get(document["queue"]),
        }
    )
    return {
        "id": line.id,
        "name": line.name,
        "number": format_phone(line.e164, country_code=organization.country_code),
        "asks": line.asks,
        "is_active": line.is_active,
        "ways": ways,
    }


def number_panel(line: PhoneNumber) -> dict[str, Any]:
    """The form of one number and its menu."""
    document = number_document(line)
    menu = [{**choice, "keywords": ", ".join(choice["keywords"])} for choice in document["menu"]]
    return {
        "id": line.id,
        "name": line.name,
        "fields": shown(NUMBER, document, prefix="number"),
        "menu": rows_panel("menu", CHOICE, menu, prefix="menu"),
        "form": seen_form(document),
    }
