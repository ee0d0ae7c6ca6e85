"""Heartbeats of agents' desktops, passed on to presence."""

from desk.live_access import Desktop


def beat_presence(desktop: Desktop) -> None:
    """The desktop is open and its person is there."""
