"""How a call is led: a small table of steps, each saying what comes next.

greet → identify → tell → reason → enqueue, voicemail where nobody can answer, closed outside opening hours,
and callback from the queue. `enter` says or asks something and names the next step, or None when the caller
is to answer or the document is complete;
`hear` takes the answer and names the next step. 0, or asking for a person, leads to the queue from anywhere,
and so does "stop calling me" to `stop`.
"""

from types import ModuleType

from customers.consent.words import says_to_stop
from foundation.twilio_gateway import Document
from ivr.call import Call
from ivr.models import CallSession
from ivr.rules import Heard, wants_person
from ivr.steps import (
    callback,
    closed,
    enqueue,
    farewell,
    greet,
    identify,
    promise,
    reason,
    refuse,
    stop,
    tell,
    voicemail,
)

STEPS: dict[str, ModuleType] = {
    "greet": greet,
    "identify": identify,
    "tell": tell,
    "reason": reason,
    "stop": stop,
    "enqueue": enqueue,
    "closed": closed,
    "callback": callback,
    "voicemail": voicemail,
    "promise": promise,
    "farewell": farewell,
}
# A step leads to another at most this often in one document; the table has no circle longer than this.
_MAX_STEPS = 12


def begin(session: CallSession) -> Document:
    """Receive the caller; one who is here already hears again where they are."""
    return _run(session, session.step)


def answer(session: CallSession, step: str, heard: Heard, *, document_number: int) -> Document:
    """Take an answer in. An answer to another question than the last one asked is stale: ask again."""
    if step != session.step or document_number != session.document_number or step not in STEPS:
        return _run(session, session.step)
    if says_to_stop(heard.speech):
        return _run(session, "stop")
    if wants_person(heard):
        return _run(session, "enqueue")
    call = Call.of(session)
    return _run(session, STEPS[step].hear(call, heard), call)


def go_to(session: CallSession, step: str, *, final_words: str = "") -> Document:
    """Lead the caller to this step, whatever was before; `final_words` instead of its usual ones."""
    return _run(session, step, Call.of(session, final_words=final_words))


def _run(session: CallSession, step: str | None, call: Call | None = None) -> Document:
    call = call or Call.of(session)
    if session.is_over:
        return refuse.goodbye(call.document)
    for _ in range(_MAX_STEPS):
        if step is None:
            call.save()
            return call.document
        call.change(step=step)
        step = STEPS[step].enter(call)
    raise RuntimeError(f"The call flow goes round in circles at {step}")
