"""Everything about a person told, and forgotten: nothing of them is left anywhere, and it can be proven; and
nothing kept for too long."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from random import Random
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import settings as settings_of
from hypothesis import strategies as st

from accounts.actions import add_member
from accounts.actors import IVR_ACTOR, SYSTEM_ACTOR
from accounts.models import Member, User
from cases.actions import make_promise, open_case
from customers import actions
from customers.consent.actions import hold_contact, set_preference, stop_contact
from customers.exports import actions as exports
from customers.exports.models import Export, ExportPart
from customers.merge_rows import relations
from customers.models import (
    Customer,
    Erasure,
    ErasureReceipt,
    Interaction,
    RecordRead,
    SearchEntry,
)
from customers.privacy import certificates, holds, receipts, retention
from customers.privacy.erasing import erase_customer, preview_erasure, sweep_up
from customers.privacy.kinds import all_kinds, subject_of, told_kinds
from customers.privacy.retention import apply_retention, keep_for, retention_lines
from customers.search import find_customers
from foundation import clock
from foundation.errors import Conflict, Forbidden, NotVisible, Refusal
from foundation.models import Event, TenantModel
from foundation.twilio_gateway import CarrierError
from ivr.handlers import delete_recording
from ivr.models import CallSession, PhoneNumber, ReceivedWebhook, TelephonyAccount, Voicemail
from partners.actions import create_webhook_endpoint
from partners.models import WebhookMessage
from routing.models import Queue, WorkItem
from tests.customers.merging_world import picture, random_customer
from tests.customers.test_merging import EXAMPLES, rolled_back
from tests.people import Cast
from tests.scripted_carrier import ScriptedCarrier

NUMBER, OTHER_NUMBER, MAIL = "+447700900417", "+447700900555", "zephyrine@quillfeather.example"
# Words and numbers that stand nowhere but in this person's rows.
WORDS = ("Zephyrine", "Quillfeather", "Zeph Quill", NUMBER[1:], OTHER_NUMBER[1:], "Gooseberry",
         "Heliotrope", "Crabtree Lane", "Marmalade", "quillfeather.example")  # fmt: skip


def admin_of(cast: Cast) -> Member:
    user = User.objects.create_user(username=f"{cast.organization.slug}-grace")
    return add_member(user, role="admin", display_name="Grace")


@pytest.fixture
def grace(cast: Cast) -> Member:
    return admin_of(cast)


def person(cast: Cast) -> Customer:
    """Somebody with a row of every kind, in two records that were merged."""
    customer = actions.create_customer(
        actor=cast.ana.actor,
        display_name="Zephyrine Quillfeather",
        phones=[NUMBER],
        emails=[MAIL],
        postal_address="3 Crabtree Lane",
    )
    other = actions.create_customer(actor=IVR_ACTOR, display_name="Zeph Quill", phones=[OTHER_NUMBER])
    contact = actions.open_interaction(
        actor=IVR_ACTOR, channel="voice", address=NUMBER, customer=customer, confidence="verified"
    )
    for key, value in (("digital_account", "Heliotrope"), ("reason_for_contact", "Gooseberry hedge")):
        actions.record_fact(
            customer.id, key=key, value=value, actor=IVR_ACTOR, source="ivr", interaction_id=contact.id
        )
    actions.count_asked_again(customer.id, key="digital_account", reason="Gooseberry?", actor=cast.ana.actor)
    actions.add_note(customer.id, text="Likes Gooseberry jam", actor=cast.ana.actor)
    actions.add_note(customer.id, text="They read Gooseberry on paper", actor=cast.paula.actor)
    actions.add_subscription(customer.id, product_code="digital-edition", actor=cast.ana.actor)
    order = actions.place_order(other.id, product_code="print", reference="Crabtree-7", actor=cast.ana.actor)
    actions.change_order_state(order.id, state="sent", actor=cast.ana.actor)
    case = open_case(other.id, title="Lost Heliotrope seeds", reason="other", actor=cast.ana.actor)
    due = clock.now() + timedelta(days=1)
    make_promise(
        other.id, text="Marmalade by post", due_at=due, actor=cast.ana.actor, owed_by_id=cast.partner.id,
        case_id=case.id,
    )  # fmt: skip
    _on_the_phone(contact)
    Interaction.objects.filter(id=contact.id).update(
        state="ended", summary="About Marmalade", disposition="solved", ended_at=clock.now()
    )
    nobody = actions.open_interaction(actor=IVR_ACTOR, channel="voice", address=NUMBER)
    actions.abandon_interaction(nobody.id)
    _on_the_phone(nobody)
    actions.merge_customers(customer.id, other.id, actor=cast.sam.actor)
    actions.note_read(cast.viewer(cast.paula), customer.id, "record", why="Gooseberry")
    endpoint, _ = create_webhook_endpoint(cast.partner, url="https://partner.example/hook")
    WebhookMessage.objects.create(
        endpoint=endpoint,
        event=Event.objects.filter(name="promise.made").latest("id"),
        event_name="promise.made",
        subject=f"customer:{other.id}",
        body='{"text": "Marmalade by post"}',
    )
    exports.request_export(
        member=cast.sam, kind="customers", file_format="csv", choices={"q": "Quillfeather"}
    )
    customer.refresh_from_db()
    stop_contact(customer.pk, actor=cast.ana.actor, source="desk")
    hold_contact(customer.pk, why="Bereaved", actor=cast.ana.actor)
    set_preference(customer.pk, actor=cast.ana.actor, time_zone="Europe/London")
    return customer


def _on_the_phone(contact: Interaction) -> None:
    queue, _ = Queue.objects.get_or_create(slug="digital", defaults={"name": "Digital"})
    WorkItem.objects.create(
        interaction=contact, queue=queue, entered_at=clock.now(), queued_at=clock.now(), done_at=clock.now(),
        state="done", note="Asked for Marmalade",
    )  # fmt: skip
    account, _ = TelephonyAccount.objects.get_or_create(account_sid="AC1", defaults={"auth_token": "secret"})
    line, _ = PhoneNumber.objects.get_or_create(
        e164="+441632960000", defaults={"account": account, "name": "Main", "queue": queue}
    )
    session = CallSession.objects.create(
        interaction=contact, number=line, call_sid=f"CA{contact.id}", caller_id=NUMBER, state="ended",
        heard=[{"key": "reason_for_contact", "value": "Gooseberry"}], conference_name=f"call-{contact.id}",
    )  # fmt: skip
    Voicemail.objects.create(
        session=session, recording_sid=f"RE{contact.id}", recording_url="https://carrier.example/Marmalade"
    )
    ReceivedWebhook.objects.create(
        kind="voice", url="/twilio/voice/", call_sid=session.call_sid, params={"From": NUMBER},
        dedupe_key=f"k{contact.id}", processed_at=clock.now(),
    )  # fmt: skip


def everything_said() -> dict[str, str]:
    """Every row of every table of this organisation as text."""
    said = {}
    with connection.cursor() as cursor:
        for model in apps.get_models():
            if issubclass(model, TenantModel):
                table = model._meta.db_table
                cursor.execute(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM \"{table}\" t")
                said[table] = cursor.fetchone()[0]
    return said


def left_of_them() -> dict[str, list[str]]:
    found = {table: [word for word in WORDS if word in text] for table, text in everything_said().items()}
    # The search's dictionary knows single words; those that nobody has go at night.
    found.pop("customers_searchword")
    return {table: words for table, words in found.items() if words}


def test_an_erasure_leaves_nothing_of_the_person_in_any_table(cast: Cast, grace: Member) -> None:
    customer = person(cast)
    before = left_of_them()
    assert len(before) >= 12
    preview = preview_erasure(customer.id)
    erasure = erase_customer(customer.id, member=grace, basis="asked")
    assert left_of_them() == {}
    counted = {one.name: one.count for one in (*preview.goes, *preview.stripped)}
    done = erasure.erased | erasure.stripped
    assert {name: done[name] for name in counted} == counted
    assert {"record": 2, "promises": 1, "cases": 1, "facts": 2}.items() <= erasure.erased.items()
    assert {one.partner.name for one in ErasureReceipt.objects.all()} == {"Digipress"}


def test_what_stays_for_the_figures_is_a_contact_of_nobody(cast: Cast, grace: Member) -> None:
    customer = person(cast)
    erase_customer(customer.id, member=grace, basis="asked")
    contact = Interaction.objects.get(disposition="solved")
    assert (contact.customer_id, contact.address, contact.summary, contact.reason) == (None, "", "", "")
    assert contact.ended_at is not None
    assert not Customer.objects.exists()
    assert not SearchEntry.objects.exists()


def test_a_reason_that_many_gave_stays_with_the_contact(cast: Cast, grace: Member) -> None:
    for number in range(4):
        customer = actions.create_customer(actor=SYSTEM_ACTOR, display_name=f"Reader {number}")
        contact = actions.open_interaction(
            actor=IVR_ACTOR, channel="voice", address="+441632960001", customer=customer
        )
        Interaction.objects.filter(id=contact.id).update(state="ended", reason="billing")
    erase_customer(customer.id, member=grace, basis="asked")
    assert Interaction.objects.get(customer=None).reason == "billing"


def test_a_number_that_calls_again_is_a_new_person(cast: Cast, grace: Member) -> None:
    customer = person(cast)
    erase_customer(customer.id, member=grace, basis="asked")
    found = actions.find_or_create_by_phone(NUMBER, actor=IVR_ACTOR)
    assert found.created
    assert found.customer is not None
    assert found.customer.id != customer.id
    assert not found.customer.facts.exists()
    assert find_customers(cast.viewer(cast.ana), "Quillfeather") == []


def test_the_certificate_knows_the_number_it_is_about_and_no_change_goes_unseen(
    cast: Cast, grace: Member
) -> None:
    customer = person(cast)
    first = erase_customer(customer.id, member=grace, basis="asked")
    again = actions.create_customer(actor=SYSTEM_ACTOR, display_name="Someone")
    second = erase_customer(again.id, member=grace, basis="needless")
    assert certificates.names(first, "07700 900417")
    assert certificates.names(first, OTHER_NUMBER)
    assert not certificates.names(first, "07700 900418")
    assert second.previous_digest == first.digest
    said = json.dumps(certificates.as_json(first))
    assert [word for word in WORDS if word in said] == []
    assert first.looked == {"Digipress": 1}
    for one in (first, second):
        one.refresh_from_db()
        assert certificates.is_intact(one)
    Erasure.objects.filter(id=first.id).update(erased={"record": 1})
    first.refresh_from_db()
    assert not certificates.is_intact(first)


def test_a_legal_hold_refuses_the_erasure_until_it_is_lifted(cast: Cast, grace: Member) -> None:
    customer = person(cast)
    merged = Customer.objects.get(merged_into=customer)
    with pytest.raises(Refusal, match="Say why"):
        holds.place_hold(customer.id, reason="  ", member=cast.sam)
    with pytest.raises(Forbidden):
        holds.place_hold(customer.id, reason="Court", member=cast.ana)
    hold = holds.place_hold(customer.id, reason="Court case 7", member=cast.sam)
    assert any("Court case 7" in one for one in preview_erasure(merged.id).blocked)
    with pytest.raises(Conflict, match="Court case 7"):
        erase_customer(merged.id, member=grace, basis="asked")
    holds.lift_hold(hold.id, reason="Case closed", member=cast.sam)
    with pytest.raises(Conflict):
        holds.lift_hold(hold.id, reason="Case closed", member=cast.sam)
    assert erase_customer(merged.id, member=grace, basis="asked").record_number == customer.id


def test_nobody_is_erased_during_a_contact_nor_by_anybody_but_an_administrator(
    cast: Cast, grace: Member
) -> None:
    customer = actions.create_customer(actor=SYSTEM_ACTOR, display_name="Reader")
    contact = actions.open_interaction(
        actor=IVR_ACTOR, channel="voice", address="+441632960001", customer=customer
    )
    with pytest.raises(Conflict, match="going on"):
        erase_customer(customer.id, member=grace, basis="asked")
    actions.abandon_interaction(contact.id)
    with pytest.raises(Forbidden):
        erase_customer(customer.id, member=cast.sam, basis="asked")
    with pytest.raises(Refusal):
        erase_customer(customer.id, member=grace, basis="because")
    erase_customer(customer.id, member=grace, basis="asked")
    with pytest.raises(NotVisible):
        erase_customer(customer.id, member=grace, basis="asked")


def test_a_partner_confirms_once_and_only_its_own(cast: Cast, grace: Member) -> None:
    erasure = erase_customer(person(cast).id, member=grace, basis="asked")
    receipt = erasure.receipts.get()
    theirs = cast.viewer(cast.paula)
    first = receipts.confirm_receipt(theirs, receipt.id)
    assert receipts.confirm_receipt(theirs, receipt.id).confirmed_at == first.confirmed_at
    assert Event.objects.filter(name="customer.erasure_confirmed").count() == 1
    with pytest.raises(Forbidden):
        receipts.enter_receipt(receipt.id, member=cast.paula)
    ErasureReceipt.objects.filter(id=receipt.id).update(partner=cast.other_partner, confirmed_at=None)
    with pytest.raises(NotVisible):
        receipts.confirm_receipt(theirs, receipt.id)
    assert not receipts.overdue_receipts().exists()
    ErasureReceipt.objects.update(due_at=clock.now() - timedelta(days=1))
    assert receipts.overdue_receipts().get() == receipt
    assert receipts.enter_receipt(receipt.id, member=cast.sam).how == "hand"


def test_what_was_on_its_way_is_swept_up_after(cast: Cast, grace: Member) -> None:
    customer = person(cast)
    endpoint, _ = create_webhook_endpoint(cast.partner, url="https://partner.example/late")
    erasure = erase_customer(customer.id, member=grace, basis="asked")
    late = WebhookMessage.objects.create(
        endpoint=endpoint, event=Event.objects.latest("id"), event_name="promise.made",
        subject=f"customer:{customer.id}", body="Marmalade",
    )  # fmt: skip
    sweep_up([erasure.record_number, *erasure.merged_record_numbers])
    assert not WebhookMessage.objects.filter(id=late.id).exists()
    assert Event.objects.filter(name="customer.erasure_requested").exists()


def file_of(customer: Customer, cast: Cast, file_format: str) -> str:
    [export] = [
        one
        for one in exports.request_person_export(
            customer.id, member=cast.sam, viewer=cast.viewer(cast.sam), why="They asked by letter"
        )
        if one.file_format == file_format
    ]
    exports.write_export(export.id)
    return b"".join(exports.take_export(export.id, cast.sam)[1]).decode()


def test_the_access_export_tells_everything_to_people_and_to_machines(cast: Cast) -> None:
    customer = person(cast)
    data: Any = json.loads(file_of(customer, cast, "json"))
    page = file_of(customer, cast, "html")
    assert set(data["kinds"]) == {kind.name for kind in told_kinds()}
    empty = {name for name, kind in data["kinds"].items() if not kind["rows"]}
    assert empty <= {"callbacks", "holds", "pilots"}
    assert [word for word in WORDS if word not in page] == []
    [fact] = [row for row in data["kinds"]["facts"]["rows"] if row["value"] == "Heliotrope"]
    assert (fact["key"]["name"], fact["hand"], fact["source"]) == ("Digital account", "ivr", "ivr")
    assert "<script" not in page
    assert "http" not in page.split("<main>")[0]
    assert {"access export", "access export downloaded"} <= set(
        RecordRead.objects.values_list("what", flat=True)
    )


def test_a_hostile_name_is_harmless_in_the_readable_file(cast: Cast) -> None:
    customer = actions.create_customer(actor=SYSTEM_ACTOR, display_name="<script>alert(1)</script>\u202e")
    assert "<script" not in file_of(customer, cast, "html")
    assert json.loads(file_of(customer, cast, "json"))["about"]["names"][0].startswith("<script>")


def test_files_made_before_an_erasure_are_gone_with_it(cast: Cast, grace: Member) -> None:
    customer = person(cast)
    file_of(customer, cast, "html")
    everybody = exports.request_export(member=cast.sam, kind="customers", file_format="csv", choices={})
    exports.write_export(everybody.id)
    erase_customer(customer.id, member=grace, basis="asked")
    assert not ExportPart.objects.exists()
    with pytest.raises(Conflict, match="gone"):
        exports.take_export(everybody.id, cast.sam)
    assert not Export.objects.filter(kind="person").exists()


def test_only_supervisors_take_out_a_person(cast: Cast) -> None:
    customer = person(cast)
    for member in (cast.ana, cast.paula):
        with pytest.raises(Forbidden):
            exports.request_person_export(customer.id, member=member, viewer=cast.viewer(member))


def test_every_table_that_hangs_on_a_customer_says_what_an_erasure_makes_of_it() -> None:
    """Whoever adds a table with a key to a customer, or to what belongs to one, registers its kind."""
    known = {kind.model for kind in all_kinds()}
    # Without the person they say nothing about anybody: who was offered a contact, why, and for how long.
    without_a_person = {"routing.Offer", "routing.DecisionRecord", "routing.WaitingToken", "routing.Presence",
                        "routing.Engagement", "routing.WaitEstimate", "ivr.AgentLeg"}  # fmt: skip
    found, todo = set(), [Customer]
    while todo:
        parent = todo.pop()
        for model in apps.get_models():
            if model not in found and any(
                field.related_model is parent for field in model._meta.concrete_fields
            ):
                found.add(model)
                todo.append(model)
    missing = {model._meta.label for model in found - known} - without_a_person
    assert missing == set()


def test_what_a_caller_left_is_deleted_at_the_carrier_too(cast: Cast, grace: Member, settings: Any) -> None:
    erase_customer(person(cast).id, member=grace, basis="asked")
    unwanted = Event.objects.filter(name="recording.unwanted").order_by("id")
    assert len(unwanted) == 2
    with scripted_carrier() as carrier:
        settings.TWILIO_API_URL = carrier.url
        for status in (204, 404):
            carrier.status, carrier.body = status, ""
            delete_recording(unwanted[0])  # type: ignore[arg-type]
        carrier.status = 500
        with pytest.raises(CarrierError):
            delete_recording(unwanted[1])  # type: ignore[arg-type]
    asked = [(one.method, one.path.rpartition("/")[2]) for one in carrier.requests]
    sid = unwanted[0].payload["recording_sid"]
    assert asked[:2] == [("DELETE", f"{sid}.json")] * 2


@contextmanager
def scripted_carrier() -> Iterator[ScriptedCarrier]:
    carrier = ScriptedCarrier()
    try:
        yield carrier
    finally:
        carrier.stop()


# --- retention --------------------------------------------------------------------------------------------


def aged(cast: Cast, days: int) -> Customer:
    """Somebody who called so many days ago."""
    customer = person(cast)
    then = clock.now() - timedelta(days=days)
    Interaction.objects.update(started_at=then)
    CallSession.objects.update(started_at=then)
    ReceivedWebhook.objects.update(received_at=then)
    Voicemail.objects.update(left_at=then)
    return customer


def test_what_is_old_is_forgotten_and_what_is_held_is_not(cast: Cast) -> None:
    customer = aged(cast, 2000)
    hold = holds.place_hold(customer.id, reason="Court case 7", member=cast.sam)
    runs = {run.kind: run for run in apply_retention(cast.organization.id)}
    assert {run.state for run in runs.values()} == {"done"}
    assert (runs["raw_requests"].removed, runs["raw_requests"].held) == (1, 1)
    assert (runs["contacts"].removed, runs["contacts"].held) == (1, 1)  # one is of nobody known
    assert Voicemail.objects.exists()
    holds.lift_hold(hold.id, reason="Closed", member=cast.sam)
    runs = {run.kind: run for run in apply_retention(cast.organization.id)}
    assert {name: run.removed for name, run in runs.items()} == {
        "decisions": 0, "callbacks": 0,
        "contacts": 1, "reads": 0, "raw_requests": 1, "voicemails": 1, "calls": 1, "messages": 0,
    }  # fmt: skip
    contact = Interaction.objects.get(disposition="solved")
    assert (contact.customer_id, contact.address, contact.summary) == (customer.id, "", "")
    assert not ReceivedWebhook.objects.exists()
    assert apply_retention(cast.organization.id)[0].removed == 0


def test_only_reads_old_enough_are_forgotten_and_by_nothing_else(cast: Cast) -> None:
    customer = person(cast)
    with time_machine.travel(clock.now() - timedelta(days=1200)):
        actions.note_read(cast.viewer(cast.paula), customer.id, "timeline")
    assert RecordRead.objects.count() == 2
    for change in (
        lambda: RecordRead.objects.update(why="nothing"),
        lambda: RecordRead.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError, match="who looked"), _checked_at_once():
            change()
    apply_retention(cast.organization.id)
    _check_keys()
    assert RecordRead.objects.get().what == "record"


@contextmanager
def _checked_at_once() -> Iterator[None]:
    with transaction.atomic():
        yield
        _check_keys()


def _check_keys() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def test_an_organisation_keeps_things_as_long_as_its_administrators_say(cast: Cast, grace: Member) -> None:
    aged(cast, 20)
    with pytest.raises(Forbidden):
        keep_for("raw_requests", days=7, member=cast.sam)
    for name, days in (("raw_requests", 1), ("nothing", 7), ("messages", None), ("reads", 10)):
        with pytest.raises(Refusal):
            keep_for(name, days=days, member=grace)
    keep_for("raw_requests", days=7, member=grace)
    keep_for("voicemails", days=None, member=grace)
    runs = {run.kind: run for run in apply_retention(cast.organization.id)}
    assert runs["raw_requests"].removed == 2
    assert "voicemails" not in runs
    [line] = [line for line in retention_lines() if line.kind.name == "raw_requests"]
    assert (line.keep_days, line.run) == (7, runs["raw_requests"])


def test_a_great_deal_is_forgotten_in_small_batches_over_several_nights(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    monkeypatch.setattr(retention, "MOST_A_NIGHT", 4)
    old = clock.now() - timedelta(days=40)
    ReceivedWebhook.objects.bulk_create(
        [
            ReceivedWebhook(
                kind="voice", url="/", params={}, dedupe_key=str(number), received_at=old, processed_at=old
            )
            for number in range(7)
        ]
    )  # fmt: skip
    nights = [
        {run.kind: run for run in apply_retention(cast.organization.id)}["raw_requests"] for _ in range(3)
    ]
    assert [(run.state, run.removed) for run in nights] == [("stopped", 4), ("done", 3), ("done", 0)]


# --- among others -----------------------------------------------------------------------------------------


def test_words_filed_under_a_record_that_was_part_of_theirs_go_too(cast: Cast, grace: Member) -> None:
    winner = actions.create_customer(actor=SYSTEM_ACTOR, display_name="Rob", phones=["+447700900101"])
    loser = actions.create_customer(actor=SYSTEM_ACTOR, display_name="Zeph Quill", phones=[NUMBER])
    merge = actions.merge_customers(winner.id, loser.id, actor=cast.sam.actor)
    contact = actions.open_interaction(
        actor=IVR_ACTOR, channel="voice", address=NUMBER, customer=winner, confidence="claimed"
    )
    due = clock.now() + timedelta(days=1)
    for of, text in ((contact.id, "Marmalade"), (None, "A paper copy")):
        make_promise(winner.id, text=text, due_at=due, actor=cast.ana.actor, interaction_id=of)
    actions.abandon_interaction(contact.id)
    actions.unmerge_customers(merge.id, actor=cast.sam.actor)
    erase_customer(loser.id, member=grace, basis="asked")
    assert left_of_them() == {}
    assert Event.objects.get(payload__text="A paper copy").subject == f"customer:{winner.id}"


@settings_of(EXAMPLES, max_examples=8)
@given(seed=st.integers(0, 2**32))
def test_an_erasure_takes_one_person_whole_and_leaves_everybody_else_as_they_were(
    cast: Cast, grace: Member, seed: int
) -> None:
    def example() -> None:
        rng = Random(seed)
        people = [random_customer(cast, rng).pk for _ in range(5)]
        for contact in Interaction.objects.exclude(state="abandoned"):
            actions.abandon_interaction(contact.id)
        for _ in range(rng.randint(0, 3)):
            with suppress(Refusal):
                actions.merge_customers(*rng.sample(people, 2), actor=cast.sam.actor)
        gone = set(subject_of(people[0]).customer_ids)
        others = sorted(set(people) - gone)
        before, contacts = [picture(one) for one in others], Interaction.objects.count()
        erase_customer(people[0], member=grace, basis="asked")
        assert [picture(one) for one in others] == before
        assert not Customer.objects.filter(id__in=gone).exists()
        for relation in relations():
            rows = relation.model._base_manager.filter(**{f"{relation.field}__in": gone})
            assert not rows.exists(), relation.label
        assert Interaction.objects.count() == contacts

    rolled_back(example)
