"""Why this customer calls, as far as who looks may know."""

from __future__ import annotations

from datetime import timedelta

from accounts.access import Viewer
from accounts.actors import IVR_ACTOR
from cases.actions import make_promise, open_case
from cases.queries import guess_reason, guess_reasons
from customers.actions import create_customer, open_interaction, record_fact, share_record
from customers.models import Customer
from foundation import clock
from tests.people import Cast


def robert(cast: Cast) -> Customer:
    return create_customer(actor=cast.ana.actor, display_name="Robert")


def evidence(customer: Customer, viewer: Viewer) -> str:
    return " ".join(line for guess in guess_reasons(customer.id, viewer=viewer) for line in guess.evidence)


def test_a_stranger_is_not_guessed_about(cast: Cast) -> None:
    assert guess_reason(robert(cast).id) is None


def test_what_the_caller_said_in_this_contact_is_the_reason(cast: Cast) -> None:
    customer = robert(cast)
    contact = open_interaction(actor=IVR_ACTOR, channel="voice", address="", customer=customer)
    record_fact(
        customer.id,
        key="reason_for_contact",
        value="billing",
        actor=IVR_ACTOR,
        source="ivr:reason",
        interaction_id=contact.id,
    )
    guess = guess_reason(customer.id, interaction_id=contact.id)
    assert guess is not None
    assert (guess.reason, guess.evidence) == ("billing", ["They said so: payment or invoice."])


def test_a_partner_gets_no_evidence_from_what_it_may_not_see(cast: Cast) -> None:
    customer = robert(cast)
    share_record(customer.id, partner_id=cast.partner.id, reason="routed call")
    record_fact(customer.id, key="missing_issues", value=["9"], actor=cast.ana.actor, source="desk")
    open_case(
        customer.id,
        title="Parcel lost",
        reason="missing_issue",
        actor=cast.ana.actor,
        partner_id=cast.other_partner.id,
    )
    make_promise(
        customer.id,
        text="refund to the card",
        due_at=clock.now() + timedelta(hours=5),
        actor=cast.ana.actor,
        owed_by_id=cast.other_partner.id,
    )
    make_promise(
        customer.id,
        text="access link by e-mail",
        due_at=clock.now() + timedelta(hours=5),
        actor=cast.ana.actor,
        owed_by_id=cast.partner.id,
    )
    ours, theirs = (
        evidence(customer, cast.viewer(cast.ana)),
        evidence(customer, cast.viewer(cast.paula)),
    )
    for secret in ("Parcel lost", "refund to the card", "Issue 9"):
        assert secret in ours
        assert secret not in theirs
    assert "access link" in theirs
