"""Phone numbers: what people and carriers send, as E.164, or why not."""

import unicodedata
from dataclasses import dataclass

import phonenumbers
from phonenumbers import timezone as zone_names

_WORDS = {"", "anonymous", "restricted", "unavailable", "unknown", "private", "withheld", "blocked"}
# Twilio spells such words on the keypad: anonymous, restricted, unavailable, unknown, blocked.
_SPELLED = {"+266696687", "+7378742833", "+86282452253", "+8656696", "+2562533"}
# What Twilio and carriers put in place of a withheld number.
WITHHELD = _WORDS | _SPELLED


@dataclass(frozen=True)
class Phone:
    """A parsed number: E.164, the extension if one was given, and the country it belongs to."""

    e164: str
    extension: str = ""
    country_code: str = ""


def is_withheld(text: str) -> bool:
    """Whether a carrier's From says that the caller hides the number."""
    return text.strip().lower() in WITHHELD


def parse_phone(text: str, *, country_code: str) -> Phone | None:
    """The number, read as dialled in `country_code` (ISO 3166, e.g. "GB"); None when it is none."""
    plain = unicodedata.normalize("NFKC", text).strip()
    try:
        number = phonenumbers.parse(plain, country_code or None)
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None  # also those that can be dialled in one town only
    return Phone(
        e164=phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164),
        extension=number.extension or "",
        country_code=phonenumbers.region_code_for_number(number) or "",
    )


def format_phone(e164: str, *, country_code: str) -> str:
    """How a person in `country_code` writes it: national at home, international abroad."""
    try:
        number = phonenumbers.parse(e164, None)
    except phonenumbers.NumberParseException:
        return e164
    home = phonenumbers.region_code_for_number(number) == country_code
    style = phonenumbers.PhoneNumberFormat.NATIONAL if home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, style)


def mask_phone(e164: str) -> str:
    """Enough to recognise, not to dial: `+44 ••• ••• 4821`."""
    prefix = e164[:3] if e164.startswith("+") else ""
    return f"{prefix} ••• ••• {e164[-4:]}".strip()


def zones_of_phone(e164: str) -> tuple[str, ...]:
    """The time zones a number may be in, IANA names; empty when nothing is known of it."""
    try:
        return _zones(phonenumbers.parse(e164, None))
    except phonenumbers.NumberParseException:
        return ()


def zones_of_country(country_code: str) -> tuple[str, ...]:
    """The time zones of a country (ISO 3166) as its numbers have them; empty when not known."""
    calling_code = phonenumbers.country_code_for_region(country_code)
    return _zones(phonenumbers.PhoneNumber(country_code=calling_code, national_number=0))


def _zones(number: phonenumbers.PhoneNumber) -> tuple[str, ...]:
    found = zone_names.time_zones_for_geographical_number(number)
    return tuple(zone for zone in found if zone != zone_names.UNKNOWN_TIMEZONE)
