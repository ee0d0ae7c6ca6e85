"""Durations in words and digits."""


def clock_text(seconds: float) -> str:
    """Minutes and seconds, e.g. `4:12`; hours in front when there are any."""
    minutes, rest = divmod(max(round(seconds), 0), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
