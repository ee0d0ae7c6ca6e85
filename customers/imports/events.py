"""What drives an import from step to step: each is one delivery, so what is killed is sent again."""

from dataclasses import dataclass
from typing import ClassVar

from foundation.events import DomainEvent


@dataclass(frozen=True, kw_only=True)
class ImportEvent(DomainEvent):
    """Base: something is to be done with one file."""

    SUBJECT: ClassVar[tuple[str, str]] = ("import", "import_id")

    import_id: int


@dataclass(frozen=True, kw_only=True)
class ImportUploaded(ImportEvent):
    """All parts of the file are here (or it is to be read in another way)."""

    NAME: ClassVar[str] = "import.uploaded"


@dataclass(frozen=True, kw_only=True)
class ImportChunksDue(ImportEvent):
    """There may be chunks to write."""

    NAME: ClassVar[str] = "import.chunks_due"


@dataclass(frozen=True, kw_only=True)
class ImportFinished(ImportEvent):
    """All rows are written: so many customers were new, so many say something else now."""

    NAME: ClassVar[str] = "import.finished"

    created: int
    changed: int


@dataclass(frozen=True, kw_only=True)
class ImportForgotten(ImportEvent):
    """The file's rows and refusals have been kept long enough."""

    NAME: ClassVar[str] = "import.forgotten"
