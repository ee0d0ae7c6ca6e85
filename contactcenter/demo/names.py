"""Words to make people, places and passwords of. All invented; any likeness is chance."""

from pathlib import Path


def _words(name: str) -> tuple[str, ...]:
    text = (Path(__file__).parent / "words" / f"{name}.txt").read_text(encoding="utf-8")
    return tuple(text.splitlines())


GIVEN = _words("given")
FAMILY = _words("family")
STREETS = _words("streets")
PASSWORD_WORDS = _words("passwords")

# Town, region, postcode area, and the fictional number range that goes with it (digits to fill: 3).
TOWNS = (
    ("London", "Greater London", "SE", "+442079460"),
    ("London", "Greater London", "N", "+442079460"),
    ("Leeds", "Yorkshire", "LS", "+441134960"),
    ("Sheffield", "Yorkshire", "S", "+441144960"),
    ("Nottingham", "East Midlands", "NG", "+441154960"),
    ("Leicester", "East Midlands", "LE", "+441164960"),
    ("Bristol", "South West", "BS", "+441174960"),
    ("Reading", "South East", "RG", "+441184960"),
    ("Birmingham", "West Midlands", "B", "+441214960"),
    ("Edinburgh", "Scotland", "EH", "+441314960"),
    ("Glasgow", "Scotland", "G", "+441414960"),
    ("Liverpool", "North West", "L", "+441514960"),
    ("Manchester", "North West", "M", "+441614960"),
    ("Newcastle", "North East", "NE", "+441914980"),
    ("Cardiff", "Wales", "CF", "+442920180"),
    ("Belfast", "Northern Ireland", "BT", "+442896496"),
    ("Ambleside", "Cumbria", "LA", "+441632960"),
)
MOBILE = "+447700900"
