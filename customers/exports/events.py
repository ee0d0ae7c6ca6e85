"""What drives an export; the request stays in the event log: who took what out of the house."""

from dataclasses import dataclass
from typing import Any, ClassVar

from foundation.events import DomainEvent


@dataclass(frozen=True, kw_only=True)
class ExportEvent(DomainEvent):
    """Base: something about one exported file."""

    SUBJECT: ClassVar[tuple[str, str]] = ("export", "export_id")

    export_id: int


@dataclass(frozen=True, kw_only=True)
class ExportRequested(ExportEvent):
    """Somebody wants a file."""

    NAME: ClassVar[str] = "export.requested"

    kind: str
    choices: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class ExportDownloaded(ExportEvent):
    """Somebody took the file."""

    NAME: ClassVar[str] = "export.downloaded"


@dataclass(frozen=True, kw_only=True)
class ExportExpired(ExportEvent):
    """The file has been kept long enough."""

    NAME: ClassVar[str] = "export.expired"
