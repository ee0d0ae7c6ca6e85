"""Answers on the record: written once by whoever learned them, asked again only on purpose."""

from datetime import datetime, timedelta
from typing import Any

from accounts.access import scope_of_partner
from accounts.actors import Actor
from customers import answers, rules
from customers.actions.timeline import lock_customer, refuse_card_number, tell_desktops, write_entry
from customers.events import FactRecorded, QuestionAskedAgain
from customers.models import AskedAgain, Confidence, Fact, FactKey, Interaction, RecordShare
from customers.queries import home_country
from foundation import clock, rows
from foundation.errors import Forbidden, NotVisible, Refusal
from foundation.events import emit

REASON_KEY = "reason_for_contact"
_NEWEST = "WHERE customer_id = %s AND key_id = %s ORDER BY recorded_at DESC, id DESC LIMIT 1"


def record_fact(
    customer_id: int,
    *,
    key: str,
    value: Any,
    actor: Actor,
    source: str,
    confidence: str = Confidence.CLAIMED,
    interaction_id: int | None = None,
    expires_at: datetime | None = None,
) -> Fact:
    """Write an answer. Saying the same again in the same contact writes nothing and returns what stands.

    It counts until `expires_at`, or as long as the question says. Refusal `unknown_fact`, `retired_fact`,
    `payment_never`, `card_number` or `bad_value`, Forbidden `not_in_contract`, NotVisible.
    """
    fact_key = _writable_key(key)
    if actor.partner_id is not None:
        _check_contract(customer_id, key, actor.partner_id)
    answer = clean_answer(fact_key, value)
    lock_customer(customer_id)
    newest = rows.first(Fact, _NEWEST, [customer_id, fact_key.id])
    if newest and interaction_id and _same(newest, answer, actor, confidence, interaction_id):
        return newest
    now = clock.now()
    fact = rows.insert(
        Fact(
            customer_id=customer_id,
            key=fact_key,
            value=answer,
            confidence=confidence,
            hand=actor.hand,
            source=source[:80],
            member_id=actor.member_id,
            partner_id=actor.partner_id,
            interaction_id=interaction_id,
            recorded_at=now,
            expires_at=expires_at or usual_expiry(fact_key, now),
            search_value=rules.search_value(answer) if fact_key.is_searchable else "",
        )
    )
    if key == REASON_KEY and interaction_id is not None:
        Interaction.objects.filter(id=interaction_id).update(reason=str(answer)[:60])
    write_entry(
        customer_id,
        kind="fact",
        title=f"{fact_key.label}: {rules.spell_value(answer)}",
        actor=actor,
        interaction_id=interaction_id,
        ref=("fact", fact.id),
    )
    emit(
        FactRecorded(customer_id=customer_id, fact_id=fact.id, key=key, interaction_id=interaction_id),
        actor=actor.as_json(),
    )
    tell_desktops(customer_id, "fact")
    return fact


def count_asked_again(
    customer_id: int, *, key: str, reason: str, actor: Actor, interaction_id: int | None = None
) -> AskedAgain:
    """Somebody asks what is already known, and says why.

    Refusal `missing_reason`, `card_number`, `unknown_fact`.
    """
    fact_key = _fact_key(key)
    reason = reason.strip()[:200]
    if not reason:
        raise Refusal("missing_reason", "Say why this is asked again.", field="reason")
    refuse_card_number(reason, field="reason")
    lock_customer(customer_id)
    asked = AskedAgain.objects.create(
        customer_id=customer_id,
        interaction_id=interaction_id,
        key=fact_key,
        hand=actor.hand,
        member_id=actor.member_id,
        partner_id=actor.partner_id,
        reason=reason,
        asked_at=clock.now(),
    )
    write_entry(
        customer_id,
        kind="note",
        title=f"Asked again: {fact_key.label}",
        body=reason,
        actor=actor,
        interaction_id=interaction_id,
        ref=("asked_again", asked.id),
    )
    emit(
        QuestionAskedAgain(customer_id=customer_id, key=key, reason=reason, interaction_id=interaction_id),
        actor=actor.as_json(),
    )
    tell_desktops(customer_id, "fact")
    return asked


def _fact_key(key: str) -> FactKey:
    fact_key = rows.first(FactKey, "WHERE key = %s", [key])
    if fact_key is None:
        raise Refusal("unknown_fact", f"There is no fact called “{key[:60]}”.", field="key")
    return fact_key


def _writable_key(key: str) -> FactKey:
    fact_key = _fact_key(key)
    if fact_key.retired_at is not None:
        raise Refusal("retired_fact", f"“{fact_key.label}” is no longer asked.", field="key")
    if fact_key.sensitivity == FactKey.Sensitivity.PAYMENT_NEVER:
        raise Refusal("payment_never", f"“{fact_key.label}” is never kept here.", field="key")
    return fact_key


def usual_expiry(fact_key: FactKey, now: datetime) -> datetime | None:
    """Until when an answer given now counts, as its question says; None: until there is a better one."""
    days = fact_key.expires_after_days
    return now + timedelta(days=days) if days else None


def clean_answer(fact_key: FactKey, value: Any) -> Any:
    """The answer as it would be stored. Refusal `card_number` or `bad_value`; writes nothing."""
    refuse_card_number(value, field="value")
    limits = answers.Limits(
        minimum=fact_key.minimum,
        maximum=fact_key.maximum,
        kind=fact_key.text_kind,
        country_code=home_country() if fact_key.text_kind == FactKey.TextKind.PHONE else "",
    )
    try:
        return answers.clean_value(fact_key.value_type, fact_key.choices, value, limits)
    except ValueError as error:
        raise Refusal("bad_value", str(error), field="value") from error


def _check_contract(customer_id: int, key: str, partner_id: int) -> None:
    if not RecordShare.objects.filter(customer_id=customer_id, partner_id=partner_id, ended_at=None).exists():
        raise NotVisible("customer")
    if key not in scope_of_partner(partner_id).writable_facts:
        raise Forbidden("not_in_contract", f"The contract does not allow writing “{key}”.", field="key")


def _same(fact: Fact, answer: Any, actor: Actor, confidence: str, interaction_id: int) -> bool:
    return (
        fact.value == answer
        and fact.hand == actor.hand
        and fact.member_id == actor.member_id
        and fact.confidence == confidence
        and fact.interaction_id == interaction_id
    )
