"""What stands for as long as a process runs."""

import gc
from typing import Any


def spare_what_stands(**_: Any) -> None:
    """Take what is loaded out of the collector's sight.

    A full collection looks through every module's objects, for some 50 ms of a caller's time, to find that
    all of them are still in use. Call it when everything is loaded.
    """
    gc.collect()
    gc.freeze()
