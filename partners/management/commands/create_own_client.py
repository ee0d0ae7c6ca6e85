"""`manage.py create_own_client`: let a campaign tool of the company's own ask whom it may contact."""

from __future__ import annotations

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Organization
from foundation.tenancy import system, tenant
from partners.actions import create_own_client


class Command(BaseCommand):
    """Its credentials are good for the permission API and nothing else."""

    help = "Make an API client that may only ask for contact permission; prints its credentials once."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Whose it is and what it is called."""
        parser.add_argument("name", help="what the tool is called")
        parser.add_argument("--company", required=True, help="the company's short name (slug)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write it; CommandError when there is no such company."""
        with system():
            company = Organization.objects.filter(slug=options["company"]).first()
        if company is None:
            raise CommandError(f"There is no company {options['company']}.")
        with tenant(company.id):
            client, secret = create_own_client(name=options["name"][:255])
        self.stdout.write(f"client id: {client.client_id}\nclient secret: {secret}")
