"""ETags from row versions, and If-Match: nobody overwrites what they have not seen."""

import re
from collections.abc import Mapping
from typing import Any

from rest_framework.request import Request

from partners.problems import Problem

_TAG = re.compile(r'(W/)?"([0-9]{1,9})"')


def etag_of(version: int) -> str:
    """The ETag of a row's version."""
    return f'"{version}"'


def expected_version(request: Request) -> int:
    """The version the caller has seen, from If-Match.

    Problem 428 without the header, 412 for `*`, weak tags and anything we never gave out.
    """
    given = request.headers.get("If-Match")
    if given is None:
        raise Problem(
            428,
            "if_match_required",
            "Send If-Match with the ETag you last got, so that nobody's change is lost.",
            where="header",
            field="If-Match",
        )
    tag = _TAG.fullmatch(given.strip())
    if tag is None or tag.group(1):
        raise Problem(
            412, "stale", "If-Match must be exactly the ETag you last got.", where="header", field="If-Match"
        )
    return int(tag.group(2))


def stale(current: Mapping[str, Any], asked: Mapping[str, Any], version: int) -> Problem:
    """412 with the row as it now stands (`current`) and `differs`: which of the fields that the caller wanted
    to write stand otherwise there. What is not among them may be sent again with the new ETag."""
    differs = sorted(name for name, wanted in asked.items() if name in current and current[name] != wanted)
    return Problem(
        412,
        "stale",
        "Somebody changed it since. `current` is how it stands now, `differs` what is not as you want it.",
        where="header",
        field="If-Match",
        headers={"ETag": etag_of(version)},
        extra={"current": dict(current), "differs": differs},
    )


def is_unchanged(request: Request, etag: str) -> bool:
    """Whether the caller already has this version (If-None-Match)."""
    given = request.headers.get("If-None-Match", "")
    return etag in {tag.strip().removeprefix("W/") for tag in given.split(",")}
