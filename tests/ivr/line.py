"""A telephone line under test: signed webhooks in, and a carrier that notes what it is asked."""

import json
import re
import secrets
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from twilio.request_validator import RequestValidator  # noqa: TID251 - the carrier's side of the wire

from foundation import clock, deliveries
from foundation.tenancy import tenant
from ivr.actions import set_up_account, set_up_number
from ivr.models import AgentLeg, CallSession, PhoneNumber
from routing.actions import accept_offer
from routing.claims import Pair, claim
from routing.models import Offer, Queue, SeatToken, WaitingToken
from routing.presence import set_presence
from tests.people import Cast
from tests.scripted_carrier import ScriptedCarrier

NUMBER = "+442079460100"
CALLER = "+447700900123"
TOKEN = "a" * 32


def new_sid(kind: str) -> str:
    return kind + secrets.token_hex(16)


def sign(url: str, params: dict[str, str], token: str = TOKEN) -> str:
    return RequestValidator(token).compute_signature(url, params)


class Heard:
    """What a document lets a caller hear and do."""

    def __init__(self, response: HttpResponse) -> None:
        self.response = response
        self.xml = response.content.decode()
        self.root = ElementTree.fromstring(self.xml)

    @property
    def words(self) -> str:
        return " ".join(element.text or "" for element in self.root.iter("Say"))

    @property
    def verbs(self) -> list[str]:
        return [element.tag for element in self.root]

    def action(self, verb: str) -> str:
        return self.root.find(verb).attrib["action"]


@dataclass
class Call:
    """One caller at one telephone."""

    line: "Line"
    caller: str
    sid: str = field(default_factory=lambda: new_sid("CA"))
    heard: Heard | None = None

    def params(self, **more: str) -> dict[str, str]:
        return {
            "AccountSid": self.line.account_sid,
            "ApiVersion": "2010-04-01",
            "CallSid": self.sid,
            "From": self.caller,
            "To": NUMBER,
            "Direction": "inbound",
            "CallStatus": "in-progress",
        } | more

    def dial(self) -> Heard:
        return self._hear("/twilio/voice/", CallStatus="ringing")

    def press(self, digits: str, **more: str) -> Heard:
        return self.answer(Digits=digits, **more)

    def speak(self, words: str, confidence: str = "0.93") -> Heard:
        return self.answer(SpeechResult=words, Confidence=confidence)

    def stay_silent(self) -> Heard:
        return self.answer(Digits="")

    def answer(self, **params: str) -> Heard:
        return self._hear(self.heard.action("Gather"), **params)

    def wait(self, **params: str) -> Heard:
        return Heard(self.line.post("/twilio/voice/wait/", self.params(**params)))

    def hang_up(self) -> HttpResponse:
        return self.line.post(*self.hang_up_news())

    def hang_up_news(self) -> tuple[str, dict[str, str]]:
        """What the number's status callback tells in the end."""
        params = self.params(CallStatus="completed", CallDuration="42", SequenceNumber="0")
        return "/twilio/status/", params

    def leave_queue(self, result: str) -> Heard:
        return self._hear("/twilio/voice/after-queue/", QueueResult=result, QueueTime="7")

    @property
    def session(self) -> CallSession:
        with tenant(self.line.organization_id):
            return CallSession.objects.select_related("interaction__customer").get(call_sid=self.sid)

    def _hear(self, url: str, **params: str) -> Heard:
        self.heard = Heard(self.line.post(url, self.params(**params)))
        return self.heard


class Line:
    """A company's number, with menu and queues, at a carrier account."""

    def __init__(self, cast: Cast, carrier: ScriptedCarrier) -> None:
        self.cast = cast
        self.organization_id = cast.organization.id
        self.account_sid = new_sid("AC")
        self.carrier = carrier
        self.client = Client()
        carrier.answering = self._as_the_carrier
        self.gone: set[str] = set()
        with tenant(self.organization_id):
            self.service = Queue.objects.create(slug="service", name="Service")
            self.digital = Queue.objects.create(slug="digital", name="Digital edition")
            self.number: PhoneNumber = set_up_number(
                set_up_account(
                    self.account_sid,
                    auth_token=TOKEN,
                    api_key_sid=new_sid("SK"),
                    api_key_secret="s" * 32,
                    twiml_app_sid=new_sid("AP"),
                ),
                NUMBER,
                name="Subscribers",
                queue=self.service,
                queues_by_reason={"switch_to_digital": self.digital},
            )

    def call(self, caller: str = CALLER) -> Call:
        return Call(self, caller)

    def post(self, url: str, params: dict[str, str], *, token: str = TOKEN) -> HttpResponse:
        parts = urlsplit(url)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        signature = sign(settings.PUBLIC_BASE_URL + path, params, token)
        return self.client.post(path, params, headers={"x-twilio-signature": signature})

    def pump(self) -> None:
        """Deliver events until nothing is due, as relay and workers do."""
        for _ in range(20):
            if not deliveries.send_due_deliveries(lambda ids, org, lane: deliveries.run_deliveries(ids, org)):
                return
        raise AssertionError("deliveries without end")

    def take(self, call: Call, member: Any) -> Offer:
        """Have an agent offered this call and accept it, as the desk does."""
        with tenant(self.organization_id):
            set_presence(member, state="ready")
            token = WaitingToken.objects.get(work_item__interaction_id=call.session.interaction_id)
            seat = SeatToken.objects.get(member=member)
            [won] = claim([Pair(token.id, seat.id, ["the test says so"], {})], clock.now())
            return accept_offer(won.offer_id, member=member)

    def leg(self, call: Call) -> AgentLeg:
        with tenant(self.organization_id):
            return AgentLeg.objects.filter(session__call_sid=call.sid).order_by("-id")[0]

    def leg_status(self, leg: AgentLeg, status: str, sequence: int = 1) -> HttpResponse:
        return self.post(*self.leg_news(leg, status, sequence))

    def leg_news(self, leg: AgentLeg, status: str, sequence: int = 1) -> tuple[str, dict[str, str]]:
        """What the status callback of an agent's leg tells."""
        params = {
            "AccountSid": self.account_sid,
            "CallSid": leg.call_sid or new_sid("CA"),
            "From": NUMBER,
            "To": leg.address,
            "Direction": "outbound-api",
            "CallStatus": status,
            "SequenceNumber": str(sequence),
        }
        return f"/twilio/status/?leg={leg.id}", params

    def conference_event(self, call: Call, event: str, sequence: int, **params: str) -> HttpResponse:
        return self.post(*self.conference_news(call, event, sequence, **params))

    def conference_news(
        self, call: Call, event: str, sequence: int, **params: str
    ) -> tuple[str, dict[str, str]]:
        """What the conference's callback tells."""
        session = call.session
        return (
            "/twilio/conference/",
            {
                "AccountSid": self.account_sid,
                "ConferenceSid": conference_sid_of(session.conference_name),
                "FriendlyName": session.conference_name,
                "StatusCallbackEvent": event,
                "SequenceNumber": str(sequence),
            }
            | params,
        )

    def asked(self, method: str, ending: str) -> list[SimpleNamespace]:
        return [r for r in self.carrier.requests if r.method == method and re.search(ending, r.path)]

    def _as_the_carrier(self, request: SimpleNamespace) -> tuple[int, str]:
        path = request.path.split("?")[0]
        if any(sid in path for sid in self.gone):
            return 404, json.dumps({"code": 20404, "message": "not found", "status": 404})
        if request.method == "POST" and path.endswith("/Participants.json"):
            name = path.split("/")[-2]
            return 201, json.dumps(
                {"call_sid": new_sid("CA"), "conference_sid": conference_sid_of(name), "status": "queued"}
            )
        if request.method == "GET" and "/Participants/" in path:
            return 404, json.dumps({"code": 20404, "message": "not found", "status": 404})
        if request.method == "DELETE":
            return 204, ""
        return 200, json.dumps({"sid": path.split("/")[-1].removesuffix(".json"), "status": "in-progress"})


def conference_sid_of(name: str) -> str:
    return "CF" + name.encode().hex()[-32:].rjust(32, "0")
