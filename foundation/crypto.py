"""Secrets at rest: AES-256-GCM, bound to the column they stand in."""

import base64
import os
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import models

_PREFIX = "v1:"


@cache
def _cipher(secret: str) -> AESGCM:
    derived = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"bothhands stored secrets")
    return AESGCM(derived.derive(secret.encode()))


def encrypt(text: str, *, context: str) -> str:
    """Encrypt for storage; `context` must be the same when decrypting."""
    nonce = os.urandom(12)
    sealed = _current().encrypt(nonce, text.encode(), context.encode())
    return _PREFIX + base64.b64encode(nonce + sealed).decode()


def decrypt(stored: str, *, context: str) -> str:
    """The text again. Raises cryptography's InvalidTag when key or context differ."""
    raw = base64.b64decode(stored.removeprefix(_PREFIX))
    return _current().decrypt(raw[:12], raw[12:], context.encode()).decode()


def _current() -> AESGCM:
    return _cipher(settings.ENCRYPTION_KEY or settings.SECRET_KEY)


class EncryptedTextField(models.TextField):
    """A text that is stored encrypted and read in the clear."""

    def _context(self) -> str:
        return f"{self.model._meta.db_table}.{self.column}"

    def from_db_value(self, value: str | None, expression: object, connection: object) -> str | None:
        """Decrypt what the database returns."""
        return decrypt(value, context=self._context()) if value else value

    def get_prep_value(self, value: Any) -> Any:
        """Encrypt what goes to the database."""
        return encrypt(value, context=self._context()) if value else value
