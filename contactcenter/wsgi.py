"""HTTP: pages, API and webhooks, served by threaded WSGI workers (docs/decisions/0004)."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactcenter.settings")
application = get_wsgi_application()
