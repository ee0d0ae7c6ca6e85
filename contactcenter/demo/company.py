"""The two companies: their people, partners and contracts, products and questions, queues and skills."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from accounts.actions import add_member, create_organization, create_partner, sign_contract
from accounts.models import Contract, Member, Organization, Partner, User
from cases.rules import REASONS
from customers.actions import define_fact_key, define_product
from foundation.tenancy import system, tenant
from routing.models import AgentSkill, Queue, QueueSkill, Skill
from routing.pools import add_step, pool_of_partner


@dataclass(frozen=True)
class Person:
    """Who works there; `login` names the demo's account of that kind, empty for nobody to sign in as."""

    login: str
    username: str
    name: str
    role: str
    at_partner: bool = False
    skills: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("en",)


@dataclass(frozen=True)
class QueuePlan:
    """A queue; `steps` are (after seconds, at the partner)."""

    slug: str
    name: str
    announcement: str
    skill: str
    steps: tuple[tuple[int, bool], ...]
    wrap_up_seconds: int = 120


@dataclass(frozen=True)
class CompanyPlan:
    """Everything that describes a company before its first customer."""

    slug: str
    name: str
    number: str
    partner_name: str
    partner_slug: str
    people: tuple[Person, ...]
    queues: tuple[QueuePlan, ...]
    products: tuple[tuple[str, str], ...]
    partner_product: str
    skills: tuple[tuple[str, str], ...]
    greeting: str
    queues_by_reason: Mapping[str, str]
    # (key, reason, as spoken, words); empty: the usual one.
    menu: tuple[tuple[str, str, str, tuple[str, ...]], ...] = ()


@dataclass
class Company:
    """What was written, for the parts that follow."""

    plan: CompanyPlan
    organization: Organization
    partner: Partner
    members: dict[str, Member] = field(default_factory=dict)

    def member(self, username: str) -> Member:
        """The person of that user name."""
        return self.members[username]

    def agents(self, *, at_partner: bool) -> list[Member]:
        """Those who take work, in-house or at the partner."""
        return [
            member
            for member in self.members.values()
            if member.takes_work and (member.partner_id is not None) == at_partner
        ]


MERIDIAN = CompanyPlan(
    slug="meridian",
    name="House of Meridian",
    number="+442079460200",
    greeting="Welcome to House of Meridian, the travel magazine.",
    partner_name="Digipress",
    partner_slug="digipress",
    people=(
        Person(
            "agent", "ana", "Ana Duarte", "agent", skills=("subscriptions", "billing"), languages=("en", "pt")
        ),
        Person("agent2", "callum", "Callum Reid", "agent", skills=("subscriptions", "digital-support")),
        Person("", "priya", "Priya Nair", "agent", skills=("subscriptions", "billing")),
        Person("", "tom", "Tom Okafor", "agent", skills=("billing",)),
        Person("", "greta", "Greta Lindqvist", "agent", skills=("subscriptions",), languages=("en", "de")),
        Person("partner_agent", "noor", "Noor Haddad", "partner_agent", True, ("digital-support",)),
        Person("", "luka", "Luka Horvat", "partner_agent", True, ("digital-support",), ("en", "de")),
        Person("", "ines", "Inês Castro", "partner_agent", True, ("digital-support",), ("en", "pt")),
        Person("supervisor", "sam", "Sam Whitaker", "supervisor"),
        Person("admin", "grace", "Grace Adeyemi", "admin"),
    ),
    queues=(
        QueuePlan(
            "main",
            "Delivery & subscriptions",
            "Thank you for waiting. Somebody from our office will be with you shortly.",
            "subscriptions",
            ((0, False),),
        ),
        # The partner knows the digital edition best; the office steps in before the wait becomes long.
        QueuePlan(
            "digital",
            "Digital edition",
            "Thank you for waiting. Our digital team already has what you told us.",
            "digital-support",
            ((0, True), (45, False)),
        ),
        QueuePlan("billing", "Payments", "Thank you for waiting.", "billing", ((0, False),)),
    ),
    products=(
        ("print", "Print edition"),
        ("digital-edition", "Digital edition"),
        ("travel-club", "Travel club"),
    ),
    partner_product="digital-edition",
    skills=(
        ("subscriptions", "Subscriptions and delivery"),
        ("digital-support", "Digital edition"),
        ("billing", "Payments"),
    ),
    queues_by_reason={
        "switch_to_digital": "digital",
        "digital_access": "digital",
        "billing": "billing",
        "renewal": "billing",
    },
)

FELLHOUSE = CompanyPlan(
    slug="fellhouse",
    name="Fellhouse Outdoor",
    number="+442079460700",
    greeting="Welcome to Fellhouse Outdoor.",
    partner_name="Cairn Care",
    partner_slug="cairn-care",
    people=(
        Person("outsider", "olwen", "Olwen Pritchard", "agent", skills=("orders",)),
        Person("", "kofi", "Kofi Mensah", "partner_agent", True, ("repairs",)),
        Person("", "judith", "Judith Marsh", "supervisor"),
    ),
    queues=(
        QueuePlan("orders", "Orders", "Thank you for waiting.", "orders", ((0, False),)),
        QueuePlan("repairs", "Repairs", "Thank you for waiting.", "repairs", ((0, True), (60, False))),
    ),
    products=(("membership", "Membership"), ("repair-plan", "Repair plan")),
    partner_product="repair-plan",
    skills=(("orders", "Orders"), ("repairs", "Repairs")),
    menu=(
        ("1", "missing_issue", "a missing parcel", ("parcel", "missing")),
        ("2", "other", "a repair", ("repair", "broken")),
    ),
    queues_by_reason={"other": "repairs"},
)

_FACT_KEYS = (
    ("reason_for_contact", "Reason for contact", "What is it about today?", "choice", tuple(REASONS)),
    ("missing_issues", "Missing issues", "Which issues have not arrived?", "list", ()),
    (
        "preferred_device",
        "Reads on",
        "What would you read the digital edition on?",
        "choice",
        ("tablet", "phone", "computer", "e-reader"),
    ),
    ("digital_account", "Digital account", "Do you have an account for the digital edition?", "text", ()),
    ("email_confirmed", "E-mail confirmed", "May I confirm your e-mail address?", "boolean", ()),
    (
        "language",
        "Language",
        "Which language do you prefer?",
        "choice",
        ("English", "German", "Portuguese", "French"),
    ),
    ("callback_number", "Call-back number", "On which number can we call you back?", "text", ()),
    ("subscriber_number", "Subscriber number", "What is your subscriber number?", "text", ()),
    ("delivery_note", "Delivery note", "Is there anything the carrier should know?", "text", ()),
    ("household_readers", "Readers at home", "", "number", ()),
)
# By key: how long an answer counts, where it is asked, what it may be.
_FACT_SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "reason_for_contact": {"forms": ["script"]},
    "preferred_device": {"expires_after_days": 730, "precedence": "newest"},
    "language": {"forms": ["script"], "sensitivity": "personal"},
    "callback_number": {"forms": ["script"], "sensitivity": "personal"},
    "subscriber_number": {"forms": ["script"], "sensitivity": "personal"},
    "delivery_note": {"maximum": 200, "expires_after_days": 365, "is_searchable": True},
    "household_readers": {"minimum": 1, "maximum": 20, "forms": ["wrap_up", "record"]},
}
_PARTNER_READS = ("reason_for_contact", "missing_issues", "preferred_device", "email_confirmed", "language")
_PARTNER_WRITES = ("preferred_device", "digital_account", "email_confirmed")


def write_company(plan: CompanyPlan) -> Company:
    """Write the company, or complete it where it is already there."""
    organization = _organization(plan)
    with tenant(organization.id):
        partner = create_partner(name=plan.partner_name, slug=plan.partner_slug)
        _sign(partner, plan)
        for code, name in plan.products:
            define_product(code, name=name)
        for position, (key, label, question, value_type, choices) in enumerate(_FACT_KEYS):
            define_fact_key(
                key,
                label=label,
                question=question,
                value_type=value_type,
                choices=choices,
                position=position * 10,
                **_FACT_SETTINGS.get(key, {}),
            )
        company = Company(plan, organization, partner)
        skills = {
            slug: Skill.objects.get_or_create(slug=slug, defaults={"name": name})[0]
            for slug, name in plan.skills
        }
        for person in plan.people:
            company.members[person.username] = _member(company, person, skills)
        for queue in plan.queues:
            _queue(queue, skills[queue.skill], partner)
    return company


def find_company(slug: str) -> Organization | None:
    """The organisation of that slug, if it was written before."""
    with system():
        return Organization.objects.filter(slug=slug).first()


def _organization(plan: CompanyPlan) -> Organization:
    known = find_company(plan.slug)
    return known or create_organization(
        name=plan.name, slug=plan.slug, time_zone="Europe/London", country_code="GB"
    )


def _sign(partner: Partner, plan: CompanyPlan) -> None:
    if Contract.objects.filter(partner=partner).exists():
        return
    theirs = [queue.slug for queue in plan.queues if any(at_partner for _, at_partner in queue.steps)]
    sign_contract(
        partner,
        queues=theirs,
        products=[plan.partner_product],
        readable_fields=["display_name", "language", "region", "customer_since", "subscriptions"],
        writable_fields=["language"],
        masked_fields=["phone", "email", "subscriber_number"],
        readable_facts=_PARTNER_READS,
        writable_facts=_PARTNER_WRITES,
    )


def _member(company: Company, person: Person, skills: dict[str, Skill]) -> Member:
    username = person.username if company.plan is MERIDIAN else f"{company.plan.slug}-{person.username}"
    given, _, family = person.name.partition(" ")
    user, _ = User.objects.get_or_create(
        username=username,
        defaults={
            "first_name": given,
            "last_name": family,
            "email": f"{username}@example.com",
            "password": "!",
        },
    )
    member = add_member(
        user,
        role=person.role,
        display_name=person.name,
        partner=company.partner if person.at_partner else None,
        languages=person.languages,
    )
    _teach(member, [skills[slug] for slug in person.skills])
    return member


def _teach(member: Member, skills: Sequence[Skill]) -> None:
    for position, skill in enumerate(skills):
        AgentSkill.objects.get_or_create(member=member, skill=skill, defaults={"level": 5 - position})


def _queue(plan: QueuePlan, skill: Skill, partner: Partner) -> None:
    queue, created = Queue.objects.get_or_create(
        slug=plan.slug,
        defaults={
            "name": plan.name,
            "announcement": plan.announcement,
            "wrap_up_seconds": plan.wrap_up_seconds,
        },
    )
    if not created:
        return
    QueueSkill.objects.create(queue=queue, skill=skill, level=1)
    opens = [after_seconds for after_seconds, _ in plan.steps]
    waits = [*(later - first for first, later in pairwise(opens)), None]
    for (_, at_partner), wait_seconds in zip(plan.steps, waits, strict=True):
        add_step(queue, pool_of_partner(partner) if at_partner else None, wait_seconds=wait_seconds)
