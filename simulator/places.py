"""Best-effort geography of a number, as carriers add it to their requests."""

COUNTRIES = {
    "+1": "US",
    "+31": "NL",
    "+32": "BE",
    "+33": "FR",
    "+34": "ES",
    "+353": "IE",
    "+39": "IT",
    "+41": "CH",
    "+43": "AT",
    "+44": "GB",
    "+45": "DK",
    "+46": "SE",
    "+47": "NO",
    "+49": "DE",
    "+61": "AU",
}


def country(number: str) -> str:
    """The two-letter country of an E.164 number; empty when unknown."""
    for length in (4, 3, 2):
        if number[:length] in COUNTRIES:
            return COUNTRIES[number[:length]]
    return ""


def geography(from_: str, to: str) -> dict[str, str]:
    """FromCity … CalledCountry for a call; cities and states are left empty, which is usual."""
    fields: dict[str, str] = {}
    for names, number in ((("From", "Caller"), from_), (("To", "Called"), to)):
        for name in names:
            fields |= {
                f"{name}City": "",
                f"{name}State": "",
                f"{name}Zip": "",
                f"{name}Country": country(number),
            }
    return fields
