"""`manage.py simulate_routing`: days of traffic through the real engine, in simulated time."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Organization
from foundation.errors import Refusal
from foundation.tenancy import system, tenant
from routing.queries.simulations import HISTORY, given
from routing.simulation.changes import Change, change_words, changed_profile
from routing.simulation.drawing import as_file
from routing.simulation.preview import preview
from routing.simulation.profile import Profile
from routing.simulation.profile_files import example_names, read_example, read_file
from routing.simulation.router import Rulebook
from routing.simulation.run import simulate
from routing.simulation.words import as_text, comparison_text


class Command(BaseCommand):
    """Waits, service level, occupancy, shares and fairness; the same seed gives the same result."""

    help = "Simulate routing: a profile file, an example, or an organisation's last weeks."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Where the traffic comes from, what to change, how to tell."""
        source = parser.add_mutually_exclusive_group()
        source.add_argument("--profile", type=Path, metavar="FILE", help="a TOML or JSON file")
        source.add_argument("--example", metavar="NAME", help=f"of {', '.join(example_names())}")
        source.add_argument(
            "--from-history", action="store_true", help="what was recorded, with --organization"
        )
        parser.add_argument("--organization", metavar="SLUG", help="whose history and set-up")
        parser.add_argument("--weeks", type=int, default=4, help="of history (4)")
        parser.add_argument(
            "--poisson", action="store_true", help="history's quarter-hour means, not its contacts"
        )
        parser.add_argument("--days", type=float, help="simulate so many instead of the profile's")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument(
            "--kill-router",
            type=float,
            nargs="*",
            default=[],
            metavar="HOUR",
            help="let the router die so many hours after the beginning",
        )
        parser.add_argument(
            "--seats",
            nargs="*",
            default=[],
            metavar="POOL=N",
            help="compare with so many more seats (or, negative, fewer)",
        )
        parser.add_argument("--json", action="store_true", help="print the whole result as JSON")
        parser.add_argument("--svg", type=Path, metavar="FILE", help="draw it there")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run it and tell. CommandError says what is wrong with what was given."""
        try:
            self._run(options)
        except Refusal as refusal:
            raise CommandError(refusal.message) from refusal
        except ValueError as error:
            raise CommandError(str(error)) from error

    def _run(self, options: dict[str, Any]) -> None:
        rulebook, profile = self._given(options)
        if options["days"] is not None:
            profile = _of_days(profile, options["days"])
        seats = _seats(options["seats"], rulebook)
        if seats:
            change = Change(seats=seats)
            found = preview(
                rulebook,
                rulebook,
                profile,
                options["seed"],
                profile_after=changed_profile(profile, change),
                change=change_words(change, rulebook),
                progress=self._progress,
            )
            before, after, text, whole = found.before, found.after, comparison_text(found), found.as_json()
        else:
            kills = [hour * 3600 for hour in options["kill_router"]]
            after = simulate(rulebook, profile, seed=options["seed"], kills=kills, progress=self._progress)
            before, text, whole = None, as_text(after), after.as_json()
        self.stdout.write(json.dumps(whole, indent=2) if options["json"] else text)
        if options["svg"]:
            options["svg"].write_text(as_file(after, before), encoding="utf-8")
        if after.violation_count:
            raise CommandError(f"{after.violation_count:,} violations of what must always hold.")

    def _given(self, options: dict[str, Any]) -> tuple[Rulebook, Profile]:
        if options["profile"]:
            return read_file(options["profile"])
        if not options["from_history"]:
            return read_example(options["example"] or "two-companies")
        if not options["organization"]:
            raise CommandError("Say whose history with --organization.")
        with system():
            found = Organization.objects.filter(slug=options["organization"]).first()
        if found is None:
            raise CommandError(f"There is no organisation {options['organization']}.")
        with tenant(found.id):
            return given(HISTORY, options["weeks"], replayed=not options["poisson"])

    def _progress(self, share: float) -> None:
        if sys.stderr.isatty():
            end = "\n" if share >= 0.995 else ""
            self.stderr.write(f"\r{100 * share:3.0f} %", ending=end)


def _of_days(profile: Profile, days: float) -> Profile:
    if not 0 < days <= 366:
        raise CommandError("--days is more than 0 and at most 366.")
    return replace(profile, days=days)


def _seats(given_seats: list[str], rulebook: Rulebook) -> dict[int, int]:
    names = {pool.name: pool.id for pool in rulebook.pools.values()}
    found = {}
    for text in given_seats:
        name, _, count = text.rpartition("=")
        if name not in names or not count.lstrip("+-").isdigit():
            raise CommandError(f"--seats {text}: POOL=N with a pool of {', '.join(names)}.")
        found[names[name]] = int(count)
    return found
