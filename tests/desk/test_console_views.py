"""The life of a contact through the desk's doors, on real rows and a carrier that notes what it is asked."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.actors import IVR_ACTOR
from accounts.models import Member
from cases.models import Promise
from customers.actions import add_identity, create_customer, define_fact_key, share_record
from customers.models import AskedAgain, Customer, Fact, Interaction, RecordRead, TimelineEntry
from foundation import clock
from foundation.tenancy import tenant
from knowledge.actions import post_announcement
from knowledge.queries import had_seen
from routing.actions.offers import expire_offer
from routing.claims import Pair, claim
from routing.models import Offer, Presence, SeatToken, WaitingToken
from tests.ivr.conftest import cast, line, scripted  # noqa: F401
from tests.ivr.line import CALLER, Call, Line
from tests.sockets import signed_in

HTMX = {"hx-request": "true"}


class Desk:
    """One person's browser at the desk."""

    def __init__(self, line: Line, member: Member) -> None:  # noqa: F811
        self.line, self.member, self.client = line, member, signed_in(member)

    def get(self, path: str, **data: str) -> Any:
        return self.client.get(path, data, headers=HTMX)

    def post(self, path: str, **data: str) -> Any:
        return self.client.post(path, data, headers=HTMX)

    def on_contact(self, what: str, **data: str) -> Any:
        return self.post(f"/contacts/{self.interaction_id}/{what}/", **data)

    @property
    def interaction_id(self) -> int:
        with tenant(self.line.organization_id):
            return Interaction.objects.get(member=self.member, state__in=["serving", "wrap_up"]).id

    def interaction(self) -> Interaction:
        with tenant(self.line.organization_id):
            return Interaction.objects.select_related("customer").get(id=self.interaction_id)

    def count(self, model: Any, **which: object) -> int:
        with tenant(self.line.organization_id):
            return int(model.objects.filter(**which).count())


def offered(line: Line, call: Call, member: Member) -> int:  # noqa: F811
    """The waiting call is offered to this ready agent, as the owner of the order would."""
    with tenant(line.organization_id):
        token = WaitingToken.objects.get(work_item__interaction_id=call.session.interaction_id)
        seat = SeatToken.objects.get(member=member)
        [won] = claim([Pair(token.id, seat.id, ["free the longest"], {})], clock.now())
        return won.offer_id


def waiting_call(line: Line, caller: str = CALLER) -> Call:  # noqa: F811
    call = line.call(caller)
    call.dial()
    if "subscriber number" in call.heard.words:
        call.answer(Digits="", FinishedOnKey="#")
    call.press("1")
    return call


def known_customer(line: Line, **fields: Any) -> Customer:  # noqa: F811
    with tenant(line.organization_id):
        return create_customer(
            actor=IVR_ACTOR,
            display_name="Robin Field",
            phones=[CALLER],
            subscriber_number="20-88-1473",
            **fields,
        )


@pytest.fixture
def ana(line: Line) -> Desk:  # noqa: F811
    return Desk(line, line.cast.ana)


@pytest.fixture
def serving(ana: Desk) -> Desk:
    """Ana has accepted a known caller; her line still rings."""
    with tenant(ana.line.organization_id):
        define_fact_key("digital_account", label="Digital account", question="Do you have an account?")
    known_customer(ana.line)
    call = waiting_call(ana.line)
    ana.post("/presence/", state="ready")
    assert ana.post(f"/offers/{offered(ana.line, call, ana.member)}/accept/").status_code == 200
    ana.call = call
    return ana


def connect(desk: Desk) -> None:
    """Her telephone answers, and the caller comes in."""
    desk.line.pump()
    desk.line.leg_status(desk.line.leg(desk.call), "in-progress")
    desk.line.pump()


def toast_of(answer: Any) -> str:
    return str(json.loads(answer["HX-Trigger"])["toast"]["text"])


def errors_of(answer: Any) -> dict[str, list[str]]:
    return dict(json.loads(answer["HX-Trigger"])["fieldErrors"])


# Offers


def test_a_ready_agent_sees_the_offer_and_accepting_opens_the_contact(ana: Desk) -> None:
    known_customer(ana.line)
    call = waiting_call(ana.line)
    assert b'data-state="ready"' in ana.post("/presence/", state="ready").content
    offer_id = offered(ana.line, call, ana.member)
    assert f'data-offer="{offer_id}"' in ana.get("/work/").content.decode()
    screen = ana.post(f"/offers/{offer_id}/accept/").content.decode()
    assert f'data-interaction="{call.session.interaction_id}"' in screen
    assert "Robin Field" in screen
    assert ana.interaction().state == "serving"


def test_accepting_twice_is_accepting_once(serving: Desk) -> None:
    with tenant(serving.line.organization_id):
        offer_id = Offer.objects.get().id
    assert serving.post(f"/offers/{offer_id}/accept/").status_code == 200
    assert serving.count(TimelineEntry, title="Answered by Ana") == 1


def test_an_offer_of_another_agent_is_refused_in_words(ana: Desk) -> None:
    mark = Desk(ana.line, ana.line.cast.mark)
    call = waiting_call(ana.line)
    ana.post("/presence/", state="ready")
    offer_id = offered(ana.line, call, ana.member)
    late = mark.post(f"/offers/{offer_id}/accept/")
    assert late.status_code == 409
    assert toast_of(late) == "This contact was offered to another agent."
    assert ana.post(f"/offers/{offer_id}/accept/").status_code == 200


def test_an_offer_whose_caller_left_is_refused_in_words(ana: Desk) -> None:
    call = waiting_call(ana.line)
    ana.post("/presence/", state="ready")
    offer_id = offered(ana.line, call, ana.member)
    call.hang_up()
    ana.line.pump()
    gone = ana.post(f"/offers/{offer_id}/accept/")
    assert gone.status_code == 409
    assert toast_of(gone) == "The customer has left before you could answer."


def test_declining_says_what_happens_and_the_caller_waits_on(ana: Desk) -> None:
    call = waiting_call(ana.line)
    ana.post("/presence/", state="ready")
    answer = ana.post(f"/offers/{offered(ana.line, call, ana.member)}/decline/", reason="Not my skill")
    assert toast_of(answer).startswith("Given back.")
    assert 'data-testid="offer"' not in answer.content.decode()
    with tenant(ana.line.organization_id):
        assert Offer.objects.get().decline_reason == "Not my skill"
        assert WaitingToken.objects.count() == 1


def test_an_agent_set_aside_after_missed_offers_reads_why(ana: Desk) -> None:
    ana.post("/presence/", state="ready")
    with tenant(ana.line.organization_id):
        Presence.objects.filter(member=ana.member).update(state="not_responding")
    page = ana.get("/idle/").content.decode()
    assert "You missed 2 calls in a row" in page
    assert 'role="status"' in page
    ana.post("/presence/", state="ready")
    assert "You are ready" in ana.get("/idle/").content.decode()


def test_an_agent_who_missed_one_offer_is_told_what_another_one_means(ana: Desk) -> None:
    call = waiting_call(ana.line)
    ana.post("/presence/", state="ready")
    offered(ana.line, call, ana.member)
    assert "A call is ringing for you" in ana.get("/idle/").content.decode()
    with tenant(ana.line.organization_id):
        Offer.objects.update(expires_at=clock.now() - timedelta(seconds=1))
        assert expire_offer(Offer.objects.get().id)
    page = ana.get("/idle/").content.decode()
    assert "You are ready" in page
    assert "You missed a call." in page


# What is written in a contact


def test_a_note_stands_in_the_contact_and_on_the_record(serving: Desk) -> None:
    assert "Moved to Leeds" in serving.on_contact("note", text="Moved to Leeds").content.decode()
    assert serving.count(TimelineEntry, kind="note", body="Moved to Leeds") == 1


def test_an_empty_note_is_refused_at_its_field(serving: Desk) -> None:
    answer = serving.on_contact("note", text="  ")
    assert answer.status_code == 422
    assert "text" in errors_of(answer)
    assert serving.count(TimelineEntry, kind="note") == 0


def test_an_answer_becomes_a_fact_and_the_step_is_known(serving: Desk) -> None:
    step = serving.on_contact("fact", key="digital_account", value="yes, since May").content.decode()
    assert 'class="step is-known"' in step
    assert "yes, since May" in step
    assert serving.count(Fact, key__key="digital_account") == 1
    serving.on_contact("fact", key="digital_account", value="yes, since May")
    assert serving.count(Fact, key__key="digital_account") == 1


def test_asking_again_is_counted_with_its_reason_and_opens_the_question(serving: Desk) -> None:
    serving.on_contact("fact", key="digital_account", value="yes")
    step = serving.on_contact("ask-again", key="digital_account", reason="They say it changed")
    assert 'class="step is-asked_again"' in step.content.decode()
    assert serving.count(AskedAgain, reason="They say it changed") == 1
    assert serving.on_contact("ask-again", key="digital_account", reason="").status_code == 422
    assert serving.count(AskedAgain) == 1


def test_a_choice_that_is_none_writes_nothing(serving: Desk) -> None:
    assert serving.on_contact("fact", key="preferred_device", value="radio").status_code == 422
    assert serving.on_contact("fact", key="no_such_key", value="x").status_code == 422
    assert serving.count(Fact, key__key="preferred_device") == 0


def test_a_promise_by_a_preset_time_is_owed_by_the_agent(serving: Desk) -> None:
    answer = serving.on_contact("promise", text="Call back", due="1h", owed_by="")
    assert answer.status_code == 200
    with tenant(serving.line.organization_id):
        promise = Promise.objects.get()
    assert (promise.text, promise.owner_id, promise.owed_by_id) == ("Call back", serving.member.id, None)
    assert abs(promise.due_at - clock.now() - timedelta(hours=1)) < timedelta(minutes=1)


def test_a_promise_of_the_partners_is_owed_by_the_partner_at_the_local_time(serving: Desk) -> None:
    due = timezone.localtime(clock.now()).replace(microsecond=0, second=0, tzinfo=None) + timedelta(days=2)
    partner_id = serving.line.cast.partner.id
    serving.on_contact(
        "promise", text="Access link", due="custom", due_at=due.isoformat(), owed_by=str(partner_id)
    )
    with tenant(serving.line.organization_id), timezone.override("Europe/London"):
        promise = Promise.objects.get()
        assert timezone.localtime(promise.due_at).replace(tzinfo=None) == due
    assert promise.owed_by_id == partner_id


@pytest.mark.parametrize(
    "due_at",
    ["2020-01-01T10:00", "", "tomorrow", "2026-13-40T10:00"],
    ids=["past", "none", "words", "no day"],
)
def test_a_promise_without_a_time_to_come_is_refused_at_its_field(serving: Desk, due_at: str) -> None:
    answer = serving.on_contact("promise", text="Call back", due="custom", due_at=due_at, owed_by="")
    assert answer.status_code == 422
    assert list(errors_of(answer)) == ["due_at"]
    assert serving.count(Promise) == 0
    assert serving.count(TimelineEntry, kind="promise") == 0


# The line


@pytest.mark.parametrize("what", ["hold", "mute"])
def test_hold_and_mute_wait_for_the_line(serving: Desk, what: str) -> None:
    serving.line.pump()
    answer = serving.on_contact(what, on="1")
    assert answer.status_code == 409
    assert toast_of(answer) == "The caller is not connected yet."


def test_hold_is_shown_in_the_contact_and_on_the_floor_until_resumed(serving: Desk) -> None:
    connect(serving)
    sam = Desk(serving.line, serving.line.cast.sam)
    for on, held in (("1", True), ("0", False)):
        assert serving.on_contact("hold", on=on).status_code == 200
        serving.line.pump()
        assert (
            "data-on-hold" in serving.get(f"/contacts/{serving.interaction_id}/").content.decode()
        ) is held
        assert ("On hold" in sam.get("/floor/panels/calls/").content.decode()) is held


def test_a_transfer_to_the_partner_carries_the_note_and_leaves_wrap_up(serving: Desk) -> None:
    connect(serving)
    interaction_id = serving.interaction_id
    answer = serving.on_contact("transfer", queue="digital", note="Needs the link resent")
    assert answer.status_code == 200
    with tenant(serving.line.organization_id):
        interaction = Interaction.objects.get(id=interaction_id)
        assert (interaction.state, interaction.queue_slug, interaction.member_id) == (
            "waiting",
            "digital",
            None,
        )
        assert (
            TimelineEntry.objects.get(title="Transferred to Digital edition").body == "Needs the link resent"
        )
        assert Presence.objects.get(member=serving.member).state == "wrap_up"


def test_after_a_transfer_a_late_refresh_offers_to_get_ready_instead_of_complaining(serving: Desk) -> None:
    connect(serving)
    interaction_id = serving.interaction_id
    serving.on_contact("transfer", queue="digital", note="Needs the link resent")
    late = serving.get(f"/contacts/{interaction_id}/")
    assert (late.status_code, "HX-Trigger" in late.headers) == (200, False)
    page = late.content.decode()
    assert "The contact is handed on" in page
    assert "Get ready" in page
    assert CALLER not in page


def test_a_contact_opened_in_a_tab_of_its_own_is_the_whole_console(serving: Desk) -> None:
    connect(serving)
    answer = serving.client.get(f"/contacts/{serving.interaction_id}/")
    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_a_transfer_to_no_queue_changes_nothing(serving: Desk) -> None:
    connect(serving)
    answer = serving.on_contact("transfer", queue="nowhere", note="x")
    assert answer.status_code == 422
    assert "queue" in errors_of(answer)
    assert serving.interaction().state == "serving"


def test_hanging_up_leads_through_wrap_up_to_the_next_contact(serving: Desk) -> None:
    connect(serving)
    assert serving.on_contact("hang-up").status_code == 200
    serving.line.pump()
    serving.call.hang_up()
    serving.line.pump()
    assert serving.interaction().state == "wrap_up"
    interaction_id = serving.interaction_id
    assert 'id="wrapup"' in serving.get(f"/contacts/{interaction_id}/").content.decode()
    unsaid = serving.on_contact("wrap-up", disposition="", summary="Sent it again")
    assert unsaid.status_code == 422
    assert serving.interaction().state == "wrap_up"
    done = serving.on_contact("wrap-up", disposition="solved", summary="Sent it again", next="ready")
    assert "You are ready" in done.content.decode()
    with tenant(serving.line.organization_id):
        interaction = Interaction.objects.get(id=interaction_id)
        assert (interaction.state, interaction.disposition, interaction.summary) == (
            "ended",
            "solved",
            "Sent it again",
        )
        assert Presence.objects.get(member=serving.member).state == "ready"
    assert (
        serving.post(f"/contacts/{interaction_id}/wrap-up/", disposition="other", summary="x").status_code
        == 200
    )
    with tenant(serving.line.organization_id):
        assert Interaction.objects.get(id=interaction_id).disposition == "solved"


def test_finishing_with_a_pause_pauses(serving: Desk) -> None:
    connect(serving)
    serving.call.hang_up()
    serving.line.pump()
    done = serving.on_contact("wrap-up", disposition="solved", summary="", next="paused")
    assert "You are paused: Break" in done.content.decode()
    with tenant(serving.line.organization_id):
        assert Presence.objects.get(member=serving.member).state == "paused"


# Nobody is asked what the record knows


def steps_of(desk: Desk) -> str:
    return desk.get(f"/contacts/{desk.interaction_id}/").content.decode()


def define(desk: Desk, key: str, **options: Any) -> None:
    with tenant(desk.line.organization_id):
        define_fact_key(key, label=key.replace("_", " ").capitalize(), question=f"What of {key}?", **options)


def test_numbers_mail_and_language_of_the_record_are_not_asked_for(serving: Desk) -> None:
    for key in ("subscriber_number", "callback_number", "email", "delivery_note"):
        define(serving, key)
    define(serving, "language", value_type="choice", choices=["English", "German"])
    with tenant(serving.line.organization_id):
        customer = Customer.objects.get()
        Customer.objects.filter(id=customer.id).update(language="de")
        add_identity(
            customer.id, kind="email", value="robin@example.com", actor=IVR_ACTOR, confidence="verified"
        )
    screen = steps_of(serving)
    for key in ("subscriber_number", "callback_number", "email", "language"):
        assert f'class="step is-known" id="step-{key}"' in screen
        assert f"What of {key}?" not in screen
    assert 'class="step is-open" id="step-delivery_note"' in screen
    assert "20881473" in screen
    assert "German" in screen
    serving.on_contact("fact", key="email", value="new@example.com")
    assert "new@example.com" in steps_of(serving)


def test_why_they_called_last_time_is_not_why_they_call_now(serving: Desk) -> None:
    define(serving, "reason_for_contact")
    assert 'is-known" id="step-reason_for_contact"' in steps_of(serving)
    with tenant(serving.line.organization_id):
        Fact.objects.all().update(interaction=None)
    assert 'is-open" id="step-reason_for_contact"' in steps_of(serving)


def test_yes_or_no_is_chosen_not_typed(serving: Desk) -> None:
    define(serving, "wants_paper", value_type="boolean")
    screen = steps_of(serving)
    assert '<input type="radio" name="value" value="yes"' in screen
    serving.on_contact("fact", key="wants_paper", value="yes")
    with tenant(serving.line.organization_id):
        assert Fact.objects.get(key__key="wants_paper").value is True


# Who is calling


@pytest.fixture
def unknown(ana: Desk) -> Desk:
    """Ana serves a caller who withholds the number."""
    call = waiting_call(ana.line, "anonymous")
    ana.post("/presence/", state="ready")
    ana.post(f"/offers/{offered(ana.line, call, ana.member)}/accept/")
    ana.call = call
    return ana


def test_a_caller_nobody_knows_is_searched_and_attached(unknown: Desk) -> None:
    customer = known_customer(unknown.line)
    assert unknown.interaction().customer is None
    assert "Who is calling?" in steps_of(unknown)
    refused = unknown.on_contact("note", text="hello")
    assert refused.status_code == 422
    assert toast_of(refused).startswith("First say who is calling")
    found = unknown.get("/search/", q="Robin", contact=str(unknown.interaction_id)).content.decode()
    assert f'name="customer" value="{customer.id}"' in found
    screen = unknown.on_contact("identify", customer=str(customer.id)).content.decode()
    assert "Robin Field" in screen
    assert unknown.interaction().customer_id == customer.id
    assert unknown.interaction().identified_by == "agent"
    assert unknown.on_contact("identify", customer=str(customer.id)).status_code == 200
    assert unknown.count(TimelineEntry, title="Called") == 1


def test_people_who_share_a_number_are_offered_to_choose_from(ana: Desk) -> None:
    known_customer(ana.line)
    with tenant(ana.line.organization_id):
        other = create_customer(actor=IVR_ACTOR, display_name="Wren Field", phones=[CALLER])
    call = waiting_call(ana.line)
    ana.post("/presence/", state="ready")
    screen = ana.post(f"/offers/{offered(ana.line, call, ana.member)}/accept/").content.decode()
    assert "This is Robin Field" in screen
    assert "This is Wren Field" in screen
    ana.on_contact("identify", customer=str(other.id))
    assert ana.interaction().customer_id == other.id


def test_a_number_called_from_for_the_first_time_finds_its_owner_and_is_kept(ana: Desk) -> None:
    call = waiting_call(ana.line, "+447700900999")
    ana.post("/presence/", state="ready")
    ana.post(f"/offers/{offered(ana.line, call, ana.member)}/accept/")
    assert "Who is calling?" in steps_of(ana)
    customer = known_customer(ana.line)
    assert "Who is calling?" not in ana.on_contact("identify", customer=str(customer.id)).content.decode()
    with tenant(ana.line.organization_id):
        assert customer.identities.filter(value="+447700900999").exists()
        assert Customer.objects.count() == 1


@pytest.mark.parametrize("given", ["", "x", "0", "99999999", "9" * 30])
def test_somebody_who_is_nobody_cannot_be_attached(unknown: Desk, given: str) -> None:
    assert unknown.on_contact("identify", customer=given).status_code == 404
    assert unknown.interaction().customer is None


# What partners see, the timeline, and the marquee


@pytest.fixture
def paula(line: Line) -> Desk:  # noqa: F811
    return Desk(line, line.cast.paula)


def shared(line: Line) -> Customer:  # noqa: F811
    customer = known_customer(line)
    with tenant(line.organization_id):
        share_record(customer.id, partner_id=line.cast.partner.id, reason="product digital")
    return customer


def test_a_partner_reads_what_its_contract_says_and_the_look_is_written_down(line: Line, paula: Desk) -> None:  # noqa: F811
    customer = shared(line)
    page = paula.get(f"/customers/{customer.id}/").content.decode()
    assert "Robin Field" in page
    assert "900123" not in page.replace(" ", "")
    assert "Outside your contract" in page
    assert paula.count(RecordRead, customer=customer, member=paula.member) == 1
    assert "Robin Field" in paula.get("/search/", q="robin").content.decode()
    assert "Robin Field" not in paula.get("/search/", q="900123").content.decode()


def test_the_story_pages_without_loss_where_many_lines_have_one_time(line: Line, ana: Desk) -> None:  # noqa: F811
    customer = known_customer(line)
    now = clock.now()
    with tenant(line.organization_id):
        TimelineEntry.objects.all().delete()
        TimelineEntry.objects.bulk_create(
            TimelineEntry(
                customer=customer,
                kind="note" if number % 3 else "promise",
                hand="inhouse",
                title=f"line {number:03}.",
                at=now - timedelta(minutes=number // 50),
            )
            for number in range(130)
        )

    def read(url: str) -> list[str]:
        page = ana.get(url).content.decode()
        more = re.search(r'hx-get="([^"]*before[^"]*)"', page)
        return re.findall(r"line \d{3}\.", page) + (read(more[1].replace("&amp;", "&")) if more else [])

    everything = read(f"/customers/{customer.id}/timeline/")
    assert len(everything) == 130
    assert sorted(set(everything)) == [f"line {number:03}." for number in range(130)]
    promises = read(f"/customers/{customer.id}/timeline/?kind=promise")
    assert sorted(promises) == [f"line {number:03}." for number in range(0, 130, 3)]


def test_several_announcements_are_stepped_through_and_each_counts_as_seen_when_shown(ana: Desk) -> None:
    sam = ana.line.cast.sam
    with tenant(ana.line.organization_id):
        calm = post_announcement(actor=sam.actor, title="The index is out")
        urgent = post_announcement(actor=sam.actor, title="Cards are down", urgency="now")
    page = ana.get("/marquee/").content.decode()
    assert "Cards are down" in page
    assert "1 of 2" in page
    assert "The index is out" not in page
    with tenant(ana.line.organization_id):
        assert had_seen(ana.member.id, clock.now()) == [urgent]
    assert "The index is out" in ana.get("/marquee/", show=str(calm.id)).content.decode()
    with tenant(ana.line.organization_id):
        assert {one.id for one in had_seen(ana.member.id, clock.now())} == {calm.id, urgent.id}
    after = ana.post(f"/announcements/{urgent.id}/seen/").content.decode()
    assert "The index is out" in after


def test_an_announcement_reaches_its_audience_and_is_acknowledged_by_name(ana: Desk, paula: Desk) -> None:
    sam = Desk(ana.line, ana.line.cast.sam)
    posted = sam.post(
        "/announcements/", title="Office closes at four", audience="inhouse", ends="60", urgency=""
    )
    assert posted.status_code == 200
    assert "Not yet: Ana, Mark, Sam" in posted.content.decode()
    assert "Office closes" not in paula.get("/marquee/").content.decode()
    ana.get("/marquee/")
    with tenant(ana.line.organization_id):
        [announcement] = had_seen(ana.member.id, clock.now())
    ana.post(f"/announcements/{announcement.id}/seen/")
    assert "Not yet: Mark, Sam" in sam.get("/floor/panels/announcements/").content.decode()
    assert sam.post("/announcements/", title="", audience="inhouse").status_code == 422
    assert sam.post("/announcements/", title="x", audience="partner:999").status_code == 422
    sam.post(f"/announcements/{announcement.id}/end/")
    assert "Office closes" not in ana.get("/marquee/").content.decode()


# The floor


def test_the_floor_tells_what_happened(serving: Desk) -> None:
    waiting_call(serving.line, "+447700900555")
    sam = Desk(serving.line, serving.line.cast.sam)
    page = sam.get("/floor/").content.decode()
    assert 'data-testid="queue-waiting" data-queue="Service">1<' in page
    assert 'data-testid="agent-state" data-state="serving">' in page
    assert page.count("Talking") == 1
    assert "Robin Field" in page
    figures = sam.get("/floor/panels/figures/").content.decode()
    assert re.search(r'data-figure="waiting".*?stat-value[^>]*>1\b', figures, re.DOTALL)
    assert sam.get("/floor/panels/nothing/").status_code == 404
