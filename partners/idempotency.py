"""Idempotency-Key: a POST that is sent again is answered again, not done again."""

import hashlib
import json
import re
from typing import Any

from django.db import OperationalError, connection
from rest_framework.request import Request
from rest_framework.response import Response

from foundation import clock
from partners.models import IdempotencyKey
from partners.problems import Problem
from partners.rules import KEEP_IDEMPOTENCY_KEYS

_WAIT_MILLISECONDS = 8_000
_KEY = re.compile(r"[\x21-\x7e]{1,255}")


def key_of(request: Request) -> str:
    """The key of a POST. Problem 400 when there is none or it is no key."""
    given = request.headers.get("Idempotency-Key", "").strip()
    if not given:
        raise _bad_key("idempotency_key_required", "A POST needs an Idempotency-Key, a fresh one per action.")
    if not _KEY.fullmatch(given):
        raise _bad_key("bad_idempotency_key", "An Idempotency-Key is 1 to 255 visible ASCII characters.")
    return given


def digest_of(request: Request) -> str:
    """What is asked: method, path, If-Match and body, whatever order its members are in."""
    asked = [request.method, request.path, request.headers.get("If-Match", ""), request.data]
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def begin(client_id: int, key: str, digest: str) -> IdempotencyKey | None:
    """Reserve the key in this transaction; None means it is ours to act on, a row is what was answered.

    Waits for another request with the same key. Problem 409 when that takes too long, 422 when the key was
    used for something else.
    """
    rows = IdempotencyKey.objects.filter(client_id=client_id, key=key)
    rows.filter(created_at__lt=clock.now() - KEEP_IDEMPOTENCY_KEYS).delete()
    if _reserve(client_id, key, digest):
        return None
    known = rows.get()
    if known.request_digest != digest:
        raise Problem(
            422,
            "idempotency_key_reused",
            "This Idempotency-Key was used for a different request.",
            where="header",
            field="Idempotency-Key",
        )
    return known


def finish(client_id: int, key: str, response: Response) -> None:
    """Keep the answer, in the transaction of what it answers for. Refusals changed nothing: none is kept."""
    IdempotencyKey.objects.filter(client_id=client_id, key=key).update(
        status=response.status_code,
        body=json.dumps(response.data, default=str) if response.data is not None else "",
        etag=response.get("ETag", ""),
        location=response.get("Location", ""),
    )


def answer_again(known: IdempotencyKey) -> Response:
    """The answer that was given the first time."""
    data: Any = json.loads(known.body) if known.body else None
    response = Response(data, status=known.status, headers={"Idempotency-Replayed": "true"})
    if known.etag:
        response["ETag"] = known.etag
    if known.location:
        response["Location"] = known.location
    return response


def _reserve(client_id: int, key: str, digest: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{_WAIT_MILLISECONDS}ms"])
        try:
            cursor.execute(
                """
                INSERT INTO partners_idempotencykey
                  (organization_id, client_id, key, request_digest, status, body, etag, location)
                VALUES (current_setting('app.organization_id')::bigint, %s, %s, %s, 0, '', '', '')
                ON CONFLICT (client_id, key) DO NOTHING
                """,
                [client_id, key, digest],
            )
        except OperationalError as error:
            raise Problem(
                409,
                "still_running",
                "The first request with this Idempotency-Key is still at work. Ask again soon.",
                where="header",
                field="Idempotency-Key",
                headers={"Retry-After": "5"},
            ) from error
        reserved = bool(cursor.rowcount)
        cursor.execute("SELECT set_config('lock_timeout', '0', true)")
        return reserved


def _bad_key(code: str, message: str) -> Problem:
    return Problem(400, code, message, where="header", field="Idempotency-Key")
