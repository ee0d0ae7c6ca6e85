"""Resources as the REST interface shows them, with Twilio's field names."""

from typing import Any

from simulator.calls import Call
from simulator.clock import rfc2822
from simulator.conferences import Conference, Participant
from simulator.queues import Member, Queue
from simulator.recordings import Recording

ROOT = "/2010-04-01/Accounts"
REST_STATUS = {"initiated": "queued"}


def call(leg: Call) -> dict[str, Any]:
    """A call resource."""
    uri = f"{ROOT}/{leg.account.sid}/Calls/{leg.sid}"
    return {
        "sid": leg.sid,
        "date_created": rfc2822(leg.created_at),
        "date_updated": rfc2822(leg.updated_at),
        "parent_call_sid": leg.parent.sid if leg.parent else None,
        "account_sid": leg.account.sid,
        "to": leg.to,
        "to_formatted": leg.to,
        "from": leg.from_,
        "from_formatted": leg.from_,
        "phone_number_sid": None,
        "status": REST_STATUS.get(leg.status, leg.status),
        "start_time": rfc2822(leg.answered_at),
        "end_time": rfc2822(leg.ended_at),
        "duration": str(leg.duration) if leg.over else None,
        "price": None,
        "price_unit": "USD",
        "direction": leg.direction,
        "answered_by": None,
        "api_version": "2010-04-01",
        "forwarded_from": None,
        "group_sid": None,
        "caller_name": leg.extra.get("CallerName"),
        "queue_time": "0",
        "trunk_sid": None,
        "uri": f"{uri}.json",
        "subresource_uris": {"recordings": f"{uri}/Recordings.json"},
    }


def conference(room: Conference) -> dict[str, Any]:
    """A conference resource."""
    uri = f"{ROOT}/{room.account.sid}/Conferences/{room.sid}"
    return {
        "sid": room.sid,
        "account_sid": room.account.sid,
        "date_created": rfc2822(room.created_at),
        "date_updated": rfc2822(room.updated_at),
        "api_version": "2010-04-01",
        "friendly_name": room.friendly_name,
        "region": "us1",
        "status": room.status,
        "uri": f"{uri}.json",
        "subresource_uris": {
            "participants": f"{uri}/Participants.json",
            "recordings": f"{uri}/Recordings.json",
        },
        "reason_conference_ended": room.reason_ended or None,
        "call_sid_ending_conference": room.ended_by.call.sid if room.ended_by else None,
    }


def participant(person: Participant) -> dict[str, Any]:
    """A conference participant resource."""
    room = person.conference
    return {
        "account_sid": room.account.sid,
        "call_sid": person.call.sid,
        "label": person.label or None,
        "call_sid_to_coach": person.coach_sid or None,
        "coaching": person.coaching,
        "conference_sid": room.sid,
        "date_created": rfc2822(person.created_at),
        "date_updated": rfc2822(person.updated_at),
        "end_conference_on_exit": person.end_on_exit,
        "muted": person.muted,
        "hold": person.hold,
        "start_conference_on_enter": person.start_on_enter,
        "status": person.status,
        "queue_time": "0",
        "uri": f"{ROOT}/{room.account.sid}/Conferences/{room.sid}/Participants/{person.call.sid}.json",
    }


def queue(line: Queue) -> dict[str, Any]:
    """A queue resource."""
    uri = f"{ROOT}/{line.account.sid}/Queues/{line.sid}"
    return {
        "sid": line.sid,
        "account_sid": line.account.sid,
        "friendly_name": line.friendly_name,
        "current_size": len(line.members),
        "average_wait_time": line.average_wait,
        "max_size": line.max_size,
        "date_created": rfc2822(line.created_at),
        "date_updated": rfc2822(line.updated_at),
        "uri": f"{uri}.json",
    }


def member(waiting: Member) -> dict[str, Any]:
    """A queue member resource."""
    line = waiting.queue
    return {
        "call_sid": waiting.call.sid,
        "queue_sid": line.sid,
        "date_enqueued": rfc2822(waiting.enqueued_at),
        "position": line.position(waiting),
        "wait_time": waiting.wait_seconds,
        "uri": f"{ROOT}/{line.account.sid}/Queues/{line.sid}/Members/{waiting.call.sid}.json",
    }


def recording(taken: Recording, media_url: str) -> dict[str, Any]:
    """A recording resource."""
    room = taken.conference
    return {
        "sid": taken.sid,
        "account_sid": taken.account.sid,
        "api_version": "2010-04-01",
        "call_sid": taken.call.sid if taken.call else None,
        "conference_sid": room.sid if room else None,
        "date_created": rfc2822(taken.started_at),
        "date_updated": rfc2822(taken.updated_at),
        "start_time": rfc2822(taken.started_at),
        "duration": str(taken.duration),
        "price": None,
        "price_unit": "USD",
        "status": taken.status,
        "channels": taken.channels,
        "source": taken.source,
        "track": taken.track,
        "error_code": None,
        "encryption_details": None,
        "media_url": media_url,
        "uri": f"{ROOT}/{taken.account.sid}/Recordings/{taken.sid}.json",
        "subresource_uris": {},
    }
