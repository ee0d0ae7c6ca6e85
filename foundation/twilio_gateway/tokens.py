"""What lets an agent's browser be a telephone."""

from twilio.jwt.access_token import AccessToken
from twilio.jwt.access_token.grants import VoiceGrant


def access_token(
    *,
    account_sid: str,
    api_key_sid: str,
    api_key_secret: str,
    identity: str,
    ttl_seconds: int = 3600,
    twiml_app_sid: str = "",
) -> str:
    """A signed token: `identity` may receive calls, and place them when the account has a TwiML app."""
    token = AccessToken(account_sid, api_key_sid, api_key_secret, identity=identity, ttl=ttl_seconds)
    token.add_grant(VoiceGrant(incoming_allow=True, outgoing_application_sid=twiml_app_sid or None))
    return str(token.to_jwt())
