"""docs/how-to/call-the-partner-api.md is true: its lines run as they stand against the demo."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "call-the-partner-api.md"


@pytest.mark.stack
def test_the_lines_of_the_page_run_against_the_demo(stack: Any) -> None:
    lines = "\n".join(re.findall(r"```sh\n(.*?)```", PAGE.read_text(), re.DOTALL))
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", lines],
        env={"PATH": os.environ["PATH"], "DEMO": str(stack.data.path / "demo.json")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert '"state":"kept"' in done.stdout
    assert '"secret":"whsec_' in done.stdout
    assert '"code":"bad_cursor"' in done.stdout
    assert "internal_error" not in done.stdout
