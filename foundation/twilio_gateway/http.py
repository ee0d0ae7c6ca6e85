"""The library's requests, sent to whichever carrier the settings name, over kept connections."""

import logging
import threading
from typing import Any

from django.conf import settings
from requests.adapters import HTTPAdapter
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response

_TWILIO = "https://api.twilio.com"
_threads = threading.local()
# At INFO the library writes a dozen lines for each request.
logging.getLogger("twilio.http_client").setLevel(logging.WARNING)


class CarrierHttpClient(TwilioHttpClient):
    """Puts TWILIO_API_URL in place of Twilio's own address, and a time-out on every request."""

    def __init__(self) -> None:
        super().__init__(pool_connections=True, timeout=settings.TWILIO_TIMEOUT_SECONDS)
        self.session.mount("http://", HTTPAdapter(pool_maxsize=4))

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        """Send one request; raises requests' exceptions."""
        rest = url.removeprefix(_TWILIO)
        return super().request(method, settings.TWILIO_API_URL + rest, *args, **kwargs)


def http_client() -> CarrierHttpClient:
    """This thread's client: a requests session keeps connections, and is not shared between threads."""
    client: CarrierHttpClient | None = getattr(_threads, "client", None)
    if client is None:
        client = _threads.client = CarrierHttpClient()
    return client
