"""What people say: plausible sentences by reason for contact."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Topic:
    """One reason for contact: how often, which queue, and what is written down about it."""

    weight: int
    queue: str
    summaries: tuple[str, ...]
    notes: tuple[str, ...]
    dispositions: tuple[tuple[str, int], ...]
    cases: tuple[str, ...] = ()
    promises: tuple[str, ...] = ()


_SOLVED = (("solved", 7), ("information", 2), ("promise_made", 1))
_PROMISED = (("solved", 4), ("promise_made", 5), ("transferred", 1))

TOPICS: dict[str, Topic] = {
    "missing_issue": Topic(
        22,
        "main",
        (
            "Latest issue has not arrived; sent a second copy by first-class post.",
            "Issue came torn. Replacement is on its way, no charge.",
            "Neighbour’s copy came last week, theirs did not. Resent and reported to the carrier.",
            "Two issues late in a row. Checked the address, all correct; carrier informed.",
        ),
        (
            "Prefers delivery to the side door; the front letterbox is sealed.",
            "Carrier says the round was covered by a relief driver that week.",
            "Has been patient about it. Please do not make them explain again.",
        ),
        _PROMISED,
        (
            "Issue missing twice in a row",
            "Damaged copies from the same round",
            "Issues arrive two weeks late",
        ),
        (
            "replacement copy by first-class post",
            "call back about the carrier’s answer",
            "new copy of the last issue",
        ),
    ),
    "digital_access": Topic(
        18,
        "digital",
        (
            "Could not sign in after changing the e-mail address; access reset, works again.",
            "App showed an old issue only. Signed out and in, all issues there.",
            "Access link had expired; sent a new one and stayed on the line until it worked.",
            "Wanted to read offline on a train; showed how to download an issue.",
        ),
        (
            "Reads on an older tablet, which needs the previous version of the app.",
            "Two devices are registered; both belong to the household.",
            "The link lands in the spam folder of their mail provider.",
        ),
        _PROMISED,
        (
            "Access link does not arrive",
            "App does not open the current issue",
            "Account shows no subscription",
        ),
        ("access link by e-mail", "answer about the app by e-mail", "second login for the household"),
    ),
    "billing": Topic(
        16,
        "billing",
        (
            "Charged twice after a card change; second charge refunded.",
            "Asked for a receipt for the tax year; sent by e-mail.",
            "Direct debit failed because the bank changed; new details taken.",
            "Did not recognise the payment; explained the travel club’s yearly fee.",
        ),
        ("Pays for a parent’s subscription as well.", "Prefers a paper invoice."),
        _SOLVED,
        ("Charged twice in one month", "Refund not received"),
        ("refund to the card", "corrected invoice by post"),
    ),
    "renewal": Topic(
        14,
        "main",
        (
            "Renewed for another year at the loyalty price.",
            "Asked what changes at renewal; sent the terms by e-mail.",
            "Renewal letter crossed with the payment; nothing owed.",
        ),
        ("Would like to hear before the price changes, not after.",),
        _SOLVED,
        ("Renewal notice after payment",),
        ("written confirmation of the renewal",),
    ),
    "address_change": Topic(
        11,
        "main",
        (
            "Moved house; new address from the next issue on.",
            "Away for the summer; copies forwarded to the holiday address until September.",
            "Postcode corrected, first line was right.",
        ),
        ("Keeps the old flat until the end of the month.",),
        _SOLVED,
        ("Copies still go to the old address",),
        ("copies forwarded from the old address",),
    ),
    "switch_to_digital": Topic(
        8,
        "main",
        (
            "Wants the digital edition instead of print; passed on to the digital team.",
            "Asked how the digital edition works on a tablet; thinking about it.",
            "Switched to digital from the next issue on.",
        ),
        ("Travels a lot; print copies pile up at home.",),
        (("transferred", 5), ("promise_made", 3), ("information", 2)),
        (
            "Switch to digital not carried out",
            "Wants digital, still gets print",
            "Digital ordered, no access yet",
        ),
        ("access link by e-mail", "confirmation of the switch by e-mail"),
    ),
    "cancel": Topic(
        6,
        "main",
        (
            "Cancelled at the end of the term; no time to read at the moment.",
            "Wanted to cancel, took a three-month pause instead.",
        ),
        ("Might come back in the spring.",),
        _SOLVED,
        ("Cancelled but charged again",),
        ("written confirmation of the cancellation",),
    ),
    "other": Topic(
        5,
        "main",
        (
            "Asked where a photo in the last issue was taken.",
            "Wanted to place a small advertisement; gave the address.",
        ),
        ("Enjoyed the feature on night trains.",),
        (("information", 8), ("other", 2)),
    ),
}

OUTDOOR_QUEUES = {"main": "orders", "digital": "repairs", "billing": "orders"}
OUTDOOR_SUMMARIES = (
    "Parcel was with a neighbour; found.",
    "Jacket exchanged for a larger size.",
    "Zip repaired under the plan; posted back.",
    "Asked when the boots are in stock again.",
)
MISSING_ISSUES = ("7", "8", "9", "10")
KEPT = (
    "Done as promised.",
    "Sent and confirmed by e-mail.",
    "Arrived, customer confirmed.",
    "Settled on the phone.",
)
ASKED_AGAIN = ("Mail address was misspelt", "Line was bad", "Customer said it had changed")
