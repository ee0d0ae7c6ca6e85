"""Finds a Chromium for browser tests and screenshots: an installed one, else the one of the npm package."""

from __future__ import annotations

import io
import os
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape

import brotli
import pytest
from playwright.sync_api import Browser, expect, sync_playwright

# A busy machine is slow; what never comes fails all the same.
expect.set_options(timeout=20_000)

ROOT = Path(__file__).resolve().parent.parent
_NAMES = ("google-chrome", "google-chrome-stable", "chromium", "chromium-browser", "chrome")
_MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
_PACKED = ROOT / "node_modules" / "@sparticuz" / "chromium" / "bin"
_UNPACKED = ROOT / "var" / "chromium"
_OPTIONS = (
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)


@dataclass(frozen=True)
class Chromium:
    """A Chromium's program and what it needs around it."""

    program: Path
    options: tuple[str, ...] = _OPTIONS
    environment: dict[str, str] = field(default_factory=dict)


def find_chromium() -> Chromium:
    """Return a Chromium that can be started; raises FileNotFoundError saying what to do."""
    installed = next(filter(None, map(shutil.which, _NAMES)), None)
    if installed:
        return Chromium(Path(installed))
    if _MAC.exists():
        return Chromium(_MAC)
    if not (_PACKED / "chromium.br").exists():
        raise FileNotFoundError("There is no Chrome or Chromium; script/setup --dev fetches one.")
    _unpack_once()
    libraries = f"{_UNPACKED / 'lib'}:{_UNPACKED}"
    return Chromium(
        _UNPACKED / "chromium",
        (*_OPTIONS, "--use-angle=swiftshader", "--use-gl=angle", "--in-process-gpu", "--no-zygote"),
        {"LD_LIBRARY_PATH": libraries, "FONTCONFIG_PATH": str(_UNPACKED)},
    )


@contextmanager
def launched() -> Iterator[Browser]:
    """Run a headless Chromium for as long as the block lasts."""
    chromium = find_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.program,
            args=list(chromium.options),
            env={**os.environ, **chromium.environment},
        )
        try:
            yield browser
        finally:
            browser.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of a file, if none of them uses a database or a loop of its own."""
    with launched() as started:
        yield started


def _unpack_once() -> None:
    """Unpack the program and its libraries to var/chromium, whole or not at all."""
    if (_UNPACKED / "chromium").exists():
        return
    half = _UNPACKED.with_name(f"chromium.{os.getpid()}.half")
    half.mkdir(parents=True)
    (half / "chromium").write_bytes(_read("chromium.br"))
    (half / "chromium").chmod(0o755)
    for name in ("al2023.tar.br", "swiftshader.tar.br", "fonts.tar.br"):
        with tarfile.open(fileobj=io.BytesIO(_read(name))) as archive:
            archive.extractall(half, filter="data")
    fonts = (
        f"<fontconfig><dir>{escape(str(_UNPACKED / 'fonts'))}</dir><dir>/usr/share/fonts</dir></fontconfig>"
    )
    (half / "fonts.conf").write_text(fonts)
    try:
        half.rename(_UNPACKED)
    except OSError:  # another process was faster
        shutil.rmtree(half)


def _read(name: str) -> bytes:
    content: bytes = brotli.decompress((_PACKED / name).read_bytes())
    return content
