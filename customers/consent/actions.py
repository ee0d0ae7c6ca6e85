"""What a customer says about being contacted, by whichever door, and what the company sets up."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import available_timezones

from accounts.actors import SYSTEM_ACTOR, Actor
from customers.actions.identities import find_or_create_by_phone
from customers.actions.timeline import lock_customer, tell_desktops, write_entry
from customers.consent import queries
from customers.consent.events import ConsentChanged, ContactHeld, ContactReleased, ContactRulesChanged
from customers.consent.kept import forget_kept_stops, kept_by_customer
from customers.consent.models import (
    Channel,
    ChannelHours,
    Consent,
    ContactHold,
    ContactPreference,
    ContactPurpose,
)
from customers.consent.rules import Decision
from customers.models import Customer, Identity
from foundation import clock
from foundation.errors import Forbidden, NotVisible, Refusal
from foundation.events import emit

LONGEST_WORDING = 4_000
FROM_KEPT = "kept after an erasure"
_CLOCKS_DIFFER = timedelta(minutes=5)
_OLDEST = timedelta(days=40 * 366)


def record_consent(
    customer_id: int,
    *,
    answer: str,
    actor: Actor,
    source: str,
    purpose: str = "",
    channel: str = "",
    wording: str = "",
    evidence: str = "",
    said_at: datetime | None = None,
    interaction_id: int | None = None,
) -> Consent:
    """Write down one thing they said; nothing is ever changed. A yes names its purpose and what was shown.

    Refusal `unknown_answer`, `unknown_purpose`, `unknown_channel`, `missing_purpose`, `missing_wording`,
    `too_long`, `not_then`; NotVisible, MergedAway.
    """
    now = clock.now()
    said_at = said_at or now
    _check_said(answer, purpose, channel, wording)
    if not now - _OLDEST < said_at <= now + _CLOCKS_DIFFER:
        raise Refusal("not_then", "Nobody can have said that then.", field="said_at")
    lock_customer(customer_id)
    consent = Consent.objects.create(
        customer_id=customer_id,
        purpose=purpose,
        channel=channel,
        answer=answer,
        hand=actor.hand,
        author=actor.name[:120],
        member_id=actor.member_id,
        partner_id=actor.partner_id,
        interaction_id=interaction_id,
        source=source[:80],
        wording=wording.strip(),
        evidence=evidence.strip()[:200],
        said_at=min(said_at, now),
    )
    _tell(consent, actor)
    return consent


def stop_contact(
    customer_id: int,
    *,
    actor: Actor,
    source: str,
    said_on: str = "",
    wording: str = "",
    evidence: str = "",
    said_at: datetime | None = None,
    interaction_id: int | None = None,
) -> list[Consent]:
    """They want no more of it: every door's one way to stop. Every purpose that can be stopped stops on every
    channel, and every purpose without exception on the channel `said_on` that it was said on.
    """
    channels = ["", said_on] if said_on else [""]
    return [
        record_consent(
            customer_id,
            answer=Consent.Answer.REFUSED,
            actor=actor,
            source=source,
            channel=channel,
            wording=wording,
            evidence=evidence,
            said_at=said_at,
            interaction_id=interaction_id,
        )
        for channel in channels
    ]


def stop_sender(number: str, *, channel: str, source: str, actor: Actor, evidence: str = "") -> list[Consent]:
    """Whoever has this phone number (E.164) wants no more of it; nobody known gets a record that says so.

    Where several may be meant, each is stopped on that channel alone: nobody answers for all of them.
    """
    people = _people_with(number, actor)
    if len(people) == 1:
        return stop_contact(people[0], actor=actor, source=source, said_on=channel, evidence=evidence)
    refused = Consent.Answer.REFUSED
    return [
        record_consent(one, answer=refused, actor=actor, source=source, channel=channel, evidence=evidence)
        for one in people
    ]


def resume_sender(
    number: str, *, channel: str, source: str, actor: Actor, evidence: str = ""
) -> list[Consent]:
    """Whoever has this number takes their stop back. That is no yes to anything."""
    forget_kept_stops((Identity.Kind.PHONE, number), channels=("", channel))
    return [
        record_consent(
            one,
            answer=Consent.Answer.LIFTED,
            actor=actor,
            source=source,
            channel=said_on,
            evidence=evidence,
        )
        for one in _people_with(number, actor)
        for said_on in ("", channel)
    ]


def write_kept_stops(customer_ids: Iterable[int]) -> int:
    """Records that have a number or address whose stop outlived another record get it in writing. Returns how
    many noes were written; again writes nothing."""
    return sum(
        _write_kept(customer_id, no)
        for customer_id, noes in kept_by_customer(customer_ids).items()
        for no in noes
    )


def _write_kept(customer_id: int, no: Decision) -> bool:
    what: dict[str, Any] = {
        "answer": no.answer,
        "purpose": no.purpose,
        "channel": no.channel,
        "said_at": no.said_at,
    }
    standing = Customer.objects.filter(id=customer_id, merged_into=None).exists()
    if not standing or Consent.objects.filter(customer_id=customer_id, **what).exists():
        return False
    record_consent(customer_id, actor=SYSTEM_ACTOR, source=FROM_KEPT, **what)
    return True


def _people_with(number: str, actor: Actor) -> list[int]:
    """Those who have the number, in the order of their locks; a new record when nobody has."""
    kinds = [Identity.Kind.PHONE, Identity.Kind.WHATSAPP]
    having = Customer.objects.filter(identities__kind__in=kinds, identities__value=number, merged_into=None)
    known = sorted(set(having.values_list("id", flat=True)))
    if known:
        return known
    made = find_or_create_by_phone(number, actor=actor).customer
    return [made.pk] if made else []


def hold_contact(customer_id: int, *, why: str, actor: Actor, until: datetime | None = None) -> ContactHold:
    """Pause what can be held, until a moment or until it is ended. Refusal `missing`, `past`; Forbidden."""
    _check_inhouse(actor)
    why = " ".join(why.split())[:200]
    if not why:
        raise Refusal("missing", "Say why.", field="why")
    if until is not None and until <= clock.now():
        raise Refusal("past", "That moment has passed.", field="until")
    lock_customer(customer_id)
    hold = ContactHold.objects.create(
        customer_id=customer_id, why=why, hand=actor.hand, author=actor.name[:120], until=until
    )
    event = ContactHeld(customer_id=customer_id, hold_id=hold.pk, until=until.isoformat() if until else None)
    emit(event, actor=actor.as_json())
    _write(customer_id, "Contact on hold", actor, body=why, ref=("hold", hold.pk), for_partners=False)
    return hold


def release_hold(customer_id: int, hold_id: int, *, actor: Actor) -> bool:
    """End a hold. False when it had ended; Forbidden, NotVisible."""
    _check_inhouse(actor)
    lock_customer(customer_id)
    holds = ContactHold.objects.filter(id=hold_id, customer_id=customer_id)
    if not holds.exists():
        raise NotVisible("hold")
    if not holds.filter(ended_at=None).update(ended_at=clock.now(), ended_by=actor.name[:120]):
        return False
    emit(ContactReleased(customer_id=customer_id, hold_id=hold_id), actor=actor.as_json())
    _write(customer_id, "Contact no longer on hold", actor, ref=("hold", hold_id), for_partners=False)
    return True


def set_preference(
    customer_id: int,
    *,
    actor: Actor,
    channel: str = "",
    time_zone: str = "",
    quiet_starts: time | None = None,
    quiet_ends: time | None = None,
) -> ContactPreference:
    """How they like to be reached. Refusal `unknown_channel`, `unknown_zone`, `half_hours`; Forbidden."""
    _check_inhouse(actor)
    _check_channel(channel)
    if time_zone and time_zone not in available_timezones():
        raise Refusal("unknown_zone", "Choose a time zone such as Europe/London.", field="time_zone")
    if (quiet_starts is None) != (quiet_ends is None):
        field = "quiet_ends" if quiet_ends is None else "quiet_starts"
        raise Refusal("half_hours", "Quiet hours have a beginning and an end.", field=field)
    lock_customer(customer_id)
    wanted = {
        "channel": channel,
        "time_zone": time_zone,
        "quiet_starts": quiet_starts,
        "quiet_ends": quiet_ends,
        "changed_at": clock.now(),
    }
    preference, _ = ContactPreference.objects.update_or_create(customer_id=customer_id, defaults=wanted)
    _write(customer_id, "Contact preferences changed", actor, body=_spelled(preference))
    return preference


def define_purpose(
    slug: str,
    *,
    actor: Actor,
    name: str,
    basis: str,
    is_held: bool = True,
    keeps_quiet: bool = True,
    wording: str = "",
    is_active: bool = True,
) -> ContactPurpose:
    """Set a purpose up, or change it. Refusal `missing`, `bad_slug`, `unknown_basis`, `too_long`."""
    name = " ".join(name.split())
    if not name or len(name) > 80:
        raise Refusal("missing", "Give it a name of at most 80 characters.", field="name")
    if (
        not slug
        or len(slug) > 40
        or not slug.replace("_", "").replace("-", "").isalnum()
        or not slug.isascii()
    ):
        raise Refusal("bad_slug", "Use letters, digits, - and _, at most 40.", field="slug")
    if basis not in ContactPurpose.Basis.values:
        raise Refusal("unknown_basis", "Choose what it needs.", field="basis")
    if len(wording) > LONGEST_WORDING:
        raise Refusal("too_long", f"At most {LONGEST_WORDING:,} characters.", field="wording")
    purpose, _ = ContactPurpose.objects.update_or_create(
        slug=slug,
        defaults={
            "name": name,
            "basis": basis,
            "is_held": is_held,
            "keeps_quiet": keeps_quiet,
            "wording": wording.strip(),
            "is_active": is_active,
        },
    )
    emit(ContactRulesChanged(what=f"purpose:{slug}"), actor=actor.as_json())
    return purpose


def set_quiet_hours(channel: str, *, starts: time, ends: time, actor: Actor) -> ChannelHours:
    """When a channel is not used, local time of the customer; the same twice is never. Refusal."""
    if not channel:
        raise Refusal("unknown_channel", "Choose a channel.", field="channel")
    _check_channel(channel)
    hours, _ = ChannelHours.objects.update_or_create(
        channel=channel, defaults={"starts": starts, "ends": ends}
    )
    emit(ContactRulesChanged(what=f"hours:{channel}"), actor=actor.as_json())
    return hours


def _check_said(answer: str, purpose: str, channel: str, wording: str) -> None:
    if answer not in Consent.Answer.values:
        raise Refusal("unknown_answer", "The answer is granted, refused or lifted.", field="answer")
    if purpose and purpose not in queries.purposes():
        raise Refusal("unknown_purpose", "There is no such purpose here.", field="purpose")
    _check_channel(channel)
    if answer == Consent.Answer.GRANTED and not purpose:
        raise Refusal("missing_purpose", "A yes is a yes to something: name the purpose.", field="purpose")
    if answer == Consent.Answer.GRANTED and not wording.strip():
        raise Refusal("missing_wording", "Keep what they were shown or told.", field="wording")
    if len(wording) > LONGEST_WORDING:
        raise Refusal("too_long", f"At most {LONGEST_WORDING:,} characters.", field="wording")


def _check_channel(channel: str) -> None:
    if channel and channel not in Channel.values:
        raise Refusal("unknown_channel", f"Choose one of: {', '.join(Channel.values)}.", field="channel")


def _check_inhouse(actor: Actor) -> None:
    if actor.is_partner:
        raise Forbidden("not_in_contract", "The contract does not allow this.")


def _tell(consent: Consent, actor: Actor) -> None:
    emit(
        ConsentChanged(
            customer_id=consent.customer_id,
            consent_id=consent.pk,
            purpose=consent.purpose,
            channel=consent.channel,
            answer=consent.answer,
        ),
        actor=actor.as_json(),
    )
    _write(
        consent.customer_id,
        queries.told(consent),
        actor,
        interaction_id=consent.interaction_id,
        ref=("consent", consent.pk),
    )


def _write(
    customer_id: int,
    title: str,
    actor: Actor,
    *,
    body: str = "",
    interaction_id: int | None = None,
    ref: tuple[str, int] | None = None,
    for_partners: bool = True,
) -> None:
    write_entry(
        customer_id,
        kind="consent",
        title=title,
        body=body,
        actor=actor,
        interaction_id=interaction_id,
        ref=ref,
        for_partners=for_partners,
    )
    tell_desktops(customer_id, "timeline")


def _spelled(preference: ContactPreference) -> str:
    parts = [
        f"Prefers {Channel(preference.channel).label.lower()}" if preference.channel else "",
        preference.time_zone,
        f"not from {preference.quiet_starts:%H:%M} to {preference.quiet_ends:%H:%M}"
        if preference.quiet_starts and preference.quiet_ends
        else "",
    ]
    return ", ".join(part for part in parts if part)
