"""How each kind of identity is written, so that equal ones are equal; or why it is none."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

from foundation.phones import is_withheld, parse_phone, plain_e164

LONGEST = 254
_EXTENSION = re.compile(r"(?:\s*(?:;ext=|ext(?:ension|n)?\.?|x|#|,)\s*[:.]?\s*)(\d{1,7})\s*$", re.IGNORECASE)
_PLAIN_LOCAL = re.compile(r"[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*", re.ASCII)
_DIGITS_ONLY = re.compile(r"(?:tel:)?[\d\s()+./\-\u2010-\u2015\u2022\u00a0]+", re.IGNORECASE)
# Letters of the keypad stand for digits only where a number begins with digits: 0800 FLOWERS.
_VANITY = re.compile(r"\+?[\d\s().\-]*\d[\s.\-]*[A-Za-z][A-Za-z\-]{2,9}")
_VISITOR = re.compile(r"[A-Za-z0-9_-]{8,80}")
_HANDLE = re.compile(r"([a-z][a-z0-9_.-]{1,30}):@?([^\s@:/]{1,100})")


class NoIdentity(ValueError):
    """It cannot be one; the message is a sentence for whoever typed it."""


@dataclass(frozen=True)
class ReadIdentity:
    """An identity in the form it is stored in; `extension` of a telephone behind a switchboard."""

    value: str
    extension: str = ""


def read_identity(kind: str, text: str, *, country_code: str) -> ReadIdentity:
    """The identity in its one form. `country_code` (ISO 3166) is where national numbers are dialled; ""
    accepts international ones only. Raises NoIdentity."""
    reader = _READERS.get(kind)
    if reader is None:
        raise NoIdentity(f"“{kind[:30]}” is no kind of identity.")
    plain = unicodedata.normalize("NFKC", text).strip()
    if not plain or "\x00" in plain:
        raise NoIdentity("It is empty." if not plain else "That has a character in it that is no text.")
    read = reader(plain, country_code)
    if len(read.value) > LONGEST:
        raise NoIdentity(f"At most {LONGEST} characters.")
    return read


def canonical_mail(address: str) -> str:
    """The mailbox behind an address: without what follows a plus, and at Gmail without dots."""
    local, _, domain = address.lower().rpartition("@")
    local = local.partition("+")[0] or local
    if domain in {"gmail.com", "googlemail.com"}:
        return f"{local.replace('.', '') or local}@gmail.com"
    return f"{local}@{domain}"


def _phone(text: str, country_code: str) -> ReadIdentity:
    if is_withheld(text):
        raise NoIdentity("A withheld number identifies nobody.")
    if plain := plain_e164(text, country_code=country_code):
        return ReadIdentity(plain)
    found = _EXTENSION.search(text)
    base = text[: found.start()] if found else text
    if not _DIGITS_ONLY.fullmatch(base) and not _VANITY.fullmatch(base):
        raise NoIdentity("Write the number alone, in digits, such as +44 20 7946 0018.")
    phone = parse_phone(base, country_code=country_code)
    if phone is None:
        where = f" in {country_code}" if country_code else "; begin with + and the country"
        raise NoIdentity(f"That is no telephone number{where}.")
    return ReadIdentity(phone.e164, found.group(1) if found else "")


def _whatsapp(text: str, country_code: str) -> ReadIdentity:
    digits = text.removeprefix("whatsapp:").strip()
    # WhatsApp's own ids are international numbers without the plus.
    wire = f"+{digits}" if re.fullmatch(r"[1-9]\d{9,14}", digits) and not country_code else digits
    return ReadIdentity(_phone(wire, country_code).value)


def _email(text: str, _: str) -> ReadIdentity:
    text = text.removeprefix("mailto:")
    plain = text.lower()
    local, _, domain = plain.rpartition("@")
    if len(text) <= LONGEST and _PLAIN_LOCAL.fullmatch(local) and _is_domain(domain):
        return ReadIdentity(plain)
    return ReadIdentity(_validated(text))


def _validated(address: str) -> str:
    try:
        found = validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise NoIdentity(str(error)) from error
    return found.normalized.lower()


@lru_cache(maxsize=10_000)
def _is_domain(domain: str) -> bool:
    """Whether addresses at it are good and stay as they are. Remembered: a file has few domains."""
    address = f"a@{domain}"
    try:
        return domain.isascii() and _validated(address) == address
    except NoIdentity:
        return False


def _messenger(text: str, _: str) -> ReadIdentity:
    digits = text.removeprefix("messenger:")
    if not re.fullmatch(r"[0-9]{5,40}", digits):
        raise NoIdentity("A Messenger id is 5 to 40 digits.")
    return ReadIdentity(digits)


def _visitor(text: str, _: str) -> ReadIdentity:
    if not _VISITOR.fullmatch(text):
        raise NoIdentity("A visitor's id is 8 to 80 letters, digits, _ or -.")
    return ReadIdentity(text)


def _social(text: str, _: str) -> ReadIdentity:
    found = _HANDLE.fullmatch(text.lower().replace(" ", ""))
    if found is None:
        raise NoIdentity("Write the network and the handle, such as instagram:robertw.")
    return ReadIdentity(f"{found[1]}:{found[2]}")


def _subscriber(text: str, _: str) -> ReadIdentity:
    plain = re.sub(r"[^0-9A-Z]", "", text.upper())
    if not plain:
        raise NoIdentity("A subscriber number has letters or digits.")
    if len(plain) > 60:
        raise NoIdentity("A subscriber number has at most 60 letters and digits.")
    return ReadIdentity(plain)


def _reference(text: str, _: str) -> ReadIdentity:
    return ReadIdentity(text)


_READERS: dict[str, Callable[[str, str], ReadIdentity]] = {
    "phone": _phone,
    "whatsapp": _whatsapp,
    "email": _email,
    "messenger": _messenger,
    "web_visitor": _visitor,
    "social": _social,
    "subscriber_number": _subscriber,
    "partner_reference": _reference,
}
