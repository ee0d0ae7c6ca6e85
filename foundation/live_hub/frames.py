"""A message as it goes over the wire, encoded once for all the sockets it goes to."""

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Frame:
    """The text, and the same as one websocket frame."""

    text: bytes
    wire: bytes


def frame_of(text: bytes) -> Frame:
    """A whole, unmasked, uncompressed text frame (RFC 6455, 5.2), as servers send them."""
    size = len(text)
    if size < 126:
        head = bytes((0x81, size))
    elif size < 65_536:
        head = b"\x81\x7e" + size.to_bytes(2, "big")
    else:
        head = b"\x81\x7f" + size.to_bytes(8, "big")
    return Frame(text=text, wire=head + text)


def json_frame(message: dict[str, Any]) -> Frame:
    """A frame that carries a JSON object."""
    return frame_of(json.dumps(message).encode())


def number_of(text: bytes) -> int | None:
    """The number a nudge carries; None for hints and anything else."""
    try:
        message = json.loads(text)
    except ValueError:
        return None
    number = message.get("n") if isinstance(message, dict) else None
    return number if isinstance(number, int) else None
