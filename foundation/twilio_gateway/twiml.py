"""TwiML documents: always well-formed, escaped, and under the carrier's 64 kB."""

import re

from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

from foundation.twilio_gateway.carrier import CONFERENCE_EVENTS

MAX_BYTES = 64 * 1024
MAX_SPOKEN_CHARACTERS = 2_000
# What XML 1.0 cannot carry at all, escaped or not.
_UNSPEAKABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LANGUAGE = re.compile(r"[A-Za-z]{2}-[A-Za-z]{2}")


def spoken(text: str) -> str:
    """`text` as it can be said: no control characters, and no longer than a caller would bear."""
    clean = " ".join(_UNSPEAKABLE.sub(" ", text).split())
    if len(clean) <= MAX_SPOKEN_CHARACTERS:
        return clean
    return clean[:MAX_SPOKEN_CHARACTERS].rsplit(" ", 1)[0] + " …"


class Document:
    """One answer to the carrier, built verb by verb.

    What is said just before a question belongs to the question, so that a key or a word interrupts it.
    """

    def __init__(self, *, language: str = "", voice: str = "") -> None:
        self._response = VoiceResponse()
        self._language = language if _LANGUAGE.fullmatch(language) else None
        self._voice = voice or None
        self._pending: list[str] = []
        self.is_final = False

    def say(self, text: str) -> None:
        """Say a text; an empty one is left out."""
        clean = spoken(text)
        if clean:
            self._pending.append(clean)

    def ask(
        self,
        *,
        action: str,
        digits: int | None = None,
        finish_on_key: str = "",
        speech: bool = False,
        hints: str = "",
        timeout_seconds: int = 6,
        then_continue: bool = False,
    ) -> None:
        """Say what is pending and listen for keys, and for words with `speech`.

        The answer goes to `action`, silence too unless `then_continue`: then the next verb follows.
        """
        gather: Gather = self._response.gather(
            input="dtmf speech" if speech else "dtmf",
            action=action,
            method="POST",
            timeout=timeout_seconds,
            num_digits=digits,
            finish_on_key=finish_on_key or None,
            speech_timeout="auto" if speech else None,
            hints=_UNSPEAKABLE.sub("", hints) or None,
            language=self._language if speech else None,
            action_on_empty_result=None if then_continue else True,
        )
        self._speak(gather)
        self.is_final = not then_continue

    def enqueue(self, name: str, *, action: str, wait_url: str) -> None:
        """Wait in the carrier's queue `name`, hearing `wait_url`; `action` learns how it ended."""
        self._speak()
        self._response.enqueue(
            name[:64], action=action, method="POST", wait_url=wait_url, wait_url_method="POST"
        )
        self.is_final = True

    def join_conference(self, name: str, *, label: str, action: str, conference_url: str) -> None:
        """Enter a conference that ends when this leg leaves it; `action` comes after."""
        self._speak()
        dial: Dial = self._response.dial(action=action, method="POST")
        dial.conference(
            name,
            start_conference_on_enter=True,
            end_conference_on_exit=True,
            beep="false",
            wait_url="",
            participant_label=label,
            status_callback=conference_url,
            status_callback_method="POST",
            status_callback_event=" ".join(CONFERENCE_EVENTS),
        )
        self.is_final = True

    def record(self, *, action: str, recording_url: str, max_seconds: int) -> None:
        """Record a message after a beep; `#` or silence ends it. `recording_url` hears of the recording."""
        self._speak()
        self._response.record(
            action=action,
            method="POST",
            max_length=max_seconds,
            timeout=5,
            finish_on_key="#",
            play_beep=True,
            recording_status_callback=recording_url,
            recording_status_callback_method="POST",
            recording_status_callback_event="completed absent",
        )
        self.is_final = True

    def pause(self, seconds: int) -> None:
        """Silence."""
        self._speak()
        self._response.pause(length=seconds)

    def play(self, url: str) -> None:
        """Play a sound file."""
        self._speak()
        self._response.play(url)

    def redirect(self, url: str) -> None:
        """Go on with the document at `url`."""
        self._speak()
        self._response.redirect(url, method="POST")
        self.is_final = True

    def leave_queue(self) -> None:
        """Leave the carrier's queue (in a wait document only)."""
        self._speak()
        self._response.leave()
        self.is_final = True

    def hang_up(self) -> None:
        """End the call."""
        self._speak()
        self._response.hangup()
        self.is_final = True

    def xml(self) -> str:
        """The document. Raises ValueError when it is over 64 kB: texts are cut, so only a fault does that."""
        self._speak()
        xml = _UNSPEAKABLE.sub("", str(self._response.to_xml()))
        if len(xml.encode()) >= MAX_BYTES:
            raise ValueError(f"A TwiML document of {len(xml)} characters")
        return xml

    def _speak(self, parent: VoiceResponse | Gather | None = None) -> None:
        target = parent if parent is not None else self._response
        for text in self._pending:
            target.say(text, language=self._language, voice=self._voice)
        self._pending = []
