"""The desktop's socket, over a real live process."""

from datetime import timedelta

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from accounts.models import Contract, Member
from customers.actions import create_customer, share_record
from foundation import clock, live, wake
from foundation.tenancy import tenant
from routing.models import Presence
from routing.presence import set_presence
from tests.people import Cast, make_cast
from tests.sockets import Desktop, LiveServer, cookie_of, signed_in


def open_desktop(server: LiveServer, member: Member) -> Desktop:
    return Desktop(server, cookie_of(signed_in(member)))


def nudge(cast: Cast, topic: str, kind: str = "work.changed", **body: object) -> None:
    with tenant(cast.organization.id):
        live.nudge(topic, kind, **body)


def new_customer(cast: Cast) -> int:
    with tenant(cast.organization.id):
        return create_customer(actor=cast.ana.actor, display_name="Rosa Keller").id


def test_a_nudge_reaches_the_desktop_of_its_member_numbered(committed_cast, socket_server):
    topic = f"member:{committed_cast.ana.id}"
    with open_desktop(socket_server, committed_cast.ana) as desktop:
        desktop.follow(topic)
        nudge(committed_cast, topic, "offer.made", offer_id=5)
        assert desktop.receive() == {"t": topic, "n": 1, "kind": "offer.made", "body": {"offer_id": 5}}


def test_a_desktop_that_missed_nudges_is_told_the_head(committed_cast, socket_server):
    topic = f"member:{committed_cast.ana.id}"
    for _ in range(3):
        nudge(committed_cast, topic)
    with open_desktop(socket_server, committed_cast.ana) as desktop:
        desktop.send(follow=[topic], last={topic: 1})
        assert desktop.receive() == {"t": topic, "head": 3}


def test_a_desktop_that_is_up_to_date_hears_nothing_new(committed_cast, socket_server):
    topic = f"member:{committed_cast.ana.id}"
    nudge(committed_cast, topic)
    with open_desktop(socket_server, committed_cast.ana) as desktop:
        desktop.send(follow=[topic], last={topic: 1})
        desktop.send(heartbeat={})
        heard = desktop.receive()
        while heard != {"alive": True}:
            assert heard == {"t": topic, "head": 1}, "the sweep may repeat the head, nothing else comes"
            heard = desktop.receive()


def test_a_desktop_ahead_of_the_database_is_reset(committed_cast, socket_server):
    topic = f"member:{committed_cast.ana.id}"
    with open_desktop(socket_server, committed_cast.ana) as desktop:
        desktop.send(follow=[topic], last={topic: 900})
        assert desktop.until(reset=True) == {"t": topic, "head": 0, "reset": True}


def test_what_redis_lost_is_found_by_the_sweep(committed_cast, socket_server, monkeypatch):
    topic = f"member:{committed_cast.ana.id}"
    with open_desktop(socket_server, committed_cast.ana) as desktop:
        desktop.follow(topic)
        monkeypatch.setattr(wake, "publish_all", lambda *_: None)
        nudge(committed_cast, topic)
        assert desktop.receive() == {"t": topic, "head": 1}


def test_without_a_session_nobody_enters(committed_cast, socket_server):
    for cookie in ("", "0" * 32, "x;y"):
        with pytest.raises(InvalidStatus) as refused:
            Desktop(socket_server, cookie)
        assert refused.value.response.status_code == 403


def test_another_site_cannot_use_the_cookie(committed_cast, socket_server):
    cookie = cookie_of(signed_in(committed_cast.ana))
    with pytest.raises(InvalidStatus):
        Desktop(socket_server, cookie, origin="https://elsewhere.example")
    Desktop(socket_server, cookie, origin=f"http://127.0.0.1:{socket_server.port}").socket.close()


def test_topics_of_others_are_refused(committed_cast, socket_server):
    stranger = make_cast("stranger")
    hers = new_customer(stranger)
    foreign = [
        f"member:{committed_cast.mark.id}",
        f"record:{hers}",
        f"audience:partner:{committed_cast.partner.id}",
        "floor",
        "record:01",
        "record:99999999999999999999",
        "record:-1",
        "nothing",
        "",
    ]
    with open_desktop(socket_server, committed_cast.ana) as desktop:
        desktop.send(follow=foreign)
        assert desktop.receive() == {"refused": sorted(foreign)}


def test_another_company_s_nudge_of_the_same_topic_stays_there(committed_cast, socket_server):
    stranger = make_cast("stranger")
    with open_desktop(socket_server, committed_cast.ana) as desktop:
        desktop.follow("audience:all")
        nudge(stranger, "audience:all", "marquee.posted", announcement_id=1)
        nudge(committed_cast, "audience:all", "marquee.posted", announcement_id=2)
        assert desktop.until(t="audience:all", n=1)["body"] == {"announcement_id": 2}


def test_a_partner_follows_only_records_that_are_shared(committed_cast, socket_server):
    shared, kept = new_customer(committed_cast), new_customer(committed_cast)
    with tenant(committed_cast.organization.id):
        share_record(shared, partner_id=committed_cast.partner.id, reason="routed call")
    with open_desktop(socket_server, committed_cast.paula) as desktop:
        desktop.send(follow=[f"record:{shared}", f"record:{kept}"])
        assert desktop.until(t=f"record:{shared}")
        assert desktop.until(refused=[f"record:{kept}"])


def test_a_record_that_is_shared_no_more_falls_silent(committed_cast, socket_server):
    shared = new_customer(committed_cast)
    with tenant(committed_cast.organization.id):
        share_record(shared, partner_id=committed_cast.partner.id, reason="routed call")
    with open_desktop(socket_server, committed_cast.paula) as desktop:
        desktop.follow(f"record:{shared}")
        with tenant(committed_cast.organization.id):
            committed_cast.partner.shares.update(ended_at=clock.now())
        assert desktop.until(refused=[f"record:{shared}"])


def test_only_supervisors_follow_the_floor(committed_cast, socket_server):
    with open_desktop(socket_server, committed_cast.sam) as desktop:
        desktop.follow("floor")
        with tenant(committed_cast.organization.id):
            live.hint("floor", "queues")
        assert desktop.receive() == {"t": "floor", "kind": "queues"}


def closes_with(desktop: Desktop) -> int:
    with pytest.raises(ConnectionClosed) as closed:
        desktop.until(never="comes")
    return closed.value.rcvd.code


def test_signing_out_closes_the_socket(committed_cast, socket_server):
    client = signed_in(committed_cast.ana)
    with Desktop(socket_server, cookie_of(client)) as desktop:
        client.logout()
        assert closes_with(desktop) == 4401


def test_a_deactivated_member_s_socket_is_closed(committed_cast, socket_server):
    with open_desktop(socket_server, committed_cast.ana) as desktop:
        with tenant(committed_cast.organization.id):
            Member.objects.filter(id=committed_cast.ana.id).update(is_active=False)
        assert closes_with(desktop) == 4401


def test_a_changed_password_closes_the_other_sockets(committed_cast, socket_server):
    with open_desktop(socket_server, committed_cast.ana) as desktop:
        committed_cast.ana.user.set_password("another long one")
        committed_cast.ana.user.save()
        assert closes_with(desktop) == 4401


def test_the_end_of_a_contract_closes_the_partner_s_sockets(committed_cast, socket_server):
    with open_desktop(socket_server, committed_cast.paula) as desktop:
        with tenant(committed_cast.organization.id):
            Contract.objects.filter(partner=committed_cast.partner).update(ended_at=clock.now())
        assert closes_with(desktop) == 4401


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"follow": 5}',
        '{"follow": [5]}',
        '{"follow": [], "last": {"a": "b"}}',
        '"follow"',
        "[" * 100_000,
        '{"follow": ' + "[" * 100_000 + "]" * 100_000 + "}",
    ],
)
def test_nonsense_closes_the_socket_with_a_reason(committed_cast, socket_server, text):
    with open_desktop(socket_server, committed_cast.ana) as desktop:
        desktop.socket.send(text)
        assert closes_with(desktop) == 4400


def test_following_too_much_closes_the_socket(committed_cast, socket_server):
    with open_desktop(socket_server, committed_cast.ana) as desktop:
        desktop.send(follow=[f"record:{number}" for number in range(1, 102)])
        assert closes_with(desktop) == 4400


def test_after_unfollowing_no_more_is_heard(committed_cast, socket_server):
    topic = f"member:{committed_cast.ana.id}"
    with open_desktop(socket_server, committed_cast.ana) as desktop:
        desktop.follow(topic, "audience:all")
        desktop.send(unfollow=[topic])
        desktop.send(heartbeat={})
        desktop.until(alive=True)
        nudge(committed_cast, topic)
        nudge(committed_cast, "audience:all", "marquee.posted", announcement_id=1)
        assert desktop.receive()["t"] == "audience:all"


def test_an_agent_s_heartbeat_keeps_the_agent_present(committed_cast, socket_server):
    with tenant(committed_cast.organization.id):
        set_presence(committed_cast.ana, state="ready")
        Presence.objects.update(heartbeat_at=clock.now() - timedelta(minutes=5))
    with open_desktop(socket_server, committed_cast.ana) as desktop:
        desktop.send(heartbeat={})
        desktop.until(alive=True)
    with tenant(committed_cast.organization.id):
        assert Presence.objects.get().heartbeat_at > clock.now() - timedelta(minutes=1)


def test_a_supervisor_s_heartbeat_makes_no_presence(committed_cast, socket_server):
    with open_desktop(socket_server, committed_cast.sam) as desktop:
        desktop.send(heartbeat={})
        desktop.until(alive=True)
    with tenant(committed_cast.organization.id):
        assert not Presence.objects.filter(member=committed_cast.sam).exists()
