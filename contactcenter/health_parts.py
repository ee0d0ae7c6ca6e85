"""What `/healthz` and `/metrics` look at: the one page."""

from foundation import health


def register() -> None:
    """Register every part. Called once, when Django is ready."""
    health.register("database", health.check_database)
    health.register("redis", health.check_redis)
    health.register("relay", health.process_part("relay"))
    health.register("live", health.process_part("live"))
    health.register("realtime", health.lane_part("realtime"))
    health.register("background", health.lane_part("background"))
    health.register("events", health.check_events)
