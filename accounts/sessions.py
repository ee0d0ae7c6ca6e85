"""Sessions in the database, remembered in Redis; while Redis is away each request asks the database."""

from typing import Any

from django.contrib.sessions.backends import cached_db, db
from redis import RedisError


class SessionStore(cached_db.SessionStore):
    """Django's own forgives Redis when it asks and when it saves, but not when it remembers."""

    def load(self) -> dict[str, Any]:
        """What the session holds."""
        try:
            return super().load()
        except RedisError:
            return db.SessionStore.load(self)
