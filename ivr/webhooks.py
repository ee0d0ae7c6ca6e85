"""The carrier's doors: signed, stored first, answered at once, never an error.

A TwiML door processes within the request, because the caller waits for the answer. A callback door only
stores; an event has it processed. Neither ever asks the carrier anything.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from csp.decorators import csp_exempt
from django.conf import settings
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.db import Error as DatabaseError
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseForbidden,
    QueryDict,
    UnreadablePostError,
)
from django.http.multipartparser import MultiPartParserError
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.middleware import finds_own_tenant
from foundation.tenancy import tenant
from foundation.twilio_gateway import Document, verify_signature
from ivr import answers, flow
from ivr.actions import (
    Webhook,
    locked_session,
    note_failure,
    store_callback,
    store_webhook,
)
from ivr.known_accounts import fresh_account, known_account
from ivr.models import TelephonyAccount
from ivr.music import hold_music
from ivr.steps import refuse

logger = logging.getLogger(__name__)
View = Callable[..., HttpResponseBase]
# What a caller would notice; a lock that is held longer is a fault to apologise for.
STATEMENT_MILLISECONDS = 4_000
MAX_VALUE = 4_000


class NotSigned(Exception):
    """The request does not come from a carrier account of ours."""


@dataclass(frozen=True)
class Received:
    """A verified webhook, and the organisation whose account sent it."""

    organization_id: int
    webhook: Webhook


def _receive(request: HttpRequest, kind: str) -> Received:
    """Verify the request. Raises NotSigned, and DatabaseError while the database is away."""
    try:
        posted = request.POST
    except (BadRequest, SuspiciousOperation, MultiPartParserError, UnreadablePostError) as error:
        raise NotSigned from error
    given = posted if request.method == "POST" else request.GET
    account = _signing_account(request, given.get("AccountSid") or "", posted)
    params = {_clean(key): _clean(value) for key, value in given.items()}
    return Received(account.organization_id, Webhook(kind, request.get_full_path(), params))


def _signing_account(request: HttpRequest, account_sid: str, posted: QueryDict) -> TelephonyAccount:
    """The account that is named and has signed. For GET the parameters are part of the address already."""
    url = settings.PUBLIC_BASE_URL + request.get_full_path()
    signature = request.headers.get("X-Twilio-Signature")
    if not signature or not account_sid.startswith("AC") or len(account_sid) > 34:
        raise NotSigned
    for look in (known_account, fresh_account):
        account = look(account_sid)
        if account is None:
            break
        if verify_signature(account.auth_tokens, url, posted, signature):
            return account
    raise NotSigned


def _clean(value: object) -> str:
    """What a database can keep: PostgreSQL takes no NUL."""
    return str(value)[:MAX_VALUE].replace("\x00", "")


def twiml_door(kind: str, answer: answers.Answer, methods: tuple[str, ...] = ("POST",)) -> View:
    """A door whose answer is what the caller hears next."""

    @csrf_exempt
    @csp_exempt()
    @finds_own_tenant
    @require_http_methods(list(methods))
    def door(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            received = _receive(request, kind)
            store_webhook(received.organization_id, received.webhook)
        except NotSigned:
            return HttpResponseForbidden()
        except DatabaseError:
            logger.exception("the database is away; the caller is asked to wait")
            return _twiml(_apology(request).xml())
        return _twiml(_answer(request, received, answer, kwargs))

    return door


def _answer(request: HttpRequest, received: Received, answer: answers.Answer, kwargs: dict[str, Any]) -> str:
    try:
        with tenant(received.organization_id, statement_milliseconds=STATEMENT_MILLISECONDS):
            return answers.process(received.webhook, answer, **kwargs)
    except Exception as error:
        key = received.webhook.dedupe_key
        logger.exception("a webhook could not be processed", extra={"webhook_key": key})
        return _after_failure(request, received, error)


def _after_failure(request: HttpRequest, received: Received, error: Exception) -> str:
    """The fault is kept and tried again; the caller is led to a person without any more questions."""
    try:
        with tenant(received.organization_id):
            note_failure(received.webhook, error)
        with tenant(received.organization_id):
            session = locked_session(call_sid=received.webhook.call_sid)
            if session is not None and received.webhook.kind == "step":
                return flow.go_to(session, "enqueue").xml()
    except Exception:
        key = received.webhook.dedupe_key
        logger.exception("a failed webhook could not be kept", extra={"webhook_key": key})
    return _apology(request).xml()


def _apology(request: HttpRequest) -> Document:
    """Static: keeps the caller on the line and comes back to this address, a bounded number of times."""
    again = request.GET.get("again", "")
    retry = int(again) if again.isascii() and again.isdigit() and len(again) < 4 else 0
    query: dict[str, str | int] = {"again": retry + 1}
    result = request.POST.get("QueueResult") or request.GET.get("QueueResult")
    if result:
        query |= {"QueueResult": result[:40]}
    url = f"{settings.PUBLIC_BASE_URL}{request.path}?{urlencode(query)}"
    return refuse.apologise(url, retry=retry)


def callback_door(kind: str) -> View:
    """A door that only listens: 204 once stored; 503 when it could not be, so that the carrier may retry."""

    @csrf_exempt
    @csp_exempt()
    @finds_own_tenant
    @require_http_methods(["POST", "GET"])
    def door(request: HttpRequest) -> HttpResponse:
        try:
            received = _receive(request, kind)
            store_callback(received.organization_id, received.webhook)
        except NotSigned:
            return HttpResponseForbidden()
        except DatabaseError:
            logger.exception("the database is away; a callback was not stored")
            return HttpResponse(status=503)
        return HttpResponse(status=204)

    return door


@csrf_exempt
@finds_own_tenant
@require_http_methods(["POST", "GET"])
def fallback(request: HttpRequest) -> HttpResponse:
    """What the carrier asks for when another door gave no answer: static, without database or signature."""
    return _twiml(refuse.fall_back().xml())


@finds_own_tenant
@csp_exempt()
@require_http_methods(["GET", "HEAD"])
def music(request: HttpRequest) -> HttpResponse:
    """What callers hear while they wait; nobody's secret, and the carrier may keep it."""
    return HttpResponse(
        hold_music(), content_type="audio/wav", headers={"Cache-Control": "public, max-age=86400"}
    )


def _twiml(xml: str) -> HttpResponse:
    return HttpResponse(xml, content_type="text/xml; charset=utf-8")


voice = twiml_door("voice", answers.receive_call)
step = twiml_door("step", answers.hear_step)
wait = twiml_door("wait", answers.keep_waiting, ("POST", "GET"))
hold = twiml_door("hold", answers.keep_on_hold, ("POST", "GET"))
after_queue = twiml_door("after_queue", answers.leave_waiting)
after_call = twiml_door("after_call", answers.leave_conference)
called = twiml_door("called", answers.greet_called_back)
voicemail = twiml_door("voicemail", answers.thank_for_message)
status = callback_door("status")
conference = callback_door("conference")
recording = callback_door("recording")
message = callback_door("message")
