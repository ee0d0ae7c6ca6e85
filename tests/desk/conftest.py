from tests.chromium import browser  # noqa: F401
from tests.people import cast, committed_cast  # noqa: F401
from tests.sockets import socket_server  # noqa: F401
