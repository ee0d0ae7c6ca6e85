"""The hub: who gets what, in which order, and what happens to readers that do not read."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from websockets.frames import Frame as WebsocketFrame
from websockets.frames import Opcode
from websockets.streams import StreamReader

from foundation.live_hub import raw_writes
from foundation.live_hub.frames import frame_of, json_frame, number_of
from foundation.live_hub.hub import SLICE, Hub
from foundation.live_hub.peers import SLOW_READER_BYTES, Peer, RawPeer, StepPeer, peer_for


class Listener(Peer):
    """A peer that remembers."""

    __slots__ = ("heard",)

    def __init__(self, organization_id: int = 1) -> None:
        super().__init__(organization_id)
        self.heard: list[bytes] = []

    def write(self, frame: Any) -> None:
        self.heard.append(frame.text)


class Pipe(asyncio.Transport):
    """A transport whose reader may be slow."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.waiting, self.closing, self.aborted = 0, False, False

    def write(self, data: Any) -> None:
        self.written.append(bytes(data))

    def get_write_buffer_size(self) -> int:
        return self.waiting

    def is_closing(self) -> bool:
        return self.closing

    def abort(self) -> None:
        self.aborted = self.closing = True


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536, 70_000])
def test_a_frame_is_read_back_by_a_websocket_client(size):
    text = b"x" * size
    reader = StreamReader()
    reader.feed_data(frame_of(text).wire)
    parsing = WebsocketFrame.parse(reader.read_exact, mask=False)
    with pytest.raises(StopIteration) as parsed:
        next(parsing)
    assert (parsed.value.value.opcode, parsed.value.value.fin) == (Opcode.TEXT, True)
    assert bytes(parsed.value.value.data) == text


@pytest.mark.parametrize(
    ("text", "number"),
    [(b'{"t": "a", "n": 5}', 5), (b'{"t": "a"}', None), (b"[]", None), (b"{", None), (b'{"n": "5"}', None)],
)
def test_the_number_of_a_message_is_found(text, number):
    assert number_of(text) == number


async def test_followers_of_a_topic_hear_it_and_others_do_not():
    hub, ana, mark, stranger = Hub(), Listener(), Listener(), Listener(organization_id=2)
    hub.join(ana, ["a", "b"])
    hub.join(mark, ["b"])
    hub.join(stranger, ["a"])
    hub.deliver(1, "a", frame_of(b"1"))
    hub.deliver(1, "b", frame_of(b"2"))
    assert (ana.heard, mark.heard, stranger.heard) == ([b"1", b"2"], [b"2"], [])


async def test_whoever_left_hears_nothing_and_nothing_is_kept():
    hub, ana = Hub(), Listener()
    hub.join(ana, ["a", "b"])
    hub.leave(ana, ["a"])
    hub.deliver(1, "a", frame_of(b"1"))
    assert (ana.heard, hub.topics_by_organization()) == ([], {1: ["b"]})
    hub.leave(ana, ana.topics)
    assert hub.topics_by_organization() == {}


async def test_a_large_broadcast_lets_a_small_one_through_and_keeps_its_topic_in_order():
    hub, crowd, ana = Hub(), [Listener() for _ in range(3 * SLICE)], Listener()
    for each in crowd:
        hub.join(each, ["all"])
    hub.join(ana, ["member:1"])
    hub.deliver(1, "all", frame_of(b"1"))
    hub.deliver(1, "all", frame_of(b"2"))
    await asyncio.sleep(0)
    hub.deliver(1, "member:1", frame_of(b"offer"))
    assert ana.heard == [b"offer"]
    assert crowd[-1].heard == []
    while hub._broadcasts:
        await asyncio.sleep(0)
    assert all(each.heard == [b"1", b"2"] for each in crowd)


def test_a_reader_that_does_not_read_is_cut_off():
    pipe = Pipe()
    peer = RawPeer(1, pipe)
    peer.write(frame_of(b"1"))
    pipe.waiting = SLOW_READER_BYTES + 1
    peer.write(frame_of(b"2"))
    peer.write(frame_of(b"3"))
    assert pipe.aborted
    assert pipe.written == [frame_of(b"1").wire]


def test_a_closing_socket_gets_no_frame():
    pipe = Pipe()
    peer = RawPeer(1, pipe)
    peer.open = False
    peer.write(frame_of(b"1"))
    peer.open, pipe.closing = True, True
    peer.write(frame_of(b"2"))
    assert pipe.written == []


async def test_without_raw_writes_frames_go_through_the_server_s_send():
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    peer = peer_for(1, {}, send)
    peer.write(json_frame({"t": "a"}))
    assert sent == [{"type": "websocket.send", "text": '{"t": "a"}'}]


async def test_without_raw_writes_too_a_slow_reader_is_cut_off():
    sent: list[str] = []
    full = asyncio.Event()

    async def send(message: dict[str, Any]) -> None:
        sent.append(message["type"])
        if message["type"] == "websocket.send":
            await full.wait()

    peer = StepPeer(1, send)
    peer.write(frame_of(b"1"))
    peer.write(frame_of(b"2"))
    assert peer._closing is not None
    await peer._closing
    assert sent == ["websocket.send", "websocket.close"]


async def test_a_peer_that_is_gone_is_left_alone():
    async def send(message: dict[str, Any]) -> None:
        raise OSError("gone")

    peer = StepPeer(1, send)
    peer.write(frame_of(b"1"))
    assert not peer.open


async def test_this_uvicorn_lets_us_write_frames_ourselves():
    raw_writes.works.cache_clear()
    assert raw_writes.works()


async def test_a_changed_uvicorn_means_the_slower_way_not_a_crash(monkeypatch):
    def changed() -> bool:
        raise AttributeError("transport")

    monkeypatch.setattr(raw_writes, "_try_out", changed)
    raw_writes.works.cache_clear()
    assert not raw_writes.works()
    raw_writes.works.cache_clear()
