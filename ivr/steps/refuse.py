"""The short ends: goodbye, no such line, and a fault of ours."""

from foundation.twilio_gateway import Document
from ivr.addresses import address

APOLOGY = (
    "We are sorry, we have a technical problem at the moment. Please stay on the line;"
    " you will be connected as soon as it is solved."
)
MAX_RETRIES = 12
RETRY_SECONDS = 10


def goodbye(document: Document) -> Document:
    """The call is over."""
    document.hang_up()
    return document


def no_such_line() -> Document:
    """Not a number, or not a caller, we serve."""
    document = Document()
    document.say("This line does not take calls. Goodbye.")
    document.hang_up()
    return document


def apologise(url: str, *, retry: int) -> Document:
    """Keep the caller and try `url` again in a few seconds; in the end ask to call back later."""
    document = Document()
    if retry >= MAX_RETRIES:
        document.say("We are sorry, the problem still lasts. Please call us again a little later. Goodbye.")
        document.hang_up()
        return document
    document.say(APOLOGY if retry == 0 else "Thank you for waiting. Please stay on the line.")
    document.pause(RETRY_SECONDS)
    document.redirect(url)
    return document


def fall_back() -> Document:
    """What the carrier gets when our own answer failed: start over, from the beginning."""
    return apologise(address("voice", again=1), retry=0)
