"""Customers who hung up and wait in line all the same: they are called when their turn comes."""

from django.db import models
from django.db.models.functions import Now

from customers.models import Customer, Interaction
from foundation.models import TenantModel
from routing.models.setup import Queue


class Callback(TenantModel):
    """A call owed to somebody who waited. Its work item stays in the queue with the age it had.

    waiting → offered (an agent takes it) → dialling → connected → done; offered | dialling → waiting (nobody
    answered: next try at `due_at`) → failed after the last; any open one → cancelled. Whoever is called
    first (`mode`) goes from waiting to dialling.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        OFFERED = "offered", "An agent takes it"
        DIALLING = "dialling", "Being called"
        CONNECTED = "connected", "Reached"
        DONE = "done", "Done"
        FAILED = "failed", "Not reached"
        CANCELLED = "cancelled", "Cancelled"

    OPEN = (State.WAITING, State.OFFERED, State.DIALLING, State.CONNECTED)
    when_merged = "moves"

    customer = models.ForeignKey(
        Customer, null=True, blank=True, on_delete=models.CASCADE, related_name="callbacks"
    )
    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, db_index=False)
    interaction = models.ForeignKey(Interaction, on_delete=models.CASCADE, related_name="callbacks")
    number = models.CharField(max_length=16, help_text="E.164")
    mode = models.CharField(max_length=14, choices=Queue.Callback)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    most_tries = models.PositiveSmallIntegerField(default=3)
    due_at = models.DateTimeField(null=True, blank=True, help_text="Not called before")
    last_result = models.CharField(max_length=80, blank=True, default="", help_text="How the last try went")
    promised_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "queue"], condition=models.Q(ended_at=None), name="one_open_callback"
            ),
            models.UniqueConstraint(
                fields=["interaction"], condition=models.Q(ended_at=None), name="one_callback_per_contact"
            ),
        ]
        indexes = [
            models.Index(
                fields=["organization_id", "id"],
                condition=models.Q(ended_at=None),
                name="callbacks_open",
            )
        ]

    @property
    def masked(self) -> str:
        """Enough of the number to recognise it."""
        return f"••• {self.number[-4:]}"
