"""PostgreSQL and Valkey out of their wheels, for the demo, the tests and the measurements."""

from contactcenter.embedded.engines import Engines, EngineUrls
from contactcenter.embedded.errors import EngineError

__all__ = ["EngineError", "EngineUrls", "Engines"]
