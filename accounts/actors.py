"""Who does something: the hand that every fact, note, promise and event is marked with."""

from dataclasses import dataclass
from typing import Any

from django.db import models


class Hand(models.TextChoices):
    """Which hand wrote it; every screen shows it as a small mark."""

    IVR = "ivr", "IVR"
    BOT = "bot", "Bot"
    INHOUSE = "inhouse", "In-house"
    PARTNER = "partner", "Partner"
    CUSTOMER = "customer", "Customer"
    FILE = "file", "Import"
    SYSTEM = "system", "System"


@dataclass(frozen=True)
class Actor:
    """The person, partner system or machine behind a change."""

    hand: str
    member_id: int | None = None
    partner_id: int | None = None
    name: str = ""

    def as_json(self) -> dict[str, Any]:
        """For the event log."""
        return dict(vars(self))

    @property
    def is_partner(self) -> bool:
        """Whether an outsourced company's person or system acts."""
        return self.hand == Hand.PARTNER


IVR_ACTOR = Actor(hand=Hand.IVR, name="IVR")
SYSTEM_ACTOR = Actor(hand=Hand.SYSTEM, name="Bothhands")
