"""Secrets at rest."""

import pytest
from cryptography.exceptions import InvalidTag
from django.db import connection, models
from hypothesis import given
from hypothesis import strategies as st

from foundation import crypto
from foundation.crypto import EncryptedTextField, decrypt, encrypt


@given(st.text(), st.text())
def test_any_text_comes_back_in_its_context(text, context):
    assert decrypt(encrypt(text, context=context), context=context) == text


def test_two_encryptions_of_one_text_differ():
    assert encrypt("secret", context="a") != encrypt("secret", context="a")


def test_a_secret_moved_to_another_column_does_not_open():
    with pytest.raises(InvalidTag):
        decrypt(encrypt("secret", context="a.token"), context="b.token")


def test_another_key_does_not_open_it(settings):
    stored = encrypt("secret", context="a")
    settings.ENCRYPTION_KEY = "another"
    with pytest.raises(InvalidTag):
        decrypt(stored, context="a")


def test_a_changed_secret_does_not_open():
    stored = encrypt("secret", context="a")
    last = "A" if stored[-6] != "A" else "B"
    with pytest.raises(InvalidTag):
        decrypt(stored[:-6] + last + stored[-5:], context="a")


def test_the_key_can_be_other_than_django_s(settings):
    settings.ENCRYPTION_KEY = ""
    assert crypto._current() is crypto._cipher(settings.SECRET_KEY)


def test_a_column_holds_no_clear_text(db):
    class Vault(models.Model):
        token = EncryptedTextField()

        class Meta:
            app_label = "foundation"
            db_table = "vault"

    field = Vault._meta.get_field("token")
    stored = field.get_db_prep_save("secret", connection)
    assert "secret" not in stored
    assert field.from_db_value(stored, None, connection) == "secret"
    assert field.get_db_prep_save(None, connection) is None
