"""`manage.py create_company`: a company on this installation and its first administrator."""

from __future__ import annotations

import argparse
import getpass
import sys
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_slug

from accounts.actions import add_member, create_organization
from accounts.models import Member, User
from foundation.errors import Refusal
from foundation.tenancy import tenant


class Command(BaseCommand):
    """Everything else is set up by that administrator."""

    help = "Make a company and its first administrator; asks for the password."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Who the company is and who starts."""
        parser.add_argument("name")
        parser.add_argument("--slug", required=True, help="short name: letters, digits, hyphens")
        parser.add_argument("--time-zone", default="UTC")
        parser.add_argument("--country", default="GB", help="how numbers without + are read (GB, US, DE …)")
        parser.add_argument("--admin", required=True, help="the administrator's user name")
        parser.add_argument("--admin-name", default="", help="how colleagues see the administrator")
        parser.add_argument("--password-stdin", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check everything first, then write; CommandError says what is wrong."""
        try:
            validate_slug(options["slug"])
            user = self._unsaved_user(options["admin"], options["password_stdin"])
            organization = create_organization(
                name=options["name"],
                slug=options["slug"],
                time_zone=options["time_zone"],
                country_code=options["country"],
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except Refusal as error:
            raise CommandError(str(error)) from error
        user.save()
        with tenant(organization.id):
            add_member(user, role=Member.Role.ADMIN, display_name=options["admin_name"] or options["admin"])
        self.stdout.write(f"{organization.name} is there; {user.username} may sign in.")

    @staticmethod
    def _unsaved_user(username: str, from_stdin: bool) -> User:
        if User.objects.filter(username=username).exists():
            raise CommandError(f"The user name {username} is taken.")
        user = User(username=username)
        password = sys.stdin.readline().rstrip("\n") if from_stdin else getpass.getpass("Password: ")
        validate_password(password, user)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        return user
