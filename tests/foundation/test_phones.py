"""Phone numbers in many spellings."""

import re

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.phones import Phone, format_phone, is_withheld, mask_phone, parse_phone, plain_e164

COUNTRIES = sorted(phonenumbers.SUPPORTED_REGIONS)
EXAMPLES = [
    number
    for country in COUNTRIES
    if (number := phonenumbers.example_number_for_type(country, phonenumbers.PhoneNumberType.MOBILE))
    is not None
]
STYLES = [
    phonenumbers.PhoneNumberFormat.E164,
    phonenumbers.PhoneNumberFormat.INTERNATIONAL,
    phonenumbers.PhoneNumberFormat.NATIONAL,
    phonenumbers.PhoneNumberFormat.RFC3966,
]


@pytest.mark.parametrize(
    ("text", "e164"),
    [
        ("020 7946 0018", "+442079460018"),
        ("(020) 7946-0018", "+442079460018"),
        ("+44 (0)20 7946 0018", "+442079460018"),
        ("0044 20 7946 0018", "+442079460018"),
        ("+1 212 555 0100", "+12125550100"),
        ("+49 30 901820", "+4930901820"),
        ("０２０ ７９４６ ００１８", "+442079460018"),
        ("  020.7946.0018 ", "+442079460018"),
        ("tel:+44-20-7946-0018", "+442079460018"),
    ],
)
def test_common_spellings_are_one_number(text, e164):
    found = parse_phone(text, country_code="GB")
    assert found is not None
    assert found.e164 == e164


def test_an_extension_is_kept_apart():
    assert parse_phone("020 7946 0018 ext. 42", country_code="GB") == Phone("+442079460018", "42", "GB")


@pytest.mark.parametrize(
    "text", ["", "hello", "12", "+", "0", "+44", "7946 0018", "9" * 40, "+999 1234567", "\0"]
)
def test_what_is_no_number_is_none(text):
    assert parse_phone(text, country_code="GB") is None


@given(st.text(max_size=300))
def test_no_text_breaks_it_and_what_it_finds_is_e164(text):
    found = parse_phone(text, country_code="GB")
    assert found is None or re.fullmatch(r"\+[1-9][0-9]{5,16}", found.e164)


@given(st.sampled_from(EXAMPLES), st.sampled_from(STYLES))
def test_every_country_s_number_is_read_back_from_every_style(number, style):
    country = phonenumbers.region_code_for_number(number)
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    found = parse_phone(phonenumbers.format_number(number, style), country_code=country)
    assert found is not None
    assert found.e164 == e164


@given(st.sampled_from(EXAMPLES), st.sampled_from(COUNTRIES))
def test_as_people_write_it_is_read_back_where_they_write_it(number, country):
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    found = parse_phone(format_phone(e164, country_code=country), country_code=country)
    assert found is not None
    assert found.e164 == e164


@pytest.mark.parametrize(
    ("text", "country"),
    [("020 7946 0018", "GB"), ("+442079460018", ""), ("212-555-0100", "US"), ("030 901820", "DE")],
)
def test_what_is_written_plainly_needs_no_long_look(text, country):
    found = parse_phone(text, country_code=country)
    assert found is not None
    assert plain_e164(text, country_code=country) == found.e164


@given(
    st.sampled_from(EXAMPLES),
    st.integers(1, 6),
    st.text("0123456789", min_size=3, max_size=9),
    st.sampled_from(["+{0}{1}", "{0}{1}", "0{1}", "{1}", "1{1}", "00{0}{1}"]),
    st.sampled_from(COUNTRIES),
)
def test_a_short_look_sees_what_a_long_one_does_or_nothing(number, kept, more, style, elsewhere):
    text = style.format(number.country_code, str(number.national_number)[:kept] + more)
    for country in (phonenumbers.region_code_for_number(number), elsewhere):
        plain = plain_e164(text, country_code=country)
        if plain is not None:
            found = parse_phone(text, country_code=country)
            assert found is not None
            assert (found.e164, found.extension) == (plain, "")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "anonymous",
        "Anonymous",
        " RESTRICTED ",
        "unavailable",
        "+266696687",
        "+7378742833",
        "+86282452253",
    ],
)
def test_withheld_numbers_are_known(text):
    assert is_withheld(text)


def test_a_number_is_not_withheld():
    assert not is_withheld("+442079460018")


def test_a_mask_shows_enough_to_recognise_and_no_more():
    assert mask_phone("+442079460018") == "+44 ••• ••• 0018"
    assert "7946" not in mask_phone("+442079460018")


def test_what_is_no_number_is_shown_as_it_is():
    assert format_phone("reception", country_code="GB") == "reception"
