"""One call while one webhook is answered: what the steps of the flow work with."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from accounts.actors import IVR_ACTOR
from accounts.models import Organization
from customers.actions import record_fact
from customers.models import Customer
from foundation import clock
from foundation.errors import Refusal
from foundation.twilio_gateway import Document
from ivr.actions.calls import keep
from ivr.addresses import address
from ivr.known_lines import line_of
from ivr.models import CallSession, PhoneNumber
from ivr.rules import Choice, Heard


@dataclass
class Call:
    """The session (locked), and the document being made for it."""

    session: CallSession
    document: Document
    now: datetime = field(default_factory=lambda: clock.now())
    changed: set[str] = field(default_factory=lambda: {"news_at"})
    final_words: str = ""

    @classmethod
    def of(cls, session: CallSession, *, final_words: str = "") -> "Call":
        """A call with an empty document in the number's language and voice."""
        number = session.number
        session.news_at = clock.now()
        document = Document(language=number.language, voice=number.voice)
        return cls(session, document, final_words=final_words)

    @property
    def number(self) -> PhoneNumber:
        """The number that was called."""
        return self.session.number

    @property
    def customer(self) -> Customer | None:
        """Who calls, as far as known."""
        return self.session.interaction.customer

    @cached_property
    def organization(self) -> Organization:
        """Who is called."""
        return line_of(self.session.number_id).organization

    @cached_property
    def menu(self) -> tuple[Choice, ...]:
        """The reasons people call this number for."""
        return line_of(self.session.number_id).menu

    def tries(self, step: str) -> int:
        """How often this step has been asked."""
        return int(self.session.tries.get(step, 0))

    def count_try(self, step: str) -> None:
        """This step is asked (or done) once more."""
        self.change(tries={**self.session.tries, step: self.tries(step) + 1})

    def change(self, **fields: object) -> None:
        """Change the session; written once, when the document is made."""
        for name, value in fields.items():
            setattr(self.session, name, value)
        self.changed.update(fields)

    def save(self) -> None:
        """Write the session if it is new, else what changed."""
        keep(self.session, self.changed)
        self.changed.clear()

    def ask(self, step: str, *, digits: int | None = None, finish_on_key: str = "", hints: str = "") -> None:
        """Listen for the answer to a question; its number tells a stale answer from the awaited one."""
        self.count_try(step)
        self.change(document_number=self.session.document_number + 1)
        self.document.ask(
            action=address("step", step, n=self.session.document_number),
            digits=digits,
            finish_on_key=finish_on_key,
            speech=True,
            hints=hints,
        )

    def remember(self, step: str, *, key: str, value: str, heard: Heard) -> None:
        """Keep an answer: on the record when the caller has one, on the call until then."""
        answer = {
            "step": step,
            "key": key,
            "value": value,
            "confidence": str(heard.confidence),
            "how": heard.how,
            "at": self.now.isoformat(),
        }
        self.change(heard=[*self.session.heard, answer])
        record_answer(self.session, answer)


def record_answer(session: CallSession, answer: dict[str, str]) -> None:
    """Write an answer on the caller's record, with the step that asked as its source.

    A company that does not keep such a fact has the answer on the call only.
    """
    customer_id = session.interaction.customer_id
    if customer_id is None:
        return
    try:
        record_fact(
            customer_id,
            key=answer["key"],
            value=answer["value"],
            actor=IVR_ACTOR,
            source=f"ivr:{answer['step']}",
            confidence=answer["confidence"],
            interaction_id=session.interaction_id,
        )
    except Refusal:
        return
