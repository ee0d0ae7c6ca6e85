"""Erasures that meet writers, callers, merges, imports, holds and each other, on several connections."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Thread
from typing import Any

import pytest
from django.db import connection

from accounts.actors import IVR_ACTOR
from accounts.models import Member
from customers import actions
from customers.exports import actions as exports
from customers.exports.models import Export, ExportPart
from customers.imports import running
from customers.imports.models import ImportChunk
from customers.imports.queries import reader_of
from customers.merge_rows import relations
from customers.models import Customer, Identity, Interaction
from customers.privacy import holds
from customers.privacy.erasing import erase_customer
from customers.privacy.models import Erasure, LegalHold
from foundation.errors import Conflict, NotVisible, Refusal
from foundation.tenancy import tenant
from ivr.actions.calls import new_call
from ivr.models import CallSession, PhoneNumber, TelephonyAccount
from routing.models import Queue
from tests.customers.importing import map_and_start, upload
from tests.customers.test_merging_at_once import at_once
from tests.customers.test_privacy import admin_of
from tests.people import Cast

NUMBER = "+447700900417"


@pytest.fixture
def grace(committed_cast: Cast) -> Member:
    with tenant(committed_cast.organization.id):
        return admin_of(committed_cast)


@pytest.fixture
def robert(committed_cast: Cast) -> int:
    with tenant(committed_cast.organization.id):
        return actions.create_customer(
            actor=committed_cast.ana.actor, display_name="Robert Whitfield", phones=[NUMBER]
        ).id


def erase_patiently(cast: Cast, customer_id: int, grace: Member) -> Erasure:
    while True:
        try:
            with tenant(cast.organization.id):
                return erase_customer(customer_id, member=grace, basis="asked")
        except Conflict as refused:
            if refused.code not in {"busy", "contact_open"}:
                raise


def nothing_refers_to(customer_ids: list[int]) -> bool:
    return not any(
        relation.model._base_manager.filter(**{f"{relation.field}__in": customer_ids}).exists()
        for relation in relations()
    )


def test_writers_callers_and_partners_that_go_on_meanwhile_leave_nothing_on_who_is_gone(
    committed_cast: Cast, grace: Member, robert: int
) -> None:
    organization_id = committed_cast.organization.id
    viewer: Any = None
    with tenant(organization_id):
        actions.share_record(robert, partner_id=committed_cast.partner.id, reason="promise")
        viewer = committed_cast.viewer(committed_cast.paula)
    stop, answers = Event(), []

    def write(step: Callable[[int], object]) -> None:
        try:
            count = 0
            while not stop.is_set():
                count += 1
                try:
                    with tenant(organization_id):
                        step(count)
                except NotVisible:
                    answers.append("gone")
        finally:
            connection.close()

    def call(count: int) -> None:
        found = actions.find_or_create_by_phone(NUMBER, actor=IVR_ACTOR)
        contact = actions.open_interaction(
            actor=IVR_ACTOR, channel="voice", address=NUMBER, customer=found.customer
        )
        actions.abandon_interaction(contact.id)

    steps: list[Callable[[int], object]] = [
        lambda count: actions.add_note(robert, text=f"Note {count}", actor=committed_cast.ana.actor),
        lambda count: actions.note_read(viewer, robert, f"look {count}"),
        lambda count: actions.record_fact(
            robert, key="digital_account", value=f"{count}", actor=IVR_ACTOR, source="ivr"
        ),
        call,
    ]
    with ThreadPoolExecutor(len(steps)) as pool:
        writers = [pool.submit(write, step) for step in steps]
        erasure = erase_patiently(committed_cast, robert, grace)
        while len(answers) < 4 and not any(writer.done() for writer in writers):
            pass
        stop.set()
        for writer in writers:
            writer.result(timeout=60)
    with tenant(organization_id):
        assert nothing_refers_to([robert])
        assert not Customer.objects.filter(id=robert).exists()
        assert erasure.erased["record"] == 1
        new = Identity.objects.filter(value=NUMBER).values_list("customer_id", flat=True)
        assert set(new) == set(Customer.objects.values_list("id", flat=True))
        assert not Interaction.objects.filter(customer=None).exclude(address__in=["", NUMBER]).exists()


def test_a_call_that_meets_the_erasure_begins_as_a_new_persons(
    committed_cast: Cast, grace: Member, robert: int
) -> None:
    organization_id = committed_cast.organization.id
    with tenant(organization_id):
        account = TelephonyAccount.objects.create(account_sid="AC1", auth_token="secret")
        queue = Queue.objects.create(slug="main", name="Main")
        line = PhoneNumber.objects.create(account=account, e164="+441632960000", name="Main", queue=queue)
    began: list[CallSession] = []

    def ring() -> None:
        try:
            with tenant(organization_id):
                began.append(new_call(call_sid="CA1", caller=NUMBER, number=line, attested=True))
        finally:
            connection.close()

    caller = Thread(target=ring)
    with tenant(organization_id):
        erase_customer(robert, member=grace, basis="asked")
        caller.start()
        while caller.is_alive() and not _somebody_waits():
            pass
    caller.join(timeout=60)
    with tenant(organization_id):
        contact = Interaction.objects.get()
        assert began[0].interaction_id == contact.id
        assert contact.customer_id not in {None, robert}


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])


def test_of_an_erasure_and_a_merge_at_once_nothing_is_left_either_way(
    committed_cast: Cast, grace: Member, robert: int
) -> None:
    with tenant(committed_cast.organization.id):
        other = actions.create_customer(
            actor=committed_cast.ana.actor, display_name="Rob Whitfield", phones=["+447700900500"]
        ).id
    erased, merged = at_once(
        committed_cast.organization.id,
        lambda: erase_customer(robert, member=grace, basis="asked"),
        lambda: actions.merge_customers(other, robert, actor=committed_cast.sam.actor),
    )
    assert isinstance(erased, Erasure) or (isinstance(erased, Refusal) and erased.code == "busy")
    with tenant(committed_cast.organization.id):
        if isinstance(erased, Erasure):
            gone = {erased.record_number, *erased.merged_record_numbers}
            assert nothing_refers_to(sorted(gone))
            assert not Identity.objects.filter(value=NUMBER).exists()
            assert isinstance(merged, NotVisible) or gone == {robert, other}


def test_of_two_who_erase_one_person_one_does(committed_cast: Cast, grace: Member, robert: int) -> None:
    erase = lambda: erase_customer(robert, member=grace, basis="asked")  # noqa: E731
    results = at_once(committed_cast.organization.id, erase, erase, erase)
    assert sum(isinstance(result, Erasure) for result in results) == 1
    assert {result.code for result in results if isinstance(result, Refusal)} <= {"not_found", "busy"}


def test_of_a_hold_and_an_erasure_at_once_one_wins(committed_cast: Cast, grace: Member, robert: int) -> None:
    results = at_once(
        committed_cast.organization.id,
        lambda: erase_customer(robert, member=grace, basis="asked"),
        lambda: holds.place_hold(robert, reason="Court case", member=committed_cast.sam),
    )
    won = [result for result in results if isinstance(result, Erasure | LegalHold)]
    refused = [result for result in results if isinstance(result, Refusal)]
    assert (len(won), len(refused)) == (1, 1)
    assert refused[0].code in {"not_found", "on_hold", "busy"}


def test_an_import_that_names_them_at_the_same_time_makes_a_new_person(
    committed_cast: Cast, grace: Member, robert: int
) -> None:
    organization_id = committed_cast.organization.id
    with tenant(organization_id):
        file = upload(f"Name,Phone\nRobert W,{NUMBER}\n".encode(), committed_cast.sam)
        map_and_start(file, committed_cast.sam)
        file.refresh_from_db()
        chunk = ImportChunk.objects.get(file=file)
        read = running.read_chunk(reader_of(file), chunk.number, bytes(chunk.rows))

    def bring_in() -> None:
        try:
            running._write_patiently(file, organization_id, chunk.id, read)
        finally:
            connection.close()

    importer = Thread(target=bring_in)
    with tenant(organization_id):
        erase_customer(robert, member=grace, basis="asked")
        importer.start()
        while importer.is_alive() and not _has_looked():
            pass
    importer.join(timeout=60)
    with tenant(organization_id):
        new = Customer.objects.get()
        assert (new.display_name, new.id != robert) == ("Robert W", True)
        assert list(new.identities.values_list("value", flat=True)) == [NUMBER]


def _has_looked() -> bool:
    """Whether the import holds all identities by now: it looks whom its rows name."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ExclusiveLock'")
        return int(cursor.fetchone()[0]) >= 2


@pytest.fixture
def slow_file(monkeypatch: pytest.MonkeyPatch) -> tuple[Event, Event]:
    """A file that is being written until the second event is set; the first says that it has begun."""
    begun, go_on = Event(), Event()
    contents = exports._contents

    def slowly(export: Export) -> Iterator[tuple[bytes, int]]:
        for piece in contents(export):
            yield piece
            begun.set()
            assert go_on.wait(60)

    monkeypatch.setattr(exports, "_contents", slowly)
    return begun, go_on


def test_a_file_that_was_being_written_during_an_erasure_is_not_given_out(
    committed_cast: Cast, grace: Member, robert: int, slow_file: tuple[Event, Event]
) -> None:
    organization_id = committed_cast.organization.id
    with tenant(organization_id):
        export = exports.request_export(
            member=committed_cast.sam, kind="customers", file_format="csv", choices={}
        )

    def write() -> None:
        try:
            with tenant(organization_id):
                exports.write_export(export.id)
        finally:
            connection.close()

    begun, go_on = slow_file
    writer = Thread(target=write)
    writer.start()
    assert begun.wait(60)
    erase_patiently(committed_cast, robert, grace)
    go_on.set()
    writer.join(timeout=60)
    with tenant(organization_id):
        export.refresh_from_db()
        assert (export.state, "erased" in export.problem) == ("failed", True)
        assert not ExportPart.objects.exists()
