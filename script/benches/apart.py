"""One bench by its name, measured in a process of its own."""

from __future__ import annotations

import importlib
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from types import ModuleType

from script.benches.figures import Figure


def bench(name: str) -> ModuleType:
    """The module that measures it."""
    return importlib.import_module(f"script.benches.{name}")


def measured(name: str, *, quick: bool) -> list[Figure]:
    """One bench's figures, from a process of its own: Django keeps the engines it was set up with."""
    anew = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=anew) as process:
        return process.submit(_measure, name, quick).result()


def _measure(name: str, quick: bool) -> list[Figure]:
    figures: list[Figure] = bench(name).measure(quick=quick)
    return figures
