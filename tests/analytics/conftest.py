from tests.people import cast, committed_cast  # noqa: F401
from tests.routing.conftest import floor, hands  # noqa: F401
