"""The one place that speaks Twilio: signatures, REST, TwiML and voice access tokens."""

from foundation.twilio_gateway.carrier import CallState, Carrier, CarrierAccount, ParticipantState
from foundation.twilio_gateway.errors import CarrierError
from foundation.twilio_gateway.signatures import verify_signature
from foundation.twilio_gateway.tokens import access_token
from foundation.twilio_gateway.twiml import Document

__all__ = [
    "CallState",
    "Carrier",
    "CarrierAccount",
    "CarrierError",
    "Document",
    "ParticipantState",
    "access_token",
    "verify_signature",
]
