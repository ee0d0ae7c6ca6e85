"""The checks that are not tests: style, types, import law, templates, migrations, API description."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from contactcenter.embedded import Engines, EngineUrls

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
_LINES_SHOWN = 60
MANAGE = [sys.executable, "manage.py"]


def _commands() -> dict[str, list[str]]:
    """Return what each check runs."""
    templates = [str(path.relative_to(ROOT)) for path in sorted(ROOT.glob("templates/**/*.html"))]
    ours = sorted(path.parent.name for path in ROOT.glob("*/migrations"))
    python = [sys.executable, "-m"]
    return {
        "types": [*python, "mypy"],
        "style": [*python, "ruff", "check", "."],
        "format": [*python, "ruff", "format", "--check", "."],
        "import law": [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command; lint_imports_command()",
        ],
        "templates": [str(BIN / "djade"), "--check", "--target-version", "5.2", *templates],
        "system checks": [*MANAGE, "check", "--fail-level", "WARNING"],
        "migrations complete": [*MANAGE, "makemigrations", "--check", "--dry-run"],
        "migrations safe": [
            *(*MANAGE, "lintmigrations", "--settings", "tests.lint_settings", "--no-cache"),
            *("--quiet", "ok", "--include-apps", *ours),
        ],
        "API description": [*MANAGE, "spectacular", "--validate", "--fail-on-warn", "--file", os.devnull],
    }


@dataclass(frozen=True)
class Outcome:
    """How one check went."""

    name: str
    passed: bool
    output: str
    seconds: float


def _run(name: str, command: list[str], environment: dict[str, str]) -> Outcome:
    began = time.monotonic()
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Outcome(name, done.returncode == 0, done.stdout, time.monotonic() - began)


def _environment(urls: EngineUrls) -> dict[str, str]:
    return os.environ | {
        "SECRET_KEY": "only-for-checks-" + "0" * 40,
        "DATABASE_URL": urls.owner_database_url,
        "REDIS_URL": urls.redis_url,
        "DJANGO_SETTINGS_MODULE": "contactcenter.settings",
        "LOG_LEVEL": "WARNING",
    }


def run_checks(wanted: list[str]) -> list[Outcome]:
    """Run the wanted checks (none named: all), two at a time, printing each as it ends."""
    commands = {name: cmd for name, cmd in _commands().items() if not wanted or name in wanted}
    with tempfile.TemporaryDirectory(prefix="bothhands-checks-") as folder:
        engines = Engines(Path(folder), durable=False)
        try:
            environment = _environment(engines.start())
            with ThreadPoolExecutor(2) as pool:
                runs = [pool.submit(_run, name, cmd, environment) for name, cmd in commands.items()]
                return [_report(run.result()) for run in runs]
        finally:
            engines.destroy()


def _report(outcome: Outcome) -> Outcome:
    if not outcome.passed:
        print("\n".join(outcome.output.splitlines()[-_LINES_SHOWN:]))
    print(f"{'ok    ' if outcome.passed else 'FAILED'} {outcome.name} ({outcome.seconds:.1f} s)", flush=True)
    return outcome


def main() -> int:
    """Return 0 when every check passed."""
    unknown = set(sys.argv[1:]) - set(_commands())
    if unknown:
        print(f"No such check: {', '.join(sorted(unknown))}. There are: {', '.join(_commands())}.")
        return 2
    failed = [outcome.name for outcome in run_checks(sys.argv[1:]) if not outcome.passed]
    print(f"Checks failed: {', '.join(failed)}" if failed else "All checks passed.", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
