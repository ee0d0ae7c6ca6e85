"""Refusals as Twilio words them."""

from typing import NoReturn


class RestError(Exception):
    """An error answer: HTTP status, Twilio's number and a sentence."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message

    def body(self) -> dict[str, object]:
        """The JSON of the answer."""
        return {
            "code": self.code,
            "message": self.message,
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }


def not_found(path: str) -> NoReturn:
    """404 with 20404, the usual answer for what is gone."""
    raise RestError(404, 20404, f"The requested resource {path} was not found")


def missing(name: str) -> NoReturn:
    """400 for a required parameter that was not given."""
    codes = {"To": 21201, "From": 21213, "Url": 21205}
    raise RestError(400, codes.get(name, 20001), f"Missing required parameter {name}")
