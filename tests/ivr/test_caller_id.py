"""A caller's number counts as much as the carriers vouch for it."""

from __future__ import annotations

import pytest

from customers import actions
from customers.models import Customer
from desk.panels.own import identity_words
from foundation.tenancy import tenant
from tests.ivr.line import CALLER, Line
from tests.ivr.test_a_call import known_caller


@pytest.mark.parametrize(
    ("verdict", "confidence"),
    [
        ({"StirVerstat": "TN-Validation-Passed-A"}, "claimed"),
        ({"StirVerstat": "TN-Validation-Passed-B"}, "claimed"),
        ({"StirVerstat": "TN-Validation-Passed-C"}, "guessed"),
        ({"StirVerstat": "TN-Validation-Failed-A"}, "guessed"),
        ({"StirVerstat": "No-TN-Validation"}, "guessed"),
        ({}, "guessed"),
    ],
)
def test_whom_a_number_finds_is_as_sure_as_the_number(
    line: Line, verdict: dict[str, str], confidence: str
) -> None:
    robin = known_caller(line)
    call = line.call()
    assert line.post("/twilio/voice/", call.params(**verdict)).status_code == 200
    interaction = call.session.interaction
    assert (interaction.customer, interaction.identity_confidence) == (robin, confidence)
    assert identity_words(interaction) == {"confidence": confidence, "text": "phone number"}


def test_a_call_from_a_number_that_many_share_finds_nobody_by_itself(line: Line) -> None:
    known_caller(line)
    with tenant(line.organization_id):
        actions.mark_shared("phone", CALLER, actor=line.cast.ana.actor, note="Hotel")
    call = line.call()
    assert "enter your subscriber number" in call.dial().words
    assert call.session.interaction.customer is None
    with tenant(line.organization_id):
        assert Customer.objects.count() == 1
