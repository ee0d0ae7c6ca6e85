"""Accounts as this process read them a moment ago: every webhook needs one, and they hardly ever change."""

import time

from ivr.models import TelephonyAccount
from ivr.queries import account_by_sid

SECONDS = 15.0
_MOST = 1_000
_known: dict[str, tuple[float, TelephonyAccount]] = {}


def known_account(account_sid: str) -> TelephonyAccount | None:
    """The account, at most SECONDS old; None when there is none. Raises a database error when it must ask."""
    kept = _known.get(account_sid)
    if kept is not None and kept[0] > time.monotonic():
        return kept[1]
    return fresh_account(account_sid)


def fresh_account(account_sid: str) -> TelephonyAccount | None:
    """The account as it is now: a signature that does not fit may be one of a new token."""
    account = account_by_sid(account_sid)
    _known.pop(account_sid, None)
    if account is not None:
        if len(_known) >= _MOST:
            _known.clear()
        _known[account_sid] = (time.monotonic() + SECONDS, account)
    return account
