"""Example values of the import and export screens."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from customers.imports.encodings import DELIMITERS, ENCODINGS
from customers.imports.queries import Preview, PreviewRow, Progress
from customers.imports.targets import FIELDS
from desk.panels.files import KNOWN_CUSTOMERS, MATCHES
from tests.desk.samples import ago, ahead

HEADER = ["Name", "Subscriber number", "Phone", "E-mail", "Town", "Preferred device", "Colour"]


def _progress(done: int, total: int, refused: int = 0) -> Progress:
    return Progress(
        done=done, total=total, created=done // 2, changed=done // 4, unchanged=done // 4, refused=refused
    )


def _file(state: str, label: str, progress: Progress, **more: Any) -> dict[str, Any]:
    return {
        "id": 17,
        "file_name": "subscribers-2026-11.csv",
        "state": state,
        "state_label": label,
        "level": {"failed": "now", "done": "good", "cancelled": "soon"}.get(state, ""),
        "author": "Sam Whitaker",
        "at": ago(minutes=4),
        "started_at": ago(minutes=3),
        "finished_at": None,
        "progress": progress,
        "problem": "",
        "kept_until": ahead(days=6),
        "total_rows": progress.total,
        "read_as": "UTF-8, parted by comma",
        "moves": state in {"reading", "running"},
        **more,
    }


def imports() -> dict[str, Any]:
    rows = [
        _file("running", "Running", _progress(41_000, 120_000, 12)),
        _file("done", "Done", _progress(9_212, 9_212, 31)) | {"file_name": "Verlagskunden Österreich.xlsx"},
        _file("failed", "Not readable", _progress(0, 0)) | {"file_name": "scan.pdf.csv"},
    ]
    return {"imports": {"rows": rows, "max_megabytes": 100, "max_bytes": 1, "part_bytes": 1}}


def no_imports() -> dict[str, Any]:
    return {"imports": {"rows": [], "max_megabytes": 100, "max_bytes": 1, "part_bytes": 1}}


def mapping() -> dict[str, Any]:
    def options(choices: Any, chosen: str) -> list[dict[str, Any]]:
        return [{"value": v, "label": label, "help": h, "checked": v == chosen} for v, label, h in choices]

    targets = [
        "display_name",
        "subscriber_number",
        "phone",
        "email",
        "postal_address",
        "fact:preferred_device",
        "",
    ]
    cells = [
        "Robert Hale",
        "A-1001",
        "020 7946 0301",
        "robert@example.org",
        "Little Compton",
        "tablet",
        "red",
    ]
    every = [{"value": "", "label": "Do not import"}]
    every += [{"value": target.name, "label": target.label} for target in FIELDS]
    every += [{"value": "fact:preferred_device", "label": "Fact: Preferred device"}]
    columns = [
        {"number": n, "name": name, "target": targets[n], "samples": [cells[n]] * 3}
        for n, name in enumerate(HEADER)
    ]
    return {
        "file": _file("mapping", "Waiting for you", _progress(0, 120_000))
        | {
            "header": HEADER,
            "mapping": {
                "columns": columns,
                "options": every,
                "matches": options(MATCHES, "any"),
                "known_customers": options(KNOWN_CUSTOMERS, "update"),
                "day_first": "1",
                "problems": [],
            },
            "reading": {
                "format": "csv",
                "encoding": "utf-8",
                "delimiter": ",",
                "encodings": [{"value": value, "label": label} for value, label in ENCODINGS.items()],
                "delimiters": [{"value": value, "label": label} for value, label in DELIMITERS.items()],
            },
        }
    }


def preview() -> dict[str, Any]:
    good = ["Robert Hale", "A-1001", "020 7946 0301", "robert@example.org", "Little Compton", "tablet", "red"]
    rows = [
        PreviewRow(2, "created", good, {}, []),
        PreviewRow(3, "changed", ["María Núñez", *good[1:]], {}, []),
        PreviewRow(
            4, "refused", [*good[:2], "12", *good[3:]], {"Phone": "“12” is no phone number in GB."}, []
        ),
        PreviewRow(5, "refused", good, {}, ["Row: It has 9 cells, the header 7: a separator is not quoted."]),
        PreviewRow(6, "unchanged", good, {}, []),
    ]
    shown = Preview(
        rows=rows, counted=5_000, total=120_000, created=4_000, changed=700, unchanged=288, refused=12
    )
    return {"file": SimpleNamespace(id=17, header=HEADER), "preview": shown, "problems": []}


def running() -> dict[str, Any]:
    return {"file": _file("running", "Running", _progress(41_000, 120_000, 12))}


def finished() -> dict[str, Any]:
    why = "Row 12 is the same customer, but says otherwise. Make the two rows agree."
    refused = [
        {"row": 4, "reasons": [("Phone", "“12” is no phone number in GB or with a country's +.")]},
        {
            "row": 99,
            "reasons": [("Subscriber number", why), ("Name", "It has 500 characters; at most 200 fit.")],
        },
    ]
    return {"file": _file("done", "Done", _progress(9_212, 9_212, 31), refusals=refused)}


def unreadable() -> dict[str, Any]:
    problem = "Row 812 cannot be read: a quotation mark there is probably never closed."
    return {"file": _file("failed", "Not readable", _progress(0, 0), problem=problem)}


def exports() -> dict[str, Any]:
    def choice(name: str, label: str, *options: tuple[str, str], help: str = "") -> dict[str, Any]:  # noqa: A002
        return {
            "name": name,
            "label": label,
            "help": help,
            "options": [{"value": value, "label": text} for value, text in options],
        }

    days = choice("days", "From", ("7", "7 days"), ("", "Everything"))
    lists = [
        (
            "customers",
            "Customers",
            [choice("q", "Only those found by", help="As in the search box; empty for all")],
        ),
        ("calls", "Calls", [days]),
        (
            "timeline",
            "Timeline",
            [choice("customer", "Only of customer", help="The number in the address"), days],
        ),
        ("promises", "Promises", [choice("state", "State", ("", "All"), ("open", "Open"))]),
        ("cases", "Cases", [choice("state", "State", ("", "All"), ("open", "Open"))]),
    ]

    def file(state: str, label: str, level: str = "", **more: Any) -> dict[str, Any]:
        return {
            "id": 5,
            "file_name": "customers-2026-11-22-1412.csv",
            "label": "Customers",
            "choices": "Hale",
            "state": state,
            "state_label": label,
            "level": level,
            "moves": False,
            "progress": {},
            "problem": "",
            "rows": 1204,
            "bytes": 188_412,
            "author": "Sam Whitaker",
            "at": ago(minutes=2),
            "expires_at": ago(minutes=-1200),
            **more,
        }

    rows = [
        file("running", "Being written", moves=True, progress={"rows": 41_000, "step": 12, "steps": 44}),
        file("done", "Ready", "good"),
        file("failed", "Failed", "now", problem="Excel holds 1,048,575 rows; take the list as CSV."),
        file("expired", "Expired"),
    ]
    form = {
        "lists": [{"name": n, "label": label, "choices": choices} for n, label, choices in lists],
        "organization": True,
    }
    return {"form": form, "exports": {"rows": rows, "moves": True}}


def no_exports() -> dict[str, Any]:
    return exports() | {"exports": {"rows": [], "moves": False}}
