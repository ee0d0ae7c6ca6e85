"""Runs the benches named (all when none is) and prints one table; `--json FILE` keeps the figures."""

from __future__ import annotations

import argparse
import json
import pkgutil
import sys
import time
import traceback
from pathlib import Path

from script import benches
from script.benches.apart import bench, measured
from script.benches.figures import Figure, failed, table

_PARTS = {
    "apart",
    "baseline_settings",
    "carrier",
    "phone_line",
    "webhook_baseline_table",
    "figures",
    "ground",
    "note_texts",
    "search_queries",
    "people_names",
    "record_ground",
    "routing_ground",
    "sql_rung",
    "light_clients",
    "broadcast_baseline",
    "webhook_baseline",
    "chaos_desktops",
    "proxy",
}


def known() -> list[str]:
    """The names of all benches: modules with a `measure`."""
    found = (name for _, name, _ in pkgutil.iter_modules(benches.__path__) if not name.startswith("_"))
    return [name for name in found if name not in _PARTS and hasattr(bench(name), "measure")]


def main() -> int:
    options = arguments()
    figures: list[Figure] = []
    for name in options.names:
        began = time.monotonic()
        print(f"{name}: {bench(name).about}", file=sys.stderr, flush=True)
        try:
            figures += measured(name, quick=options.quick)
        except Exception:  # noqa: BLE001 - one bench that breaks must not hide the others' figures
            traceback.print_exc()
            figures.append(failed(name))
        print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    print(table(figures))
    if options.json:
        options.json.write_text(
            json.dumps({figure.name: figure.as_json() for figure in figures}, indent=2) + "\n"
        )
    return 0 if all(figure.ok for figure in figures) else 1


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(known())}")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    parser.add_argument("--quick", action="store_true", help="a short look: fewer repetitions, less load")
    options = parser.parse_args()
    options.names = options.names or known()
    if unknown := set(options.names) - set(known()):
        parser.error(f"no such figure: {', '.join(sorted(unknown))}; there are {', '.join(known())}")
    return options


if __name__ == "__main__":
    sys.exit(main())
