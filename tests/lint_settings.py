"""The product's settings plus the migration linter, which production does not have."""

from contactcenter.settings import *  # noqa: F403
from contactcenter.settings import INSTALLED_APPS as PRODUCT_APPS

INSTALLED_APPS = [*PRODUCT_APPS, "django_migration_linter"]
