"""Access tokens of browsers, checked from their specification with nothing but the standard library."""

import base64
import binascii
import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from typing import Any

from simulator.accounts import Account, Directory


class TokenRefused(Exception):
    """The token is of no use; `code` and `name` are those of the real SDK."""

    def __init__(self, code: int, name: str, detail: str) -> None:
        super().__init__(detail)
        self.code, self.name, self.detail = code, name, detail


@dataclass(frozen=True)
class Grant:
    """What a good token allows."""

    account: Account
    identity: str
    incoming: bool
    application_sid: str
    issued_at: float
    expires_at: float


def _decode(part: str) -> Any:
    try:
        return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (binascii.Error, ValueError) as error:
        raise TokenRefused(20101, "AccessTokenInvalid", "the token is not readable") from error


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def verify(directory: Directory, token: str) -> Grant:
    """The grant of a token; TokenRefused when malformed, forged, foreign, expired or anonymous."""
    parts = token.split(".")
    if len(parts) != 3:
        raise TokenRefused(20101, "AccessTokenInvalid", "the token has not three parts")
    header, claims = _object(_decode(parts[0])), _object(_decode(parts[1]))
    if header.get("alg") != "HS256" or header.get("cty") != "twilio-fpa;v=1":
        raise TokenRefused(20101, "AccessTokenInvalid", "the header must say HS256 and twilio-fpa;v=1")
    account = directory.account_of_key(str(claims.get("iss", "")))
    if account is None or claims.get("sub") != account.sid:
        raise TokenRefused(
            20101, "AccessTokenInvalid", "issuer and subject are no key and account of this carrier"
        )
    _check_signature(account.api_keys[str(claims["iss"])], parts)
    return _grant(account, claims)


def _check_signature(secret: str, parts: list[str]) -> None:
    expected = hmac.new(secret.encode(), f"{parts[0]}.{parts[1]}".encode(), hashlib.sha256).digest()
    given = parts[2] + "=" * (-len(parts[2]) % 4)
    try:
        matches = hmac.compare_digest(expected, base64.urlsafe_b64decode(given))
    except (binascii.Error, ValueError):
        matches = False
    if not matches:
        raise TokenRefused(31202, "AccessTokenSignatureValidationFailed", "the signature does not match")


def _grant(account: Account, claims: dict[str, Any]) -> Grant:
    expires = claims.get("exp")
    if not isinstance(expires, (int, float)) or expires <= time.time():
        raise TokenRefused(20104, "AccessTokenExpired", "the token has expired")
    grants = _object(claims.get("grants"))
    voice = _object(grants.get("voice"))
    identity = grants.get("identity")
    if not isinstance(identity, str) or not identity or "voice" not in grants:
        raise TokenRefused(20101, "AccessTokenInvalid", "the token needs an identity and a voice grant")
    issued = claims.get("nbf", claims.get("iat", time.time()))
    return Grant(
        account=account,
        identity=identity,
        incoming=_object(voice.get("incoming")).get("allow") is True,
        application_sid=str(_object(voice.get("outgoing")).get("application_sid", "")),
        issued_at=float(issued) if isinstance(issued, (int, float)) else time.time(),
        expires_at=float(expires),
    )
