"""An export's way: asked for, written in the background, taken, forgotten."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.utils import timezone

from accounts.access import Viewer, viewer_of_member
from accounts.actors import SYSTEM_ACTOR
from accounts.models import Member, Organization
from customers.exports import organization
from customers.exports.events import ExportDownloaded, ExportExpired, ExportRequested
from customers.exports.lists import ORGANIZATION, PERSON, ExportList, list_named
from customers.exports.models import Export, ExportPart
from customers.exports.tables import TooLongError, as_csv, as_excel
from customers.privacy import certificates, person_file
from customers.privacy.kinds import subject_of
from customers.privacy.models import Erasure
from customers.privacy.reads import note_sensitive_read
from foundation import clock, live
from foundation.errors import Conflict, Forbidden, NotVisible, Refusal
from foundation.events import emit
from foundation.tenancy import current_organization_id, tenant
from foundation.timers import emit_at

PART_BYTES = 1024 * 1024
KEEP = timedelta(hours=24)
FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jsonl": "application/jsonl",
    "html": "text/html; charset=utf-8",
    "json": "application/json",
}
State = Export.State


def request_export(*, member: Member, kind: str, file_format: str, choices: dict[str, str]) -> Export:
    """Have a file written. Refusal `unknown_list`, `unknown_format`; Forbidden `admins_only`."""
    known = list_named(kind)
    if kind == ORGANIZATION:
        _check_admin(member)
        file_format = "jsonl"
    elif known is None:
        raise Refusal("unknown_list", "Choose a list.", field="kind")
    elif file_format not in {"csv", "xlsx"}:
        raise Refusal("unknown_format", "Choose CSV or Excel.", field="format")
    names = {choice.name for choice in known.choices} if known else set()
    kept = {name: str(value)[:200] for name, value in choices.items() if name in names and value}
    return _ask_for(member, kind=kind, name=kind, file_format=file_format, choices=kept)


def request_person_export(customer_id: int, *, member: Member, viewer: Viewer, why: str = "") -> list[Export]:
    """Have everything about one person written, to read (HTML) and for machines (JSON).

    Forbidden `supervisors_only`; NotVisible. Written down among who looked.
    """
    if not member.supervises:
        raise Forbidden("supervisors_only", "Only supervisors take out everything about a person.")
    subject = subject_of(customer_id)
    why = " ".join(why.split())[:120]
    note_sensitive_read(viewer, subject.customer_id, "access export", why=why)
    choices = {"customer": str(subject.customer_id)}
    name = f"person-{subject.customer_id}"
    return [
        _ask_for(member, kind=PERSON, name=name, file_format=file_format, choices=choices)
        for file_format in ("html", "json")
    ]


def _ask_for(member: Member, *, kind: str, name: str, file_format: str, choices: dict[str, str]) -> Export:
    export = Export.objects.create(
        kind=kind,
        file_format=file_format,
        choices=choices,
        member=member,
        file_name=f"{name}-{timezone.localtime(clock.now()):%Y-%m-%d-%H%M}.{file_format}",
        expires_at=clock.now() + KEEP,
    )
    emit(ExportRequested(export_id=export.id, kind=kind, choices=choices), actor=member.actor.as_json())
    emit_at(ExportExpired(export_id=export.id), clock.now() + KEEP, key=f"export:{export.id}:expire")
    live.hint("floor", "exports")
    return export


def request_nightly(kind: str, *, choices: dict[str, str], keep: timedelta) -> Export | None:
    """Have a list written that nobody asked for in person, as CSV. None when this day's was asked for."""
    day = timezone.localtime(clock.now()).date()
    name = f"{kind}-nightly-{day}.csv"
    if Export.objects.filter(kind=kind, file_name=name).exists():
        return None
    expires_at = clock.now() + keep
    export = Export.objects.create(
        kind=kind, file_format="csv", choices=choices, member=None, file_name=name, expires_at=expires_at
    )
    actor = SYSTEM_ACTOR.as_json()
    emit(ExportRequested(export_id=export.id, kind=kind, choices=choices), actor=actor)
    emit_at(ExportExpired(export_id=export.id), expires_at, key=f"export:{export.id}:expire")
    return export


def _check_admin(member: Member) -> None:
    if member.role != Member.Role.ADMIN:
        raise Forbidden("admins_only", "Only administrators may export the whole organisation.")


def access_export(export_id: int, member: Member) -> Export:
    """The export. NotVisible when there is none; Forbidden `admins_only`."""
    export = Export.objects.select_related("member").filter(id=export_id).first()
    if export is None:
        raise NotVisible("export")
    if export.kind == ORGANIZATION:
        _check_admin(member)
    return export


def write_export(export_id: int) -> None:
    """Write the file, in this transaction: a try that is killed leaves nothing and is made again."""
    export = (
        Export.objects.select_for_update(of=("self",))
        .select_related("member")
        .filter(id=export_id, state=State.WAITING)
        .first()
    )
    if export is None:
        return
    writer, begun = _PartWriter(export), clock.now()
    zone = Organization.objects.values_list("time_zone", flat=True).get(id=current_organization_id())
    try:
        with timezone.override(zone):
            for content, count in _contents(export):
                writer.add(content, count)
        writer.finish()
        _refuse_if_somebody_was_erased(begun)
    except (TooLongError, Refusal) as error:
        ExportPart.objects.filter(file=export).delete()
        _settle(export, State.FAILED, problem=str(error)[:400])
        return
    _settle(export, State.DONE, row_count=writer.rows, size_bytes=writer.bytes)


def _refuse_if_somebody_was_erased(since: datetime) -> None:
    """A file that was begun before an erasure may tell of who is gone; one that is begun now does not."""
    certificates.lock_erasures(shared=True)
    if Erasure.objects.filter(erased_at__gte=since).exists():
        raise Conflict("erased_meanwhile", "Somebody was erased while this was written. Ask for it again.")


def _settle(export: Export, state: str, **changes: Any) -> None:
    Export.objects.filter(id=export.id).update(state=state, finished_at=clock.now(), **changes)
    live.hint("floor", "exports")


def _contents(export: Export) -> Iterator[tuple[bytes, int]]:
    if export.kind == ORGANIZATION:
        yield from _organization(export)
        return
    if export.kind == PERSON:
        yield from _person(export)
        return
    known = list_named(export.kind)
    if known is None:
        raise Refusal("unknown_list", "This list is not known any more.")
    yield from _table(export, known, _viewer_of(export))


def _viewer_of(export: Export) -> Viewer:
    """Who asked for it; the house itself at night."""
    if export.member is not None:
        return viewer_of_member(export.member)
    return Viewer(current_organization_id(), SYSTEM_ACTOR, role="system")


def _table(export: Export, known: ExportList, viewer: Viewer) -> Iterator[tuple[bytes, int]]:
    rows = known.rows(viewer, export.choices)
    write = as_excel if export.file_format == "xlsx" else as_csv
    for content, count in write(known.header(viewer), rows):
        note_progress(export.id, count)
        yield content, count


def _organization(export: Export) -> Iterator[tuple[bytes, int]]:
    tables = len(organization.tenant_models())
    begun = 0
    for table, some in organization.lines():
        begun += bool(table and not some)
        note_progress(export.id, len(some) if table else 0, step=begun, steps=tables)
        if some:
            yield ("\n".join(some) + "\n").encode(), len(some) if table else 0


def _person(export: Export) -> Iterator[tuple[bytes, int]]:
    told: list[str] = []
    for kind, (content, count) in person_file.pieces(int(export.choices["customer"]), export.file_format):
        if kind and kind not in told:
            told.append(kind)
        note_progress(export.id, count, step=len(told), steps=person_file.steps())
        yield content, count


class _PartWriter:
    """Cuts what is written into parts."""

    def __init__(self, export: Export) -> None:
        self._export = export
        self._pending = bytearray()
        self._number = 0
        self.rows = 0
        self.bytes = 0

    def add(self, content: bytes, rows: int) -> None:
        """More of the file, and how many rows it holds."""
        self.rows += rows
        self._pending += content
        while len(self._pending) >= PART_BYTES:
            self._store(bytes(self._pending[:PART_BYTES]))
            del self._pending[:PART_BYTES]

    def finish(self) -> None:
        """What is left."""
        if self._pending:
            self._store(bytes(self._pending))

    def _store(self, content: bytes) -> None:
        ExportPart.objects.create(file=self._export, number=self._number, content=content)
        self._number += 1
        self.bytes += len(content)


def note_progress(export_id: int, rows: int, *, step: int = 0, steps: int = 0) -> None:
    """How far it is, for the screen only: the file itself is seen once all of it is there."""
    key = f"export:{export_id}:progress"
    before = cache.get(key) or {"rows": 0}
    cache.set(key, {"rows": before["rows"] + rows, "step": step, "steps": steps}, 3600)


def progress_of(export_id: int) -> dict[str, int]:
    """{rows, step, steps} of one that is being written; empty when nothing is known."""
    return cache.get(f"export:{export_id}:progress") or {}


def take_export(export_id: int, member: Member) -> tuple[Export, Iterator[bytes]]:
    """The file, for download. Conflict `not_ready`, `expired`; NotVisible; Forbidden.

    The bytes are read while the answer is on its way, each part in a transaction of its own.
    """
    export = access_export(export_id, member)
    if export.state == State.EXPIRED or (export.expires_at and export.expires_at <= clock.now()):
        raise Conflict("expired", "This file was kept for a day and is gone. Export it again.")
    if export.state != State.DONE:
        raise Conflict("not_ready", "This file is not ready yet.")
    emit(ExportDownloaded(export_id=export.id), actor=member.actor.as_json())
    if export.kind == PERSON:
        note_sensitive_read(
            viewer_of_member(member), int(export.choices["customer"]), "access export downloaded"
        )
    return export, _parts(export.id, current_organization_id())


def _parts(export_id: int, organization_id: int) -> Iterator[bytes]:
    number = 0
    while True:
        with tenant(organization_id):
            parts = ExportPart.objects.filter(file_id=export_id, number=number)
            content = parts.values_list("content", flat=True).first()
        if content is None:
            return
        yield bytes(content)
        number += 1


def expire_export(export_id: int) -> None:
    """Drop the bytes."""
    Export.objects.filter(id=export_id).exclude(state=State.FAILED).update(state=State.EXPIRED)
    ExportPart.objects.filter(file_id=export_id).delete()
