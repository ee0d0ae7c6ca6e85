"""What may go wrong when asking the carrier, in the three kinds a caller can act on."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from requests import RequestException
from twilio.base.exceptions import TwilioException, TwilioRestException

Kind = Literal["gone", "refused", "away"]

# 20404: no such resource. 21220: the call is not in progress any more.
_GONE_CODES = {20404, 21220}


class CarrierError(Exception):
    """A request to the carrier failed.

    `gone`: the call, conference or participant no longer exists; nothing is left to do.
    `refused`: the carrier will not do this, however often it is asked.
    `away`: too busy, broken or silent; asking again later may work.
    """

    def __init__(self, kind: Kind, message: str, *, code: int | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.code = code


@contextmanager
def carrier_errors() -> Iterator[None]:
    """Turn whatever the library raises into a CarrierError."""
    try:
        yield
    except TwilioRestException as error:
        raise CarrierError(_kind_of(error), str(error.msg), code=error.code) from error
    except (RequestException, OSError, ValueError) as error:
        # ValueError: an answer that is no JSON, as a broken proxy gives it.
        raise CarrierError("away", f"{type(error).__name__}: {error}") from error
    except TwilioException as error:
        raise CarrierError("refused", str(error)) from error


def _kind_of(error: TwilioRestException) -> Kind:
    if error.status == 404 or error.code in _GONE_CODES:
        return "gone"
    if error.status == 429 or error.status >= 500:
        return "away"
    return "refused"
