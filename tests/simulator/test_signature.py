"""The signature agrees with Twilio's own published examples."""

import pytest

from simulator.signature import body_sha256, sign

URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
PARAMS = {
    "CallSid": "CA1234567890ABCDE",
    "Digits": "1234",
    "From": "+14158675309",
    "To": "+18005551212",
    "Caller": "+14158675309",
}


@pytest.mark.parametrize(
    ("url", "signature"),
    [
        (URL, "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        (URL + "#rc=2&rp=all", "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        ("http://mycompany.com:1234/myapp.php?foo=1&bar=2", "Zmvh+3yNM1Phv2jhDCwEM3q5ebU="),
        ("https://mycompany.com:443/myapp.php?foo=1&bar=2", "kvajT1Ptam85bY51eRf/AJRuM3w="),
        ("http://mycompany.com:80/myapp.php?foo=1&bar=2", "0ZXoZLH/DfblKGATFgpif+LLRf4="),
    ],
)
def test_posted_parameters_are_signed_like_the_examples(url, signature):
    assert sign("12345", url, PARAMS.items()) == signature


def test_repeated_values_are_signed_once_and_sorted():
    params = [
        ("Sid", "CA123"),
        ("SidAccount", "AC123"),
        ("Digits", "5678"),
        ("Digits", "1234"),
        ("Digits", "1234"),
    ]
    assert sign("12345", URL, params) == "IK+Dwps556ElfBT0I3Rgjkr1wJU="


def test_a_json_body_is_signed_through_its_hash():
    body = b'{"property": "value", "boolean": true}'
    assert sign("12345", f"{URL}&bodySHA256={body_sha256(body)}") == "a9nBmqA0ju/hNViExpshrM61xv4="


def test_letters_beyond_ascii_are_signed_as_utf8():
    params = {"Body": "Grüße 😀", "From": "whatsapp:+4915112345678"}
    assert sign("12345", "https://mycompany.com/sms", params.items()) == "0mKIyjimPKsiR0DCNTXu3zhpCBQ="
