"""`script/demo`: start the stack, say where it is, keep it running until told to stop."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from pathlib import Path
from typing import NoReturn

from contactcenter.embedded import EngineError
from contactcenter.stack.demo_stack import ROOT, DemoStack
from contactcenter.stack.errors import StackError
from contactcenter.stack.logins import FILE, table

_WATCH_SECONDS = 0.25


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/demo", description="Start Bothhands with a demo company.")
    parser.add_argument("--port", type=_port, default=8000, help="where to answer (default 8000)")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1)")
    parser.add_argument(
        "--data", type=Path, default=ROOT / "var" / "demo", help="folder for everything it keeps"
    )
    parser.add_argument("--reset", action="store_true", help="begin with an empty database")
    parser.add_argument("--empty", action="store_true", help="start without the demo company")
    return parser.parse_args()


def _port(text: str) -> int:
    number = int(text)
    if not 0 < number < 65_536:
        raise ValueError
    return number


def _stop_once(*_: object) -> NoReturn:
    """Leave by KeyboardInterrupt; further signals must not break off the stopping."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def _say(line: str) -> None:
    print(line, flush=True)


def main() -> int:
    """Run the demo; returns the exit code."""
    options = _arguments()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop_once)
    stack = DemoStack(
        options.data,
        host=options.host,
        port=options.port,
        seed=not options.empty,
        reset=options.reset,
        say=_say,
    )
    try:
        stack.start()
        _say(f"Ready: {stack.base_url}")
        _say(table(stack.logins, stack.environment.get("PHONE_PAGE_URL", "")))
        _say(f"All of it: {stack.data.path / FILE}. Ctrl-C stops everything.")
        while True:
            stack.watch()
            time.sleep(_WATCH_SECONDS)
    except KeyboardInterrupt:
        _say("Stopping …")
        return 0
    except (StackError, EngineError) as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        stack.stop()


if __name__ == "__main__":
    sys.exit(main())
