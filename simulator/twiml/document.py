"""Reading TwiML: strict where Twilio gives up, an alert where Twilio only warns."""

import xml.etree.ElementTree as ET
from collections.abc import Callable

from simulator.twiml.grammar import ATTRIBUTES, CHILDREN, SPEECH_MARKUP
from simulator.webhooks import Answer, WebhookFailed

Warn = Callable[[int, str], None]


def read(answer: Answer, warn: Warn) -> list[ET.Element]:
    """The verbs of an answer; WebhookFailed 12100, 12200 or 12300 when it is no TwiML."""
    if answer.content_type.startswith("audio/"):
        return [_element("Play", answer.url)]
    if answer.content_type == "text/plain":
        return [_element("Say", answer.body.decode("utf-8", "replace"))]
    if answer.content_type not in {"text/xml", "application/xml", "text/html"}:
        raise WebhookFailed(12300, answer.url, f"content type {answer.content_type}")
    return parse(answer.body, answer.url, warn)


def parse(body: bytes, url: str, warn: Warn) -> list[ET.Element]:
    """The verbs of a TwiML text; WebhookFailed 12100 when malformed, 12200 for a strange element."""
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise WebhookFailed(12100, url, "document types are refused")
    try:
        root = ET.fromstring(body.strip() or b"<Response/>")  # noqa: S314 - entities are refused above
    except ET.ParseError as error:
        raise WebhookFailed(12100, url, str(error)) from error
    if root.tag != "Response":
        raise WebhookFailed(12200, url, f"root element is <{root.tag}>, not <Response>")
    _check(root, url, warn)
    return list(root)


def _check(parent: ET.Element, url: str, warn: Warn) -> None:
    if (parent.text or "").strip() and parent.tag in {"Response", "Gather"}:
        warn(12200, f"stray text in <{parent.tag}>: {(parent.text or '').strip()[:80]}")
    for element in parent:
        if parent.tag == "Say" and element.tag in SPEECH_MARKUP:
            continue
        if element.tag not in CHILDREN.get(parent.tag, frozenset()):
            raise WebhookFailed(12200, url, f"<{element.tag}> is not allowed in <{parent.tag}>")
        _check_attributes(element, warn)
        _check(element, url, warn)


def _check_attributes(element: ET.Element, warn: Warn) -> None:
    allowed = ATTRIBUTES[element.tag]
    for name, value in element.attrib.items():
        if name not in allowed:
            warn(12200, f"<{element.tag}> has no attribute {name}")
        elif not allowed[name].fullmatch(value):
            warn(12200, f"<{element.tag} {name}={value!r}> is not a legal value")


def _element(tag: str, text: str) -> ET.Element:
    element = ET.Element(tag)
    element.text = text
    return element


def words(element: ET.Element) -> str:
    """All text of an element, markup removed and spaces collapsed."""
    return " ".join("".join(element.itertext()).split())


def flag(element: ET.Element, name: str, default: bool = False) -> bool:
    """A boolean attribute; an illegal value counts as the default."""
    return {"true": True, "false": False}.get(element.get(name, "").lower(), default)


def whole(element: ET.Element, name: str, default: int) -> int:
    """A whole-number attribute; an illegal value counts as the default."""
    text = element.get(name, "")
    return int(text) if text.isdigit() else default
