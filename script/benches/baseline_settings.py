"""The product's settings for a bare view: no middleware, one page of URLs."""

from contactcenter.settings import *  # noqa: F403

MIDDLEWARE: list[str] = []
ROOT_URLCONF = "script.benches.webhook_baseline"
