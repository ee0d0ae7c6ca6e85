"""Who has an account with this carrier: read from a JSON file that may be written or changed at any time."""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Number:
    """A phone number of an account and where its calls and texts are announced."""

    number: str
    name: str = ""
    voice_url: str = ""
    voice_method: str = "POST"
    voice_fallback_url: str = ""
    voice_fallback_method: str = "POST"
    status_callback: str = ""
    status_callback_method: str = "POST"
    sms_url: str = ""
    sms_method: str = "POST"
    caller_id_lookup: bool = False


@dataclass(frozen=True)
class Application:
    """A TwiML application: where a browser's own outgoing calls are announced."""

    sid: str
    voice_url: str = ""
    voice_method: str = "POST"
    voice_fallback_url: str = ""
    voice_fallback_method: str = "POST"
    status_callback: str = ""
    status_callback_method: str = "POST"


@dataclass(frozen=True)
class Account:
    """An account with its secrets."""

    sid: str
    auth_token: str
    name: str = ""
    api_keys: Mapping[str, str] = field(default_factory=dict)
    numbers: tuple[Number, ...] = ()
    applications: tuple[Application, ...] = ()

    def owns(self, number: str) -> bool:
        """Whether `number` may be shown as the caller by this account."""
        return any(owned.number == number for owned in self.numbers)

    def application(self, sid: str) -> Application | None:
        """The TwiML application with this sid, if the account has it."""
        return next((app for app in self.applications if app.sid == sid), None)


@dataclass(frozen=True)
class Caller:
    """Somebody whose telephone stands on the desk."""

    number: str
    name: str = ""


def _known(cls: type, raw: Mapping[str, Any]) -> dict[str, Any]:
    return {name: raw[name] for name in cls.__dataclass_fields__ if raw.get(name) is not None}  # type: ignore[attr-defined]


def _endpoint(cls: Any, raw: Mapping[str, Any], prefix_url: str) -> Any:
    values = _known(cls, raw)
    for name in ("voice_url", "voice_fallback_url", "status_callback", "sms_url"):
        if values.get(name) and prefix_url:
            values[name] = urljoin(prefix_url, values[name])
    return cls(**values)


def read_account(raw: Mapping[str, Any], prefix_url: str = "") -> Account:
    """One account from its JSON object; addresses without a host are resolved against `prefix_url`."""
    keys = {key["sid"]: key["secret"] for key in raw.get("api_keys", [])}
    if raw.get("api_key_sid"):
        keys[raw["api_key_sid"]] = raw["api_key_secret"]
    return Account(
        sid=raw["sid"],
        auth_token=raw["auth_token"],
        name=raw.get("name", ""),
        api_keys=keys,
        numbers=tuple(_endpoint(Number, number, prefix_url) for number in raw.get("numbers", [])),
        applications=tuple(_endpoint(Application, app, prefix_url) for app in raw.get("applications", [])),
    )


class Directory:
    """All accounts and suggested callers; follows its file when that changes."""

    def __init__(self, path: Path | None = None, prefix_url: str = "") -> None:
        self.path = path
        self.prefix_url = prefix_url
        self._accounts: dict[str, Account] = {}
        self._callers: list[Caller] = []
        self._stamp: tuple[int, int] | None = None

    def load(self, raw: Mapping[str, Any]) -> None:
        """Replace everything by the content of a config object; KeyError when a sid or token is missing."""
        accounts = [read_account(entry, self.prefix_url) for entry in raw.get("accounts", [])]
        self._accounts = {account.sid: account for account in accounts}
        self._callers = [Caller(**_known(Caller, entry)) for entry in raw.get("callers", [])]

    def refresh(self) -> None:
        """Read the file again if it changed; a half-written file leaves things as they were."""
        if self.path is None or not self.path.exists():
            return
        stat = self.path.stat()
        stamp = (stat.st_mtime_ns, stat.st_size)
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            self.load(json.loads(self.path.read_text(encoding="utf-8")))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            logger.warning("%s is not readable yet: %r", self.path, error)

    @property
    def accounts(self) -> list[Account]:
        """All accounts, as the file says now."""
        self.refresh()
        return list(self._accounts.values())

    @property
    def callers(self) -> list[Caller]:
        """Suggested callers for the telephone."""
        self.refresh()
        return list(self._callers)

    def account(self, sid: str) -> Account | None:
        """The account with this sid."""
        self.refresh()
        return self._accounts.get(sid)

    def account_of_key(self, key_sid: str) -> Account | None:
        """The account an API key belongs to."""
        return next((account for account in self.accounts if key_sid in account.api_keys), None)

    def owner_of(self, number: str) -> tuple[Account, Number] | None:
        """The account and entry of a phone number, if any account has it."""
        for account in self.accounts:
            for owned in account.numbers:
                if owned.number == number:
                    return account, owned
        return None
