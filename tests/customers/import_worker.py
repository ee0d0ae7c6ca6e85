"""`python -m tests.customers.import_worker IMPORT ORGANIZATION`: writes an import, to be killed meanwhile."""

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactcenter.settings")
django.setup()

from customers.imports.running import run_import  # noqa: E402

run_import(int(sys.argv[1]), int(sys.argv[2]), seconds=600)
