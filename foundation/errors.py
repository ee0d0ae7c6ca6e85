"""Errors a person or a partner's system is meant to read."""


class Refusal(Exception):
    """A change that the rules or a lost race do not allow; nothing was written.

    `code` is stable for programs (`offer_taken`), `message` is a sentence for people, `field` names the
    input at fault, if one is.
    """

    def __init__(self, code: str, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field


class Conflict(Refusal):
    """Somebody else changed it first: the caller should look again (HTTP 409, or 412 with If-Match)."""


class NotVisible(Refusal):
    """The thing does not exist, or this person may not know that it does (HTTP 404)."""

    def __init__(self, what: str) -> None:
        super().__init__("not_found", f"There is no such {what}.")


class Forbidden(Refusal):
    """The person may know the thing but not do this to it (HTTP 403)."""
