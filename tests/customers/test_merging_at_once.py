"""Merges that meet each other, and calls that go on meanwhile, on several connections."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

from django.db import connection

from accounts.actors import IVR_ACTOR
from customers import actions
from customers.actions.duplicates import find_duplicates_of
from customers.merge_errors import MergedAway
from customers.merge_rows import moving_relations
from customers.models import Customer, CustomerMerge, Interaction
from foundation.errors import Refusal
from foundation.tenancy import tenant
from tests.people import Cast


def at_once(organization_id: int, *steps: Callable[[], object]) -> list[object]:
    barrier = Barrier(len(steps))

    def run(step: Callable[[], object]) -> object:
        try:
            barrier.wait(timeout=20)
            with tenant(organization_id):
                return step()
        except Refusal as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(steps)) as pool:
        return list(pool.map(run, steps))


def two(cast: Cast) -> tuple[int, int]:
    with tenant(cast.organization.id):
        one = actions.create_customer(
            actor=cast.ana.actor, display_name="Robert Whitfield", phones=["+447700900100"]
        )
        other = actions.create_customer(
            actor=cast.ana.actor, display_name="Rob Whitfield", phones=["+447700900200"]
        )
    return one.id, other.id


def test_of_two_supervisors_who_merge_one_pair_one_does_and_one_is_told(committed_cast: Cast) -> None:
    one, other = two(committed_cast)
    actor = committed_cast.sam.actor
    steps = [
        lambda: actions.merge_customers(one, other, actor=actor),
        lambda: actions.merge_customers(other, one, actor=actor),
        lambda: actions.merge_customers(one, other, actor=actor),
    ]
    results = at_once(committed_cast.organization.id, *steps)
    assert sum(isinstance(result, CustomerMerge) for result in results) == 1
    refused = [result for result in results if isinstance(result, Refusal)]
    assert {each.code for each in refused} <= {"already_merged", "busy"}
    with tenant(committed_cast.organization.id):
        assert CustomerMerge.objects.count() == 1
        assert Customer.objects.filter(merged_into=None).count() == 1


def test_two_who_undo_one_merge_undo_it_once(committed_cast: Cast) -> None:
    one, other = two(committed_cast)
    actor = committed_cast.sam.actor
    with tenant(committed_cast.organization.id):
        merge = actions.merge_customers(one, other, actor=actor)
    undo = lambda: actions.unmerge_customers(merge.id, actor=actor)  # noqa: E731
    results = at_once(committed_cast.organization.id, undo, undo)
    assert sum(isinstance(result, CustomerMerge) for result in results) == 1
    with tenant(committed_cast.organization.id):
        assert Customer.objects.filter(merged_into=None).count() == 2


def test_a_chain_of_merges_at_once_leaves_one_record_for_all(committed_cast: Cast) -> None:
    one, other = two(committed_cast)
    third, _ = two(committed_cast)
    actor = committed_cast.sam.actor
    at_once(
        committed_cast.organization.id,
        lambda: actions.merge_customers(one, other, actor=actor),
        lambda: actions.merge_customers(other, third, actor=actor),
    )
    with tenant(committed_cast.organization.id):
        for row in Customer.objects.exclude(merged_into=None).select_related("merged_into"):
            assert row.merged_into is not None
            assert row.merged_into.merged_into_id is None


def test_calls_and_answers_that_go_on_during_a_merge_all_end_on_the_record_that_stays(
    committed_cast: Cast,
) -> None:
    organization_id = committed_cast.organization.id
    one, other = two(committed_cast)
    stop = Event()
    written: list[int] = []

    def keep_calling(number: str) -> None:
        try:
            while not stop.wait(0.05):  # a merge gives way for ever to who never pauses
                with tenant(organization_id):
                    found = actions.find_or_create_by_phone(number, actor=IVR_ACTOR)
                    contact = actions.open_interaction(
                        actor=IVR_ACTOR, channel="voice", address=number, customer=found.customer
                    )
                    contact.refresh_from_db()
                    try:
                        actions.record_fact(
                            contact.customer_id or 0,
                            key="preferred_device",
                            value="tablet",
                            actor=IVR_ACTOR,
                            source="ivr",
                            interaction_id=contact.id,
                        )
                    except MergedAway:
                        continue
                    written.append(contact.id)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        callers = [pool.submit(keep_calling, f"+447700900{n}00") for n in (1, 2, 1, 2)]
        for _ in range(3):
            with tenant(organization_id):
                merge = _merge_when_possible(one, other, committed_cast)
            with tenant(organization_id):
                actions.unmerge_customers(merge.id, actor=committed_cast.sam.actor)
        with tenant(organization_id):
            merge = _merge_when_possible(one, other, committed_cast)
        stop.set()
        for caller in callers:
            caller.result(timeout=60)
    with tenant(organization_id):
        actions.merging.collect_rows(CustomerMerge.objects.get(id=merge.id))  # type: ignore[attr-defined]
        assert written
        assert Customer.objects.count() == 2
        contacts = Interaction.objects.filter(id__in=written)
        assert set(contacts.values_list("customer_id", flat=True)) == {one}
        for relation in moving_relations():
            assert not relation.rows(other).exists(), relation.label


def _merge_when_possible(one: int, other: int, cast: Cast) -> CustomerMerge:
    while True:
        try:
            return actions.merge_customers(one, other, actor=cast.sam.actor)
        except Refusal as refused:
            if refused.code != "busy":
                raise


def test_many_looks_for_duplicates_at_once_merge_once(committed_cast: Cast) -> None:
    organization_id = committed_cast.organization.id
    with tenant(organization_id):
        people = [
            actions.create_customer(
                actor=committed_cast.ana.actor,
                display_name="Robert Whitfield",
                phones=["+447700900100"],
                confidence="verified",
            ).id
            for _ in range(3)
        ]
    at_once(
        organization_id,
        *[lambda one=one: find_duplicates_of([one], found_by="write") for one in people * 2],
    )
    with tenant(organization_id):
        assert Customer.objects.filter(merged_into=None).count() == 1
        assert CustomerMerge.objects.filter(undone_at=None).count() == 2
