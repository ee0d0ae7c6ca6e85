"""Make what customers are found by anew, for one organisation or all, while people go on working."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Organization
from customers.models import Customer
from customers.search.entries import rebuild
from customers.search.notes import rebuild_notes
from customers.search.upkeep import count_words
from foundation.tenancy import system, tenant


class Command(BaseCommand):
    """`manage.py rebuild_search [SLUG…] [--missing]`."""

    help = "Index customers and notes for search again, after the rules changed or a bulk load."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Which organisations, and how much of them."""
        parser.add_argument("slugs", nargs="*", metavar="SLUG", help="organisations; all when none is named")
        parser.add_argument("--missing", action="store_true", help="only customers and notes not indexed yet")

    def handle(self, *args: Any, **options: Any) -> None:
        """Organisation by organisation, a thousand customers a transaction; may be stopped and run again."""
        with system():
            known = dict(Organization.objects.values_list("slug", "id"))
        slugs = options["slugs"] or sorted(known)
        if unknown := [slug for slug in slugs if slug not in known]:
            raise CommandError(f"There is no organisation “{unknown[0]}”.")
        for slug in slugs:
            self._rebuild(slug, known[slug], only_missing=options["missing"])

    def _rebuild(self, slug: str, organization_id: int, *, only_missing: bool) -> None:
        with tenant(organization_id):
            total = Customer.objects.count()
        began = time.monotonic()

        def report(done: int) -> None:
            rate = done / max(time.monotonic() - began, 0.001)
            self.stderr.write(f"{slug}: {done:,} of {total:,} customers, {rate:,.0f} a second")

        done = rebuild(organization_id, only_missing=only_missing, report=report)
        count_words(organization_id)
        self.stdout.write(f"{slug}: {done:,} customers indexed.")
        notes = rebuild_notes(organization_id, only_missing=only_missing, report=self._told_of_notes(slug))
        self.stdout.write(f"{slug}: {notes:,} notes indexed.")

    def _told_of_notes(self, slug: str) -> Callable[[int], object]:
        return lambda done: self.stderr.write(f"{slug}: {done:,} notes")
