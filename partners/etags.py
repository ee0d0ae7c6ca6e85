"""ETags from row versions, and If-Match: nobody overwrites what they have not seen."""

import re

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


def is_unchanged(request: Request, etag: str) -> bool:
    """Whether the caller already has this version (If-None-Match)."""
    given = request.headers.get("If-None-Match", "")
    return etag in {tag.strip().removeprefix("W/") for tag in given.split(",")}
