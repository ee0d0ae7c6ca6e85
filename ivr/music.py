"""What is heard on hold: a few slow broken chords, computed once per process instead of recorded."""

import io
import math
import wave
from array import array
from functools import cache

SAMPLE_RATE = 8_000  # what a telephone carries
NOTE_SECONDS = 0.625
RING_SECONDS = 2.4
LOUDNESS = 5_200  # of 32,767: softer than a voice
# Four chords of eight notes, as semitones above the A below middle C: Am, F, C, G, up and down.
CHORDS = ((0, 7, 12, 15), (-4, 8, 12, 15), (3, 7, 10, 15), (-2, 7, 10, 14))
_UP_AND_DOWN = (0, 1, 2, 3, 2, 1, 2, 1)


@cache
def hold_music() -> bytes:
    """A WAV file of 20 seconds, mono, that can be played over and over."""
    notes = [chord[step] for chord in CHORDS for step in _UP_AND_DOWN]
    length = int(len(notes) * NOTE_SECONDS * SAMPLE_RATE)
    mixed = [0.0] * length
    for place, semitones in enumerate(notes):
        _ring(mixed, int(place * NOTE_SECONDS * SAMPLE_RATE), 220.0 * 2 ** (semitones / 12))
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(SAMPLE_RATE)
        sound.writeframes(array("h", (int(value * LOUDNESS) for value in mixed)).tobytes())
    return buffer.getvalue()


def _ring(mixed: list[float], start: int, hertz: float) -> None:
    """Add one note that fades; it rings over the end into the beginning, so that the loop has no seam."""
    turn = 2 * math.pi * hertz / SAMPLE_RATE
    for sample in range(int(RING_SECONDS * SAMPLE_RATE)):
        attack = min(1.0, sample / 160)
        fade = math.exp(-2.2 * sample / SAMPLE_RATE)
        mixed[(start + sample) % len(mixed)] += attack * fade * math.sin(turn * sample)
