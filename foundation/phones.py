"""Phone numbers: what people and carriers send, as E.164, or why not."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

import phonenumbers
from phonenumbers import timezone as zone_names

_WORDS = {"", "anonymous", "restricted", "unavailable", "unknown", "private", "withheld", "blocked"}
# Twilio spells such words on the keypad: anonymous, restricted, unavailable, unknown, blocked.
_SPELLED = {"+266696687", "+7378742833", "+86282452253", "+8656696", "+2562533"}
# What Twilio and carriers put in place of a withheld number.
WITHHELD = _WORDS | _SPELLED
_PLAIN = re.compile(r"\+?\d(?:[ -]?\d){6,14}", re.ASCII)


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


@dataclass(frozen=True)
class _Dialling:
    """What tells a country's plain numbers: how they begin at home and for abroad, and how long they are."""

    calling_code: str
    prefix: re.Pattern[str]
    abroad: re.Pattern[str]
    whole: re.Pattern[str]
    lengths: frozenset[int]


_NOTHING = "(?!)"


@cache
def _dialling(country_code: str) -> _Dialling | None:
    plan = phonenumbers.PhoneMetadata.metadata_for_region(country_code, None)
    if plan is None or plan.general_desc is None or plan.country_code is None:
        return None
    first = phonenumbers.region_code_for_country_code(plan.country_code)  # of those that share the code
    main = phonenumbers.PhoneMetadata.metadata_for_region(first, None)
    return _Dialling(
        calling_code=str(plan.country_code),
        prefix=re.compile(plan.national_prefix_for_parsing or _NOTHING),
        abroad=re.compile(plan.international_prefix or _NOTHING),
        whole=re.compile(plan.general_desc.national_number_pattern or _NOTHING),
        lengths=_lengths(plan) & _lengths(main),
    )


def _lengths(plan: phonenumbers.PhoneMetadata | None) -> frozenset[int]:
    usual = plan.general_desc if plan else None
    return frozenset(usual.possible_length if usual else ())


def plain_e164(text: str, *, country_code: str) -> str | None:
    """What `parse_phone` finds in a number written plainly, in a tenth of its time; None: ask that.

    For files of a million numbers. Whatever needs a decision (a carrier's code, a trunk prefix abroad, a
    leading zero that stays) is left to the library.
    """
    if not _PLAIN.fullmatch(text):
        return None
    digits = text.replace(" ", "").replace("-", "")
    return _plain_abroad(digits) if text[0] == "+" else _plain_at_home(digits, _dialling(country_code))


def _plain_abroad(number: str) -> str | None:
    for length in (1, 2, 3):
        countries = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(int(number[1 : 1 + length]))
        if countries is not None and number[1] != "0":
            plan, rest = _dialling(countries[0]), number[1 + length :]
            plain = plan and not plan.prefix.match(rest) and rest[0] != "0" and len(rest) in plan.lengths
            return number if plain else None
    return None


def _plain_at_home(digits: str, plan: _Dialling | None) -> str | None:
    if plan is None or plan.abroad.match(digits) or digits.startswith(plan.calling_code):
        return None
    if prefix := plan.prefix.match(digits):
        if plan.prefix.groups or plan.whole.fullmatch(digits):
            return None
        digits = digits[prefix.end() :]
    is_plain = len(digits) in plan.lengths and digits[0] != "0"
    return f"+{plan.calling_code}{digits}" if is_plain else None


def is_ordinary(e164: str, *, country_code: str) -> bool:
    """Whether a call to it costs what a call within this country does: its own code, no premium rate."""
    try:
        number = phonenumbers.parse(e164, None)
    except phonenumbers.NumberParseException:
        return False
    dear = {phonenumbers.PhoneNumberType.PREMIUM_RATE, phonenumbers.PhoneNumberType.SHARED_COST}
    at_home = number.country_code == phonenumbers.country_code_for_region(country_code)
    return at_home and phonenumbers.number_type(number) not in dear


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
