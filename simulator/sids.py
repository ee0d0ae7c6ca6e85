"""Identifiers with Twilio's prefixes: two letters and 32 hexadecimal digits."""

import secrets


def new_sid(prefix: str) -> str:
    """A fresh identifier such as `CA…`; `prefix` is the two letters of the resource."""
    return prefix + secrets.token_hex(16)
