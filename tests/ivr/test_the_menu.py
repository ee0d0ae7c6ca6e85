"""What the telephone asks, once, and what it makes of the answers."""

from datetime import timedelta

import pytest

from accounts.actors import IVR_ACTOR
from cases.actions import keep_promise, make_promise
from customers.actions import add_identity, create_customer, identify_interaction, record_fact
from customers.models import Customer, Fact, Interaction
from foundation import clock
from foundation.tenancy import tenant
from ivr.models import CallSession
from ivr.rules import DEFAULT_MENU, Heard, chosen, counted, heard_from, number_in, spoken_wait, wants_person
from tests.ivr.line import CALLER, Line
from tests.ivr.test_a_call import known_caller


def test_the_caller_hears_what_is_known_and_on_the_next_call_what_has_happened_since(line: Line) -> None:
    customer = known_caller(line)
    with tenant(line.organization_id):
        record_fact(customer.id, key="missing_issues", value=["May", "June"], actor=IVR_ACTOR, source="test")
        promise = make_promise(
            customer.id,
            text="access link by e-mail",
            due_at=clock.now() + timedelta(days=1),
            actor=line.cast.ana.actor,
            owed_by_id=line.cast.partner.id,
        )
    first = line.call().dial()
    assert "Two issues were reported missing" in first.words
    assert "Digipress promised an access link by e-mail by tomorrow" in first.words
    with tenant(line.organization_id):
        keep_promise(promise.id, actor=line.cast.paula.actor, outcome="Sent")
    assert "and told us today" in line.call().dial().words


def test_an_unknown_caller_is_asked_for_the_subscriber_number_and_then_recognised(line: Line) -> None:
    customer = known_caller(line, phone="+447700900999", number="4711")
    call = line.call()
    assert "enter your subscriber number" in call.dial().words
    heard = call.press("4711", FinishedOnKey="#")
    assert "Why are you calling?" in heard.words
    interaction = call.session.interaction
    assert interaction.customer == customer
    assert (interaction.identified_by, interaction.identity_confidence) == ("subscriber_number", "claimed")


def test_a_spoken_subscriber_number_is_understood(line: Line) -> None:
    customer = known_caller(line, phone="+447700900999", number="4711")
    call = line.call()
    call.dial()
    call.speak("four seven one one")
    assert call.session.interaction.customer == customer


def test_a_wrong_number_may_be_given_once_more_and_then_the_call_goes_on(line: Line) -> None:
    call = line.call()
    call.dial()
    assert "could not find that number" in call.press("9999").words
    assert "Why are you calling?" in call.press("8888").words
    call.press("1")
    assert call.session.state == CallSession.State.QUEUED
    with tenant(line.organization_id):
        assert Fact.objects.get(key__key="reason_for_contact").customer == call.session.interaction.customer


def test_a_caller_without_the_number_at_hand_goes_on_at_once(line: Line) -> None:
    call = line.call()
    call.dial()
    assert "Why are you calling?" in call.press("", FinishedOnKey="#").words


def test_a_shared_number_is_never_guessed(line: Line) -> None:
    one = known_caller(line, number="4711")
    with tenant(line.organization_id):
        other = create_customer(actor=IVR_ACTOR, display_name="Ann Field", subscriber_number="4712")
        add_identity(other.id, kind="phone", value=CALLER, actor=IVR_ACTOR)
    call = line.call()
    assert "subscriber number" in call.dial().words
    assert call.session.interaction.customer is None
    call.press("4712")
    assert call.session.interaction.customer == other
    assert one.id != other.id


def test_twenty_calls_of_one_new_number_make_one_record(line: Line) -> None:
    for _ in range(20):
        line.call("+447700900777").dial()
    with tenant(line.organization_id):
        assert Customer.objects.count() == 1


def test_what_an_unknown_caller_answers_reaches_the_record_once_they_are_known(line: Line) -> None:
    call = line.call("anonymous")
    call.dial()
    call.press("", FinishedOnKey="#")
    call.press("1")
    with tenant(line.organization_id):
        assert not Fact.objects.exists()
        customer = create_customer(actor=IVR_ACTOR, display_name="Robin Field")
        identify_interaction(
            call.session.interaction_id,
            customer=customer,
            identified_by="agent",
            confidence="verified",
            actor=line.cast.ana.actor,
        )
    line.pump()
    with tenant(line.organization_id):
        fact = Fact.objects.get(customer=customer)
        assert (fact.value, fact.source) == ("missing_issue", "ivr:reason")


@pytest.mark.parametrize("answer", [{"Digits": "0"}, {"SpeechResult": "I want to speak to a real person"}])
def test_a_person_is_one_key_or_word_away_from_every_question(line: Line, answer: dict[str, str]) -> None:
    unknown = line.call()
    unknown.dial()
    assert unknown.answer(**answer).verbs[-1] == "Enqueue"
    known_caller(line, phone="+447700900888")
    known = line.call("+447700900888")
    known.dial()
    assert known.answer(**answer).verbs[-1] == "Enqueue"


def test_silence_and_wrong_keys_end_in_the_queue_after_three_questions(line: Line) -> None:
    known_caller(line)
    call = line.call()
    call.dial()
    assert "did not understand" in call.stay_silent().words
    assert "Gather" in call.press("9").verbs
    assert call.stay_silent().verbs[-1] == "Enqueue"
    with tenant(line.organization_id):
        assert not Fact.objects.exists()


def test_the_reason_chooses_the_queue(line: Line) -> None:
    known_caller(line)
    call = line.call()
    call.dial()
    call.speak("I would like to switch to the digital edition, please.")
    with tenant(line.organization_id):
        assert Interaction.objects.get(id=call.session.interaction_id).queue_slug == "digital"


def test_words_hardly_understood_are_kept_as_a_guess(line: Line) -> None:
    known_caller(line)
    call = line.call()
    call.dial()
    call.speak("billing", confidence="0.31")
    with tenant(line.organization_id):
        fact = Fact.objects.get(key__key="reason_for_contact")
        assert (fact.value, fact.confidence) == ("billing", "guessed")


def test_an_urgent_line_asks_nothing(line: Line) -> None:
    with tenant(line.organization_id):
        line.number.asks = False
        line.number.save()
    heard = line.call().dial()
    assert heard.verbs == ["Say", "Say", "Enqueue"]


def test_a_closed_queue_takes_a_message(line: Line) -> None:
    known_caller(line)
    with tenant(line.organization_id):
        line.service.is_active = False
        line.service.save()
    call = line.call()
    call.dial()
    heard = call.press("1")
    assert heard.verbs[-1] == "Record"
    assert call.session.state == CallSession.State.VOICEMAIL


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("my magazine has not arrived", "missing_issue"),
        ("I want the digital edition", "switch_to_digital"),
        ("the login link does not work", "digital_access"),
        ("I want to talk to billing, please.", "billing"),
        ("about these renewal notices", "renewal"),
        ("we have moved", "address_change"),
        ("cancel it", "cancel"),
        ("purple elephants", None),
        ("", None),
    ],
)
def test_words_are_matched_with_reasons(said: str, reason: str | None) -> None:
    found = chosen(Heard(speech=said), DEFAULT_MENU)
    assert (found.reason if found else None) == reason


def test_odd_input_is_read_without_complaint() -> None:
    assert heard_from("1", "", "much").score is None
    assert heard_from("", "", "").how == "speech"
    assert number_in(Heard(digits="47*11#")) == "4711"
    assert number_in(Heard(speech="four, 7, one... one")) == "4711"
    assert wants_person(Heard(speech="AGENT!"))
    assert not wants_person(Heard(speech="the agency"))


def test_a_wait_is_told_in_round_words_and_only_when_known() -> None:
    assert spoken_wait(1, 20) == "You are next in line. We expect to be with you in less than a minute."
    assert spoken_wait(4, 190) == "You are number 4 in line. We expect to be with you in about 3 minutes."
    assert spoken_wait(None, None) == ""


def test_only_plain_digits_count_as_a_number_and_only_finite_ones_as_a_confidence() -> None:
    assert counted("17") == 17
    assert [counted(text) for text in ("", "-1", "²", "٣", "1.0", "9" * 5_000)] == [None] * 6
    assert [heard_from("", "yes", text).score for text in ("nan", "inf", "-inf", "x")] == [None] * 4
