"""`manage.py seed_demo`: write the demo companies, and the files that say how to sign in and whom to call."""

from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.actors import SYSTEM_ACTOR
from cases.events import ReasonTrainingWanted
from contactcenter.demo.company import FELLHOUSE, MERIDIAN, Company, CompanyPlan, find_company, write_company
from contactcenter.demo.consents import write_consents
from contactcenter.demo.credentials import give_client, give_logins, read_file, write_file
from contactcenter.demo.doubles import write_doubles
from contactcenter.demo.figures import write_figures
from contactcenter.demo.files import write_import
from contactcenter.demo.history import write_history
from contactcenter.demo.matters import write_open, write_settled
from contactcenter.demo.population import ROBERT, ROBERT_NUMBER, write_population
from contactcenter.demo.privacy import write_privacy
from contactcenter.demo.removal import remove_company
from contactcenter.demo.robert import write_robert
from contactcenter.demo.routing_setup import write_routing
from contactcenter.demo.surge import write_surge
from contactcenter.demo.telephone import callers, carrier_account, own_line, write_telephone
from customers.models import Customer
from foundation import clock
from foundation.events import emit
from foundation.tenancy import tenant

_SIZES = {"meridian": (1000, 20, 2011), "fellhouse": (60, 3, 1987)}


class Command(BaseCommand):
    """Write what is missing; what an earlier run wrote stays, passwords and keys included."""

    help = "Write the demo companies into the database, and demo.json and simulator.json into a folder."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--data DIR, --fresh."""
        parser.add_argument(
            "--data", type=Path, required=True, help="folder for demo.json and simulator.json"
        )
        parser.add_argument("--fresh", action="store_true", help="remove the demo companies first")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write both companies, then the files."""
        folder: Path = options["data"]
        if not folder.is_dir():
            raise CommandError(f"{folder} is not a folder.")
        if options["fresh"]:
            self._remove()
        before = read_file(folder / "demo.json")
        meridian, fellhouse = (_write(plan) for plan in (MERIDIAN, FELLHOUSE))
        write_file(folder / "simulator.json", _carrier(meridian, fellhouse))
        write_file(folder / "demo.json", _logins(meridian, fellhouse, before))
        self.stdout.write(
            f"The demo companies are in the database; {folder / 'demo.json'} says how to sign in."
        )

    def _remove(self) -> None:
        for plan in (MERIDIAN, FELLHOUSE):
            organization = find_company(plan.slug)
            if organization is not None:
                remove_company(organization)


def _write(plan: CompanyPlan) -> Company:
    company = write_company(plan)
    write_routing(company)
    with tenant(company.organization.id):
        if not Customer.objects.exists():
            _write_records(company, clock.now())
        write_telephone(company)
    return company


def _write_records(company: Company, now: datetime) -> None:
    count, per_day, seed = _SIZES[company.plan.slug]
    rng = Random(seed)  # noqa: S311
    customers = write_population(company, count=count, rng=rng, now=now)
    robert = next((customer for customer in customers if customer.display_name == ROBERT), None)
    others = [customer for customer in customers if customer is not robert]
    interactions = write_history(company, others, per_day=per_day, rng=rng, now=now)
    write_settled(company, interactions, rng=rng, now=now)
    write_open(company, interactions, rng=rng, now=now)
    write_figures(interactions, now=now)
    write_import(company, others)
    write_consents(others, robert, now=now)
    # Trained by the background worker: it takes longer than a start may.
    emit(ReasonTrainingWanted(organization_id=company.organization.id), actor=SYSTEM_ACTOR.as_json())
    if robert is not None:
        write_robert(company, robert, now)
        write_doubles(company)
        write_privacy(company, robert, others[0], now)
        write_surge(company)


def _logins(meridian: Company, fellhouse: Company, before: dict[str, Any]) -> dict[str, Any]:
    base_url = settings.PUBLIC_BASE_URL
    users = before.get("users", {})
    with tenant(meridian.organization.id):
        logins = give_logins(meridian, users)
        line = own_line()
        partner = give_client(meridian, before.get("partner", {}), base_url)
    with tenant(fellhouse.organization.id):
        logins |= give_logins(fellhouse, users)
        other_partner = give_client(fellhouse, before.get("other_partner", {}), base_url)
    order = ("agent", "agent2", "supervisor", "partner_agent", "admin", "outsider")
    return {
        "base_url": base_url,
        "live_url": "ws" + base_url.removeprefix("http") + "/live/",
        "organization": {"slug": meridian.organization.slug, "name": meridian.organization.name},
        "users": {role: logins[role] for role in order},
        "partner": partner,
        "other_partner": other_partner,
        "twilio": line,
        "callers": {"known": {"number": ROBERT_NUMBER, "name": ROBERT}},
    }


def _carrier(*companies: Company) -> dict[str, Any]:
    """The carrier's accounts, and whose telephones stand on the desk."""
    accounts = []
    for company in companies:
        with tenant(company.organization.id):
            accounts.append(carrier_account(company))
    with tenant(companies[0].organization.id):
        return {"accounts": accounts, "callers": callers()}
