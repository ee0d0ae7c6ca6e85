"""Finding records that are one person's: at every write, and all of them every night."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Q

from accounts.actors import SYSTEM_ACTOR, Actor
from customers.actions.merging import merge_customers
from customers.actions.timeline import tell_desktops
from customers.duplicate_rules import (
    WORTH_A_LOOK,
    KnownBy,
    Likeness,
    Profile,
    candidate_keys,
    compare,
)
from customers.models import CandidateKey, Customer, DuplicatePair, Identity, SharedIdentity
from foundation import clock
from foundation.errors import Conflict, Forbidden, NotVisible, Refusal
from foundation.tenancy import current_organization_id

# A key that more records have is too common to tell anything; the sweep says how many it passed over.
MOST_OF_A_KEY = 50
State = DuplicatePair.State


@dataclass
class Swept:
    """What a sweep did."""

    looked_at: int = 0
    compared: int = 0
    waiting: int = 0
    merged: int = 0

    def add(self, other: "Swept") -> None:
        """Count another part of the sweep in."""
        self.looked_at += other.looked_at
        self.compared += other.compared
        self.waiting += other.waiting
        self.merged += other.merged


def find_duplicates(customer_id: int, *, found_by: str = "write") -> Swept:
    """Compare one record with those that share an identity or a key; merge what a rule allows."""
    return find_duplicates_of([customer_id], found_by=found_by)


def find_duplicates_of(customer_ids: Iterable[int], *, found_by: str) -> Swept:
    """Compare these records with all that share an identity or a key with them. One transaction.

    One look of a company at a time: two that find the same pairs from both ends would wait for each other.
    """
    _wait_for_other_looks()
    customer_ids = set(
        Customer.objects.filter(id__in=list(customer_ids), merged_into=None).values_list("id", flat=True)
    )
    profiles = _profiles(customer_ids)
    _write_keys(profiles.values())
    pairs = _candidate_pairs(customer_ids)
    profiles |= _profiles({each for pair in pairs for each in pair} - set(profiles))
    swept = Swept(looked_at=len(customer_ids), compared=len(pairs))
    for first_id, second_id in sorted(pairs):
        if first_id in profiles and second_id in profiles:
            _judge(profiles[first_id], profiles[second_id], found_by, swept)
    _forget_unlike(customer_ids, pairs)
    return swept


def _wait_for_other_looks() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"duplicates:{current_organization_id()}"],
        )


def _judge(first: Profile, second: Profile, found_by: str, swept: Swept) -> None:
    likeness = compare(first, second)
    ids = {"first_id": first.customer_id, "second_id": second.customer_id}
    if likeness.score < WORTH_A_LOOK and not likeness.is_safe:
        DuplicatePair.objects.filter(**ids, state=State.WAITING).delete()
        return
    what = {"score": likeness.score, "reasons": likeness.reasons, "is_safe": likeness.is_safe}
    pair, _ = DuplicatePair.objects.get_or_create(**ids, defaults={**what, "found_by": found_by})
    if pair.state != State.WAITING:
        return
    DuplicatePair.objects.filter(pk=pair.pk, state=State.WAITING).update(**what)
    if likeness.is_safe and _merge_by_rule(first, second, likeness):
        swept.merged += 1
    else:
        swept.waiting += 1


def _merge_by_rule(first: Profile, second: Profile, likeness: Likeness) -> bool:
    """The older record wins, unless only the newer one has a name. What cannot be merged now waits."""
    winner, loser = (second, first) if first.is_nameless and not second.is_nameless else (first, second)
    reasons = "; ".join(str(reason["text"]) for reason in likeness.reasons)
    try:
        with transaction.atomic():
            merge_customers(
                winner.customer_id,
                loser.customer_id,
                actor=SYSTEM_ACTOR,
                why=f"By rule: {reasons}",
                score=likeness.score,
                reasons=likeness.reasons,
            )
    except (Conflict, NotVisible):
        return False
    return True


def _forget_unlike(customer_ids: set[int], pairs: set[tuple[int, int]]) -> None:
    """A pair that shares nothing any more need not be looked at."""
    waiting = DuplicatePair.objects.filter(
        Q(first_id__in=customer_ids) | Q(second_id__in=customer_ids), state=State.WAITING
    ).exclude(found_by="person")
    stale = [pair.pk for pair in waiting if (pair.first_id, pair.second_id) not in pairs]
    DuplicatePair.objects.filter(pk__in=stale, state=State.WAITING).delete()


# --- candidates ------------------------------------------------------------------------------------------


def _profiles(customer_ids: set[int]) -> dict[int, Profile]:
    shared = set(SharedIdentity.objects.values_list("kind", "value"))
    known: dict[int, list[KnownBy]] = {one: [] for one in customer_ids}
    for row in Identity.objects.filter(customer_id__in=customer_ids):
        is_shared = (row.kind, row.value) in shared or bool(row.extension)
        known[row.customer_id].append(KnownBy(row.kind, row.value, row.confidence, row.partner_id, is_shared))
    return {
        row.pk: Profile(
            customer_id=row.pk,
            display_name=row.display_name,
            company_name=row.company_name,
            postal_address=row.postal_address,
            language=row.language,
            identities=tuple(known[row.pk]),
        )
        for row in Customer.objects.filter(id__in=customer_ids, merged_into=None)
    }


def _write_keys(profiles: Iterable[Profile]) -> None:
    profiles = list(profiles)
    had: dict[int, set[str]] = {profile.customer_id: set() for profile in profiles}
    for customer_id, key in CandidateKey.objects.filter(customer_id__in=had).values_list(
        "customer_id", "key"
    ):
        had[customer_id].add(key)
    now = {profile.customer_id: candidate_keys(profile) for profile in profiles}
    changed = [one for one in now if now[one] != had[one]]
    CandidateKey.objects.filter(customer_id__in=changed).delete()
    CandidateKey.objects.bulk_create(
        [CandidateKey(customer_id=one, key=key) for one in changed for key in sorted(now[one])],
        batch_size=1000,
    )


# Blocked by what records share: never every record with every other.
_PAIRS = """
WITH mine AS (SELECT unnest(%(ids)s::bigint[]) AS id), shared AS (
  SELECT DISTINCT 'i' AS what, i.kind, i.value FROM customers_identity i JOIN mine ON mine.id = i.customer_id
  WHERE i.organization_id = %(organization)s AND i.confidence <> 'guessed'
  UNION ALL
  SELECT DISTINCT 'k', '', k.key FROM customers_candidatekey k JOIN mine ON mine.id = k.customer_id
  WHERE k.organization_id = %(organization)s
), who AS (
  SELECT shared.what, shared.kind, shared.value, found.customer_id
  FROM shared CROSS JOIN LATERAL (
    (SELECT i.customer_id FROM customers_identity i
     WHERE shared.what = 'i' AND i.organization_id = %(organization)s
       AND i.kind = shared.kind AND i.value = shared.value LIMIT %(most)s + 1)
    UNION ALL
    (SELECT k.customer_id FROM customers_candidatekey k
     WHERE shared.what = 'k' AND k.organization_id = %(organization)s
       AND k.key = shared.value LIMIT %(most)s + 1)
  ) AS found
), narrow AS (
  SELECT what, kind, value FROM who GROUP BY what, kind, value HAVING count(*) BETWEEN 2 AND %(most)s
)
SELECT DISTINCT least(a.customer_id, b.customer_id), greatest(a.customer_id, b.customer_id)
FROM narrow JOIN who a USING (what, kind, value) JOIN who b USING (what, kind, value)
JOIN mine ON mine.id = a.customer_id
JOIN customers_customer c ON c.id = b.customer_id AND c.merged_into_id IS NULL
WHERE a.customer_id <> b.customer_id
"""


def _candidate_pairs(customer_ids: set[int]) -> set[tuple[int, int]]:
    if not customer_ids:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            _PAIRS,
            {
                "ids": sorted(customer_ids),
                "organization": current_organization_id(),
                "most": MOST_OF_A_KEY,
            },
        )
        return {(first, second) for first, second in cursor.fetchall()}


# --- what a person decides -------------------------------------------------------------------------------


def propose_pair(one_id: int, other_id: int, *, actor: Actor) -> DuplicatePair:
    """A person thinks that these two are one: put them side by side. Refusal `same_record`; NotVisible."""
    first_id, second_id = sorted((one_id, other_id))
    if first_id == second_id:
        raise Refusal("same_record", "That is the same record.")
    profiles = _profiles({first_id, second_id})
    if len(profiles) != 2:
        raise NotVisible("customer")
    likeness = compare(profiles[first_id], profiles[second_id])
    pair, _ = DuplicatePair.objects.update_or_create(
        first_id=first_id,
        second_id=second_id,
        defaults={
            "score": likeness.score,
            "reasons": likeness.reasons,
            "is_safe": likeness.is_safe,
            "state": State.WAITING,
            "found_by": "person",
            "decided_at": None,
            "decided_by": None,
        },
    )
    for customer_id in (first_id, second_id):
        tell_desktops(customer_id, "customer")
    return pair


def keep_pair_apart(pair_id: int, *, actor: Actor) -> bool:
    """They are two people; neither rule nor sweep asks again. False when it was decided already."""
    if actor.is_partner:
        raise Forbidden("not_in_contract", "The contract does not allow judging duplicates.")
    return bool(
        DuplicatePair.objects.filter(id=pair_id, state=State.WAITING).update(
            state=State.DIFFERENT, decided_at=clock.now(), decided_by_id=actor.member_id
        )
    )
