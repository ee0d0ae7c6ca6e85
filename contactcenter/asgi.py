"""Websockets only; plain HTTP is served by WSGI (docs/decisions/0004)."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactcenter.settings")
application = get_asgi_application()
