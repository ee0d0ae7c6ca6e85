"""What the screens of imports and exports show."""

from typing import Any

from accounts.models import Member
from customers.exports import actions
from customers.exports.lists import ORGANIZATION, PERSON, all_lists, list_named
from customers.exports.models import Export
from customers.imports import queries
from customers.imports.actions import KEEP_UNSTARTED
from customers.imports.encodings import DELIMITERS, ENCODINGS
from customers.imports.models import Import
from customers.imports.reading import MAX_BYTES, PART_BYTES
from customers.imports.targets import FACT, FIELDS, IGNORED, problems_of_mapping

MATCHES = (
    ("any", "Any of them, the strongest first", "Subscriber number, then e-mail, then phone"),
    ("subscriber_number", "Subscriber number", "Everybody has one of their own"),
    ("email", "E-mail", "Nobody shares one"),
    ("phone", "Phone", "Families and offices share one: such rows are refused"),
)
KNOWN_CUSTOMERS = (
    ("update", "Take what the file says", "Empty cells change nothing"),
    ("fill", "Only fill what is empty", "What stands stays"),
    ("skip", "Leave them as they are", "Only new customers are made"),
)
_OTHER_FILES = {ORGANIZATION: "The whole organisation", PERSON: "Everything about customer"}
_LEVELS = {Import.State.FAILED: "now", Import.State.CANCELLED: "soon", Import.State.DONE: "good"}


def imports_panel() -> dict[str, Any]:
    """The newest imports, with how far each is, and what the upload needs to know."""
    return {
        "rows": [_line(file) for file in queries.imports()[:50]],
        "max_bytes": MAX_BYTES,
        "max_megabytes": MAX_BYTES // 1024**2,
        "part_bytes": PART_BYTES,
    }


def _line(file: Import) -> dict[str, Any]:
    progress = queries.progress_of(file.id)
    return {
        "id": file.id,
        "file_name": file.file_name,
        "state": file.state,
        "state_label": file.get_state_display(),
        "level": _LEVELS.get(Import.State(file.state), ""),
        "author": file.member.display_name if file.member else "",
        "at": file.created_at,
        "progress": progress,
    }


def import_panel(file: Import) -> dict[str, Any]:
    """One import at its step."""
    panel = _line(file) | {
        "problem": file.problem,
        "kept_until": file.created_at + KEEP_UNSTARTED,
        "total_rows": file.total_rows,
        "read_as": _read_as(file),
        "moves": file.state in {Import.State.READING, Import.State.RUNNING},
        "finished_at": file.finished_at,
        "started_at": file.started_at,
    }
    if file.state == Import.State.MAPPING:
        panel |= {"mapping": mapping_panel(file), "reading": _reading(file)}
    elif panel["progress"].refused:
        panel["refusals"] = queries.first_refusals(file.id)
    return panel


def _read_as(file: Import) -> str:
    """How the file was read, in words."""
    read_as = file.read_as
    if read_as.get("format") == "xlsx":
        return f"Excel, sheet “{read_as['sheet']}”"
    if not read_as:
        return ""
    encoding = ENCODINGS.get(read_as["encoding"], read_as["encoding"])
    return f"{encoding}, parted by {DELIMITERS.get(read_as['delimiter'], read_as['delimiter'])}"


def _reading(file: Import) -> dict[str, Any]:
    """The choices for reading the file in another way."""
    read_as = file.read_as
    return {
        "format": read_as.get("format", ""),
        "encoding": read_as.get("encoding", ""),
        "delimiter": read_as.get("delimiter", ""),
        "sheet": read_as.get("sheet", ""),
        "encodings": [{"value": value, "label": label} for value, label in ENCODINGS.items()],
        "delimiters": [{"value": value, "label": label.title()} for value, label in DELIMITERS.items()],
        "sheets": [{"value": name, "label": name} for name in read_as.get("sheets", [])],
    }


def mapping_panel(file: Import) -> dict[str, Any]:
    """Each column with its first cells and what it is taken for."""
    samples = queries.sample_rows(file.id)
    facts = list(queries.own_fields().values_list("key", "label"))
    options = [{"value": IGNORED, "label": "Do not import"}]
    options += [{"value": target.name, "label": target.label} for target in FIELDS]
    options += [{"value": f"{FACT}{key}", "label": f"Fact: {label}"} for key, label in facts]
    match_by = file.settings.get("match_by", "any")
    return {
        "columns": [
            {
                "number": number,
                "name": name,
                "target": file.mapping[number],
                "samples": [row[number] for row in samples if number < len(row) and row[number]][:3],
            }
            for number, name in enumerate(file.header)
        ],
        "options": options,
        "matches": _choices(MATCHES, match_by),
        "known_customers": _choices(KNOWN_CUSTOMERS, file.settings.get("on_match", "update")),
        "match_by": match_by,
        "on_match": file.settings.get("on_match", "update"),
        "day_first": "1" if queries.reader_of(file).day_first else "0",
        "problems": problems_of_mapping(file.mapping, file.header, [key for key, _ in facts], match_by),
    }


def _choices(choices: tuple[tuple[str, str, str], ...], chosen: str) -> list[dict[str, Any]]:
    return [
        {"value": value, "label": label, "help": help_text, "checked": value == chosen}
        for value, label, help_text in choices
    ]


def exports_panel(member: Member) -> dict[str, Any]:
    """The newest exports this person may take; `moves` while one is being written."""
    exports = Export.objects.select_related("member").order_by("-id")
    if member.role != Member.Role.ADMIN:
        exports = exports.exclude(kind=ORGANIZATION)
    rows = [export_line(export) for export in exports[:50]]
    return {"rows": rows, "moves": any(row["moves"] for row in rows)}


def export_line(export: Export) -> dict[str, Any]:
    """One file, and how far it is."""
    known = list_named(export.kind)
    state = Export.State(export.state)
    moves = state in {Export.State.WAITING, Export.State.RUNNING}
    return {
        "id": export.id,
        "file_name": export.file_name,
        "label": known.label if known else _OTHER_FILES.get(export.kind, export.kind),
        "choices": ", ".join(export.choices.values()),
        "format": export.file_format,
        "state": state.value,
        "state_label": state.label,
        "level": {"done": "good", "failed": "now"}.get(state.value, ""),
        "moves": moves,
        "progress": actions.progress_of(export.id) if moves else {},
        "problem": export.problem,
        "rows": export.row_count,
        "bytes": export.size_bytes,
        "author": export.member.display_name if export.member else "",
        "at": export.created_at,
        "expires_at": export.expires_at,
    }


def export_form(member: Member, chosen: str) -> dict[str, Any]:
    """What can be exported; `chosen` is the list one came from."""
    return {
        "lists": [
            {
                "name": known.name,
                "label": known.label,
                "open": known.name == chosen,
                "choices": [
                    {
                        "name": choice.name,
                        "label": choice.label,
                        "help": choice.help,
                        "options": [{"value": value, "label": label} for value, label in choice.options],
                    }
                    for choice in known.choices
                ],
            }
            for known in all_lists()
        ],
        "organization": member.role == Member.Role.ADMIN,
    }
