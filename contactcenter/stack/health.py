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


def await_healthy(
    base_url: str, simulator_port: int | None, check_children: Callable[[], None], *, seconds: float
) -> None:
    """Poll until all is well; `check_children` raises when a process cannot start. Raises StackError."""
    until = time.monotonic() + seconds
    addresses = [f"{base_url}/healthz"]
    if simulator_port is not None:
        addresses.append(f"http://127.0.0.1:{simulator_port}/carrier/healthz")
    while True:
        check_children()
        trouble = next(filter(None, map(_trouble, addresses)), "")
        if not trouble:
            return
        if time.monotonic() > until:
            raise StackError(f"Not healthy after {seconds:.0f} s: {trouble}")
        time.sleep(_PAUSE_SECONDS)


def _trouble(address: str) -> str:
    """Return what is not well yet; empty when all is."""
    try:
        answer = requests.get(address, timeout=_ASK_SECONDS)
    except requests.RequestException as error:
        return f"{address} does not answer ({type(error).__name__})"
    if answer.status_code == requests.codes.ok:
        return ""
    return f"{address} answers {answer.status_code}: {_ill_parts(answer)}"


def _ill_parts(answer: requests.Response) -> str:
    try:
        parts: dict[str, dict[str, Any]] = answer.json()["parts"]
    except (ValueError, KeyError, TypeError):
        return answer.reason
    return "; ".join(f"{name} {json.dumps(part)}" for name, part in parts.items() if not part.get("ok"))
