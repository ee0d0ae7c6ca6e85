"""The questions that are asked once: an organisation's own fields; and who asked one again."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from accounts.actors import Hand
from accounts.models import Member, Partner
from foundation.models import TenantModel


def every_form() -> list[str]:
    """Where a new question is asked."""
    return ["script", "record"]


class FactKey(TenantModel):
    """A question that is asked once: its key, how people call it, what values it takes."""

    class ValueType(models.TextChoices):
        TEXT = "text", "Text"
        CHOICE = "choice", "One of a list"
        LIST = "list", "Several"
        NUMBER = "number", "Number"
        DATE = "date", "Date"
        BOOLEAN = "boolean", "Yes or no"

    class Sensitivity(models.TextChoices):
        PUBLIC = "public", "Public"
        INTERNAL = "internal", "Internal"
        PERSONAL = "personal", "Personal"
        PAYMENT_NEVER = "payment", "Payment: never kept"

    class Precedence(models.TextChoices):
        """Which answer counts when several were given (`rules.choose_current`)."""

        USUAL = "usual", "The surest, then the newest"
        NEWEST = "newest", "The newest, whoever said it"
        PERSON_FIRST = "person_first", "A person's word before a machine's"

    class TextKind(models.TextChoices):
        """What a text consists of."""

        ANY = "any", "Anything"
        DIGITS = "digits", "Digits only"
        LETTERS = "letters", "Letters only"
        CODE = "code", "Letters and digits, no blanks"
        EMAIL = "email", "An e-mail address"
        PHONE = "phone", "A phone number"

    class Form(models.TextChoices):
        """Where people are asked for it."""

        SCRIPT = "script", "Console script"
        WRAP_UP = "wrap_up", "Wrap-up"
        RECORD = "record", "Record"

    key = models.CharField(max_length=60)
    label = models.CharField(max_length=120)
    question = models.CharField(max_length=240, blank=True, default="", help_text="How an agent asks it")
    value_type = models.CharField(max_length=10, choices=ValueType, default=ValueType.TEXT)
    choices = ArrayField(models.CharField(max_length=120), default=list, blank=True)
    sensitivity = models.CharField(max_length=10, choices=Sensitivity, default=Sensitivity.INTERNAL)
    position = models.PositiveSmallIntegerField(default=100, help_text="Order on the desk")
    precedence = models.CharField(
        max_length=12, choices=Precedence, default=Precedence.USUAL, db_default=Precedence.USUAL
    )
    expires_after_days = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="How long an answer counts; empty: until there is a better one"
    )
    text_kind = models.CharField(
        max_length=8, choices=TextKind, default=TextKind.ANY, db_default=TextKind.ANY
    )
    minimum = models.FloatField(null=True, blank=True, help_text="Number; characters of a text, or entries")
    maximum = models.FloatField(null=True, blank=True)
    queues = ArrayField(
        models.SlugField(), default=list, db_default=[], blank=True, help_text="Whose script asks; empty: all"
    )
    forms = ArrayField(
        models.CharField(max_length=8, choices=Form),
        default=every_form,
        db_default=["script", "record"],
        blank=True,
    )
    is_searchable = models.BooleanField(default=False, db_default=False)
    retired_at = models.DateTimeField(null=True, blank=True, help_text="Since then nobody is asked")
    version = models.PositiveIntegerField(default=1, db_default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization_id", "key"], name="fact_key")]


class AskedAgain(TenantModel):
    """Somebody chose to ask what was already known; counted, with the reason."""

    when_merged: ClassVar[str] = "moves"

    customer = models.ForeignKey("customers.Customer", on_delete=models.CASCADE)
    interaction = models.ForeignKey("customers.Interaction", null=True, on_delete=models.CASCADE)
    key = models.ForeignKey(FactKey, on_delete=models.PROTECT)
    hand = models.CharField(max_length=10, choices=Hand)
    member = models.ForeignKey(Member, null=True, blank=True, on_delete=models.PROTECT)
    partner = models.ForeignKey(Partner, null=True, blank=True, on_delete=models.PROTECT)
    reason = models.CharField(max_length=200)
    asked_at = models.DateTimeField(db_default=Now(), db_index=True)
