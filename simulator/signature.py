"""X-Twilio-Signature, written from its description so that it checks the product's library independently."""

import base64
import hashlib
import hmac
from collections.abc import Iterable

Params = Iterable[tuple[str, str]]


def _flat(params: Params) -> str:
    values: dict[str, set[str]] = {}
    for key, value in params:
        values.setdefault(key, set()).add(value)
    return "".join(key + value for key in sorted(values) for value in sorted(values[key]))


def sign(auth_token: str, url: str, params: Params = ()) -> str:
    """Base64 of HMAC-SHA1 over the address, without its fragment, and the sorted posted parameters."""
    message = url.partition("#")[0] + _flat(params)
    digest = hmac.new(auth_token.encode(), message.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def body_sha256(body: bytes) -> str:
    """The value of the `bodySHA256` query parameter that stands for a JSON body."""
    return hashlib.sha256(body).hexdigest()
