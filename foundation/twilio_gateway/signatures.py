"""Whether a webhook really comes from the carrier."""

import hmac
from collections.abc import Iterable, Mapping

from twilio.request_validator import RequestValidator


def verify_signature(
    auth_tokens: Iterable[str], url: str, params: Mapping[str, object], signature: str | None
) -> bool:
    """True when one of the tokens (primary, secondary) made `signature` over `url` and the posted `params`.

    `params` is Django's `request.POST` whole and unfiltered, `{}` for GET. Nothing raises: a missing
    header, an impossible port or unencodable text is a False.
    """
    if not signature:
        return False
    return any(_made_by(token, url, params, signature) for token in auth_tokens if token)


def _made_by(token: str, url: str, params: Mapping[str, object], signature: str) -> bool:
    """The address as it stands nearly always fits; `validate` tries it with and without its port."""
    validator = RequestValidator(token)
    try:
        plain: str = validator.compute_signature(url, params)
        if hmac.compare_digest(plain.encode(), signature.encode()):
            return True
        return bool(validator.validate(url, params, signature))
    except (TypeError, ValueError):
        return False
