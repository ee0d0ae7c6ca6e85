"""The addresses we give to the carrier: absolute, because a document sent by REST has no base."""

from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse


def address(name: str, *args: object, **query: object) -> str:
    """The public URL of one of our doors, e.g. `address("step", "reason", n=3)`."""
    url = f"{settings.PUBLIC_BASE_URL}{reverse(f'ivr:{name}', args=args)}"
    return f"{url}?{urlencode(query)}" if query else url
