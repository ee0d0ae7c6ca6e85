"""How fast the simulated world runs."""

from dataclasses import dataclass


@dataclass
class Settings:
    """Speeds; changed while running through the control interface."""

    # Characters spoken per second; 0 speaks at once.
    speech_rate: float = 15.0
    # Multiplies pauses, ringing and silence time-outs; 0.1 is ten times faster than life.
    time_scale: float = 1.0
    # Twilio rings longer than the time-out it was given, by about this many seconds.
    ring_buffer: float = 5.0
    # A wait document that plays nothing must not be fetched in a tight loop.
    wait_interval: float = 1.0

    def seconds(self, duration: float) -> float:
        """Real seconds that `duration` seconds of the simulated world take."""
        return duration * self.time_scale

    def speaking(self, text: str) -> float:
        """Real seconds that saying `text` takes."""
        return len(text) / self.speech_rate if self.speech_rate > 0 else 0.0
