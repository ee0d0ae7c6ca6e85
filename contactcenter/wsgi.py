"""HTTP: pages, API and webhooks, served by threaded WSGI workers (docs/decisions/0004)."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from foundation.standing import spare_what_stands
from foundation.whole_bodies import with_whole_bodies

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactcenter.settings")
application = with_whole_bodies(get_wsgi_application())

len(get_resolver().url_patterns)  # loads every view, else the first caller waits for it
spare_what_stands()
