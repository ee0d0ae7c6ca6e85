"""Waits until a stack's every part says that it is well."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import requests

from contactcenter.stack.errors import StackError

_ASK_SECONDS = 5.0
_PAUSE_SECONDS = 0.25


def await_healthy(base_url: str, check_children: Callable[[], None], *, seconds: float) -> None:
    """Poll /healthz; `check_children` raises when a process cannot start. Raises StackError in the end."""
    until = time.monotonic() + seconds
    while True:
        check_children()
        trouble = _trouble(base_url)
        if not trouble:
            return
        if time.monotonic() > until:
            raise StackError(f"Not healthy after {seconds:.0f} s: {trouble}")
        time.sleep(_PAUSE_SECONDS)


def _trouble(base_url: str) -> str:
    """Return what is not well yet; empty when all is."""
    try:
        answer = requests.get(f"{base_url}/healthz", timeout=_ASK_SECONDS)
    except requests.RequestException as error:
        return f"no answer ({type(error).__name__})"
    if answer.status_code == requests.codes.ok:
        return ""
    return f"/healthz answers {answer.status_code}: {_ill_parts(answer)}"


def _ill_parts(answer: requests.Response) -> str:
    try:
        report: Any = answer.json()
    except (ValueError, json.JSONDecodeError):
        return answer.reason
    parts = report.get("parts") if isinstance(report, dict) else None
    return json.dumps(parts or report)[:300]
