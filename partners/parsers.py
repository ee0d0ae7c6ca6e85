"""JSON bodies, strictly: nothing gets in that the database or a reader would choke on."""

import math
from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

_DEEPEST = 20


class StrictJSONParser(JSONParser):
    """Refuses NUL, lone surrogates, infinities and deep nesting besides what is not JSON."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """The value. ParseError with the reason."""
        try:
            value = super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise ParseError("The JSON is nested too deeply.") from None
        _check(value, 0)
        return value


def _check(value: object, depth: int) -> None:
    if depth > _DEEPEST:
        raise ParseError("The JSON is nested too deeply.")
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, float) and not math.isfinite(value):
        raise ParseError("A number is too large.")
    elif isinstance(value, dict):
        for key, inner in value.items():
            _check_text(key)
            _check(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            _check(inner, depth + 1)


def _check_text(text: str) -> None:
    if "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise ParseError("A text has characters that are not text (NUL or half a surrogate pair).")
