"""Who contacts next and why: people call again about what was promised, around their renewal, and when
something is down; else about what they have."""

from collections import defaultdict, deque
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from random import Random

from contactcenter.demo import texts
from contactcenter.demo.company import Company
from customers.models import Customer, Interaction, Subscription

_CALLS_AGAIN, _NEAR_RENEWAL, _ABOUT_FAILURE = 0.3, 0.18, 0.6
_PATIENCE = (timedelta(hours=12), timedelta(days=4))
_RENEWAL_DAYS = 12
_FAILURE_DAYS = (6, 33, 71, 104)
_NEXT = {"switch_to_digital": "digital_access"}


class Habits:
    """Chooses customer and reason of each contact, in the order in which they happen."""

    def __init__(self, company: Company, customers: Sequence[Customer], rng: Random, now: datetime) -> None:
        self._partners = company.plan.partner_product
        self._customers = {customer.id: customer for customer in customers}
        self._everybody, self._rng, self._today = list(customers), rng, now.date()
        self._held: dict[int, set[str]] = defaultdict(set)
        self._renewing: dict[int, list[int]] = defaultdict(list)
        for customer_id, code, renews_on in Subscription.objects.order_by("id").values_list(
            "customer_id", "product__code", "renews_on"
        ):
            self._held[customer_id].add(code)
            if renews_on and customer_id in self._customers:
                self._renewing[renews_on.timetuple().tm_yday].append(customer_id)
        self._readers = [one for one in self._customers if self._partners in self._held[one]]
        self._waiting: deque[Interaction] = deque()

    def next(self, at: datetime) -> tuple[Customer, str]:
        """Who contacts at this moment, and why."""
        chance = self._rng.random()
        if (self._today - at.date()).days in _FAILURE_DAYS and self._readers and chance < _ABOUT_FAILURE:
            return self._customers[self._rng.choice(self._readers)], "digital_access"
        if chance < _CALLS_AGAIN and (waiting := self._who_waits(at)):
            assert waiting.customer is not None
            return waiting.customer, _NEXT.get(waiting.reason, waiting.reason)
        if chance > 1 - _NEAR_RENEWAL and (renewing := self._who_renews(at.date())):
            reason = self._rng.choices(["renewal", "billing", "cancel"], [6, 3, 1])[0]
            return self._customers[self._rng.choice(renewing)], reason
        customer = self._rng.choice(self._everybody)
        return customer, self._usual_reason(self._held[customer.id])

    def happened(self, contact: Interaction) -> None:
        """Whoever was promised something may contact again about it."""
        if contact.disposition == "promise_made":
            self._waiting.append(contact)

    def _who_waits(self, at: datetime) -> Interaction | None:
        soonest, latest = _PATIENCE
        while self._waiting and self._waiting[0].started_at < at - latest:
            self._waiting.popleft()
        patient = [contact for contact in self._waiting if contact.started_at < at - soonest]
        if not patient:
            return None
        chosen = self._rng.choice(patient)
        self._waiting.remove(chosen)
        return chosen

    def _who_renews(self, day: date) -> list[int]:
        days = range(-_RENEWAL_DAYS, _RENEWAL_DAYS + 1)
        near = {(day + timedelta(days=distance)).timetuple().tm_yday for distance in days}
        return [one for yearly in sorted(near) for one in self._renewing[yearly]]

    def _usual_reason(self, products: set[str]) -> str:
        """People rarely call about what they do not have."""
        factors = {
            "digital_access": 2.0 if self._partners in products else 0.03,
            "switch_to_digital": 0.03 if self._partners in products else 1.0,
            "missing_issue": 0.1 if products == {self._partners} else 1.0,
        }
        weights = [topic.weight * factors.get(reason, 1.0) for reason, topic in texts.TOPICS.items()]
        return self._rng.choices(list(texts.TOPICS), weights)[0]
