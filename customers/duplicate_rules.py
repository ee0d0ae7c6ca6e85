"""Whether two records are one person's: points for what they share, with the reasons in words. Pure.

docs/merging.md tells the same for people.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

import jellyfish
from rapidfuzz import fuzz
from rapidfuzz.distance import JaroWinkler

from customers.identity_rules import canonical_mail
from customers.rules import looks_like_phone

# From here on a pair is worth a person's look.
WORTH_A_LOOK = 50
MOST = 100
_NAME_ALIKE = 0.90
_WORD_ALIKE = 0.88
_ADDRESS_ALIKE = 90
# Numbers that somebody gave to one customer only: different ones mean different customers.
_EXCLUSIVE = {"subscriber_number", "partner_reference"}
_TITLES = {"mr", "mrs", "ms", "miss", "dr", "prof", "herr", "frau", "mme", "mlle", "sr", "sra", "don", "dona"}
_POSTCODES = re.compile(
    r"\b([A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}|[A-Z]\d[A-Z]\s*\d[A-Z]\d|\d{4}\s?[A-Z]{2}|\d{5}-\d{3}|\d{3}-\d{4}|\d{4,6})\b"
)


@dataclass(frozen=True)
class KnownBy:
    """One identity of a record, as far as it counts here."""

    kind: str
    value: str
    confidence: str
    partner_id: int | None = None
    is_shared: bool = False


@dataclass(frozen=True)
class Profile:
    """What is compared of a record."""

    customer_id: int
    display_name: str
    company_name: str = ""
    postal_address: str = ""
    language: str = ""
    identities: tuple[KnownBy, ...] = ()

    @property
    def is_nameless(self) -> bool:
        """Whether it is only the number of somebody we do not know yet."""
        return looks_like_phone(self.display_name)


@dataclass(frozen=True)
class Likeness:
    """How alike two records are: 0 to 100, why, and whether a rule may merge them."""

    score: int
    reasons: list[dict[str, object]] = field(default_factory=list)
    is_safe: bool = False


def compare(one: Profile, other: Profile) -> Likeness:
    """How likely two records are one person's."""
    found = [*_shared_identities(one, other), *_name(one, other), *_place(one, other)]
    against = _contradictions(one, other)
    points = sum(reason.points for reason in [*found, *against])
    score = max(0, min(MOST, points))
    reasons = [reason.as_json() for reason in [*found, *against]]
    return Likeness(score, reasons, is_safe=_is_safe(one, other, against))


@dataclass(frozen=True)
class _Reason:
    code: str
    text: str
    points: int

    def as_json(self) -> dict[str, object]:
        return {"code": self.code, "text": self.text, "points": self.points}


_WORDS = {
    "phone": "telephone number",
    "email": "e-mail address",
    "whatsapp": "WhatsApp number",
    "messenger": "Messenger account",
    "web_visitor": "web-chat visitor",
    "social": "social handle",
    "subscriber_number": "subscriber number",
    "partner_reference": "partner's reference",
}


def _shared_identities(one: Profile, other: Profile) -> list[_Reason]:
    theirs = {(each.kind, each.value, each.partner_id): each for each in other.identities}
    found = []
    for mine in one.identities:
        same = theirs.get((mine.kind, mine.value, mine.partner_id))
        if same is None or "guessed" in {mine.confidence, same.confidence}:
            continue
        noun = _WORDS.get(mine.kind, mine.kind)
        if mine.is_shared or same.is_shared:
            found.append(_Reason("shared_number", f"the same {noun}, which many use", 5))
        elif mine.confidence == same.confidence == "verified":
            found.append(_Reason(f"same_{mine.kind}_verified", f"the same {noun}, verified on both", 60))
        else:
            points = 60 if mine.kind in _EXCLUSIVE else 40
            found.append(_Reason(f"same_{mine.kind}", f"the same {noun}", points))
    if not any(reason.code.startswith("same_email") for reason in found):
        boxes = _mailboxes(one) & _mailboxes(other)
        found += [_Reason("same_mailbox", "the same mailbox, written differently", 35)] if boxes else []
    return found


def _mailboxes(profile: Profile) -> set[str]:
    return {
        canonical_mail(each.value)
        for each in profile.identities
        if each.kind == "email" and each.confidence != "guessed" and not each.is_shared
    }


def _name(one: Profile, other: Profile) -> list[_Reason]:
    if one.is_nameless or other.is_nameless:
        return [_Reason("nameless", "one of them has no name yet", 10)]
    mine, theirs = name_words(one.display_name), name_words(other.display_name)
    if not mine or not theirs:
        return []
    if sorted(mine) == sorted(theirs):
        return [_Reason("same_name", "the same name", 35)]
    if fuzz.token_sort_ratio(" ".join(mine), " ".join(theirs)) / 100 >= _NAME_ALIKE or _alike(mine, theirs):
        return [_Reason("like_name", "names that are written alike", 28)]
    if sound_of(mine) == sound_of(theirs):
        return [_Reason("name_sounds_alike", "names that sound alike", 25)]
    if names_may_be_one(one.display_name, other.display_name):
        return [_Reason("short_name", "one name is short for the other", 15)]
    return [_Reason("other_name", "different names", -45)]


def _place(one: Profile, other: Profile) -> list[_Reason]:
    mine, theirs = plain(one.postal_address), plain(other.postal_address)
    if not mine or not theirs:
        return []
    if mine == theirs or fuzz.token_sort_ratio(mine, theirs) >= _ADDRESS_ALIKE:
        return [_Reason("same_address", "the same address", 30)]
    if postcode(one.postal_address) and postcode(one.postal_address) == postcode(other.postal_address):
        return [_Reason("same_postcode", "the same postcode", 15)]
    return [_Reason("other_address", "different addresses", -10)]


def _contradictions(one: Profile, other: Profile) -> list[_Reason]:
    """Both have a number of a kind that one customer has once, and they are not the same."""
    found = []
    for kind in sorted(_EXCLUSIVE):
        for partner_id in {each.partner_id for each in one.identities if each.kind == kind}:
            mine = _values(one, kind, partner_id)
            theirs = _values(other, kind, partner_id)
            if theirs and not mine & theirs:
                found.append(_Reason(f"other_{kind}", f"a different {_WORDS[kind]} each", -40))
    return found


def _values(profile: Profile, kind: str, partner_id: int | None) -> set[str]:
    return {
        each.value
        for each in profile.identities
        if each.kind == kind and each.partner_id == partner_id and each.confidence != "guessed"
    }


def _is_safe(one: Profile, other: Profile, against: list[_Reason]) -> bool:
    """What a rule may merge: an identity that both have verified and compatible names; or a record without a
    name whose every number is the other's alone. Never against a number that tells them apart."""
    if against:
        return False
    nameless = [each for each in (one, other) if each.is_nameless]
    if len(nameless) == 1:
        (bare,) = nameless
        named = other if bare is one else one
        owned = {(each.kind, each.value) for each in named.identities if each.confidence != "guessed"}
        return bool(bare.identities) and all(
            (each.kind, each.value) in owned and not each.is_shared for each in bare.identities
        )
    if len(nameless) == 2:
        return False
    theirs = {
        (each.kind, each.value, each.partner_id)
        for each in other.identities
        if each.confidence == "verified" and not each.is_shared
    }
    proven = any(
        (each.kind, each.value, each.partner_id) in theirs
        for each in one.identities
        if each.confidence == "verified" and not each.is_shared
    )
    return proven and names_may_be_one(one.display_name, other.display_name)


def names_may_be_one(one: str, other: str) -> bool:
    """Whether two names may be one person's: equal, misspelt, or with initials; a couple's are not."""
    mine, theirs = name_words(one), name_words(other)
    if not mine or not theirs:
        return False
    short, long = sorted((mine, theirs), key=len)
    left = list(long)
    for word in short:
        match = next((each for each in left if _same_word(word, each)), None)
        if match is None:
            return False
        left.remove(match)
    return len(short) > 1 or len(long) == 1


def _alike(mine: list[str], theirs: list[str]) -> bool:
    return len(mine) == len(theirs) and all(
        any(JaroWinkler.similarity(word, each) >= _WORD_ALIKE for each in theirs) for word in mine
    )


def _same_word(one: str, other: str) -> bool:
    if one == other:
        return True
    if min(len(one), len(other)) == 1:
        return one[0] == other[0]
    return JaroWinkler.similarity(one, other) >= _NAME_ALIKE


def name_words(name: str) -> list[str]:
    """The words of a name without accents, case and titles; letters of any script."""
    return [word for word in plain(name).split() if word not in _TITLES]


def plain(text: str) -> str:
    """Lower case, without accents and signs, one space between words."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(each for each in decomposed if not unicodedata.combining(each))
    letters = letters.replace("ß", "ss").replace("ø", "o").replace("ł", "l").replace("'", "").replace("’", "")
    return " ".join(re.sub(r"[^\w]|_", " ", letters).split())


def sound_of(words: Iterable[str]) -> tuple[str, ...]:
    """How the words sound, in no order; a word of another script stands for itself."""
    return tuple(sorted(_sound(word) for word in words))


def _sound(word: str) -> str:
    return (jellyfish.metaphone(word) or word) if word.isascii() else word


def postcode(address: str) -> str:
    """The postcode of an address: the last that looks like one; empty when none does."""
    found: list[str] = _POSTCODES.findall(unicodedata.normalize("NFKC", address).upper())
    return re.sub(r"[\s-]", "", found[-1]) if found else ""


def candidate_keys(profile: Profile) -> set[str]:
    """What possible duplicates of this record have too, besides its identities.

    Each key is narrow: a name alone, or a town, would lead to thousands.
    """
    keys = {f"mail:{box}"[:120] for box in _mailboxes(profile)}
    if profile.is_nameless:
        return keys
    words = name_words(profile.display_name)
    code = postcode(profile.postal_address)
    address = plain(profile.postal_address)
    if code:
        keys |= {f"sound:{_sound(word)}:{code}"[:120] for word in words if len(word) > 1}
    if address:
        keys.add(f"place:{address}"[:120])
    return keys
