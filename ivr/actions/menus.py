"""What callers of a number are asked, and which queue each answer leads to."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from accounts.actors import Actor
from foundation.errors import NotVisible, Refusal
from foundation.phones import parse_phone
from ivr.actions.setup import set_up_number
from ivr.known_lines import forget_lines
from ivr.models import MenuChoice, PhoneNumber, TelephonyAccount
from routing.actions.setup import SettingsRefused, SettingsStale, note_change
from routing.models import Queue
from routing.queries.setup import version_of
from routing.setup_rules import Problem

_REASON = re.compile(r"[a-z][a-z0-9_]{0,59}")
_PLAIN = ("name", "greeting", "asks", "voicemail_after_seconds", "is_active")
MOST_WORDS = 20


def number_document(line: PhoneNumber) -> dict[str, Any]:
    """How callers of a number are received."""
    menu = line.menu.select_related("queue").order_by("id")
    return {
        "e164": line.e164,
        **{name: getattr(line, name) for name in _PLAIN},
        "queue": line.queue.slug,
        "menu": [
            {
                "digit": choice.digit,
                "reason": choice.reason,
                "label": choice.label,
                "keywords": list(choice.keywords),
                "queue": choice.queue.slug if choice.queue else None,
            }
            for choice in menu
        ],
    }


@transaction.atomic
def add_number(number: str, *, name: str, queue_slug: str, actor: Actor) -> PhoneNumber:
    """A number of the carrier's account, with the usual menu. Refusal `bad_number`, `no_account`, `taken`."""
    account = TelephonyAccount.objects.filter(is_active=True).order_by("id").first()
    if account is None:
        raise Refusal("no_account", "No account at a carrier is set up yet.", field="number")
    queue = Queue.objects.filter(slug=queue_slug, is_active=True).first()
    if queue is None:
        raise Refusal("unknown_queue", "Choose a queue.", field="queue")
    phone = parse_phone(number, country_code="")
    if phone is not None and PhoneNumber.objects.filter(e164=phone.e164).exists():
        raise Refusal("taken", "That number is set up already.", field="number")
    line = set_up_number(account, number, name=name, queue=queue)
    note_change(f"number/{line.id}", None, number_document(line), actor=actor)
    return line


@transaction.atomic
def change_number(
    number_id: int, changes: Mapping[str, Any], *, actor: Actor, expected_version: int | None = None
) -> PhoneNumber:
    """How callers are received: name, greeting, asks, queue, menu [{digit, reason, label, keywords, queue}].

    SettingsRefused, Conflict `stale`, NotVisible.
    """
    locked = PhoneNumber.objects.select_for_update(no_key=True, of=("self",)).select_related("queue")
    line = locked.filter(id=number_id).first()
    if line is None:
        raise NotVisible("number")
    before = number_document(line)
    if expected_version is not None and expected_version != version_of(before):
        raise SettingsStale(before, changes)
    wanted = {**before, **changes}
    queues = {queue.slug: queue for queue in Queue.objects.all()}
    if problems := _problems(wanted, queues):
        raise SettingsRefused(problems)
    for name in _PLAIN:
        setattr(line, name, wanted[name])
    line.queue = queues[wanted["queue"]]
    line.save()
    if wanted["menu"] != before["menu"]:
        _write_menu(line, wanted["menu"], queues)
    note_change(f"number/{line.id}", before, number_document(line), actor=actor)
    transaction.on_commit(forget_lines)
    return line


def _write_menu(line: PhoneNumber, menu: Sequence[Mapping[str, Any]], queues: Mapping[str, Queue]) -> None:
    line.menu.all().delete()
    for choice in menu:
        plain = {name: choice[name] for name in ("digit", "reason", "label", "keywords")}
        MenuChoice.objects.create(number=line, queue=queues.get(choice["queue"] or ""), **plain)


def _problems(wanted: Mapping[str, Any], queues: Mapping[str, Queue]) -> list[Problem]:
    problems = []
    if not str(wanted["name"]).strip():
        problems.append(Problem("missing", "name", "A name is needed."))
    if wanted["queue"] not in queues or not queues[wanted["queue"]].is_active:
        problems.append(Problem("unknown_queue", "queue", "Choose a queue that is in use."))
    if len(wanted["greeting"]) > 300:
        problems.append(Problem("too_long", "greeting", "At most 300 characters."))
    for place, choice in enumerate(wanted["menu"]):
        problems += _choice_problems(choice, f"menu/{place}", queues)
    for name, words in (("digit", "A key leads to one answer."), ("reason", "A reason is listed once.")):
        given = [choice[name] for choice in wanted["menu"] if choice[name]]
        for place, choice in enumerate(wanted["menu"]):
            if given.count(choice[name]) > 1:
                problems.append(Problem("twice", f"menu/{place}/{name}", words))
    return problems


def _choice_problems(choice: Mapping[str, Any], at: str, queues: Mapping[str, Queue]) -> list[Problem]:
    problems = []
    if choice["digit"] not in {"", *"123456789"}:
        problems.append(Problem("bad_key", f"{at}/digit", "A key from 1 to 9; 0 always leads to a person."))
    if not _REASON.fullmatch(choice["reason"]):
        problems.append(Problem("bad_reason", f"{at}/reason", "Lower-case letters, digits and _."))
    if not choice["label"].strip() or len(choice["label"]) > 80:
        problems.append(Problem("bad_label", f"{at}/label", "Say it in 1 to 80 characters."))
    if len(choice["keywords"]) > MOST_WORDS or any(len(word) > 60 for word in choice["keywords"]):
        problems.append(
            Problem("bad_words", f"{at}/keywords", f"At most {MOST_WORDS} words of 60 characters.")
        )
    if not choice["digit"] and not choice["keywords"]:
        problems.append(
            Problem("unreachable", f"{at}/digit", "Give a key or words, or nobody can choose it.")
        )
    if choice["queue"] and (choice["queue"] not in queues or not queues[choice["queue"]].is_active):
        problems.append(Problem("unknown_queue", f"{at}/queue", "Choose a queue that is in use."))
    return problems
