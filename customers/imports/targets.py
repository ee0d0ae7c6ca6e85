"""What a column of a file can mean, and a guess of it from the column's name."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

IGNORED = ""
FACT = "fact:"


@dataclass(frozen=True)
class Target:
    """A place in the record that a column may fill. Several columns may fill a `repeatable` one."""

    name: str
    label: str
    repeatable: bool = False


FIELDS = (
    Target("display_name", "Name"),
    Target("given_name", "Given name"),
    Target("family_name", "Family name"),
    Target("company_name", "Company"),
    Target("phone", "Phone", repeatable=True),
    Target("email", "E-mail", repeatable=True),
    Target("subscriber_number", "Subscriber number"),
    Target("postal_address", "Address", repeatable=True),
    Target("region", "Region"),
    Target("country_code", "Country"),
    Target("language", "Language"),
    Target("customer_since", "Customer since"),
    Target("products", "Subscriptions (product codes)", repeatable=True),
    Target("subscription_reference", "Subscription: reference"),
    Target("subscription_started_on", "Subscription: started on"),
    Target("subscription_renews_on", "Subscription: renews on"),
)
LABELS = {target.name: target.label for target in FIELDS}
_NAMES = {
    "display_name": "name|full name|customer|customer name|contact|contact name|nome|nombre|nom",
    "given_name": "given name|first name|forename|christian name|vorname|prenom|firstname",
    "family_name": "family name|last name|surname|nachname|apelido|apellido|lastname",
    "company_name": "company|organisation|organization|firm|employer|business|firma|empresa",
    "phone": "phone|telephone|tel|mobile|cell|cellphone|phone number|telephone number|mobile number"
    "|mobile phone|home phone|work phone|landline|telefon|telefone|telefono|handy",
    "email": "e mail|email|mail|email address|e mail address|work email|home email",
    "subscriber_number": "subscriber number|subscriber no|subscriber|subscriber id|customer number"
    "|customer no|customer id|account|account number|member number|membership number|client number|client id"
    "|kundennummer",
    "postal_address": "address|postal address|street|street address|address line|address 1|address 2"
    "|address 3|address line 1|address line 2|address line 3|postcode|post code|zip|zip code|postal code"
    "|city|town|strasse|plz|ort|morada|direccion|adresse",
    "region": "region|state|county|province|area",
    "country_code": "country|country code|land|pais",
    "language": "language|lang|preferred language|locale|sprache|idioma",
    "customer_since": "customer since|since|joined|join date|member since|registered|sign up date",
    "products": "subscription|subscriptions|product|products|product code|product codes|plan|title",
    "subscription_reference": "reference|subscription reference|subscription number|order number|order",
    "subscription_started_on": "started on|start date|started|subscription start|start",
    "subscription_renews_on": "renews on|renewal date|renewal|renews|expires|expiry date|end date",
}
_BY_WORDS = {words: name for name, all_words in _NAMES.items() for words in all_words.split("|")}


def guess_mapping(header: Sequence[str], facts: Mapping[str, str]) -> list[str]:
    """A target for each column; "" where none is obvious. `facts` are the labels of fact keys."""
    repeatable = {target.name for target in FIELDS if target.repeatable}
    known = dict(_BY_WORDS)
    for key, label in facts.items():
        known.setdefault(_plain(key), f"{FACT}{key}")
        known.setdefault(_plain(label), f"{FACT}{key}")
    mapping: list[str] = []
    for column in header:
        target = known.get(_plain(column)) or known.get(_plain(re.sub(r"\W*\d+\W*$", "", column)), IGNORED)
        mapping.append(target if target in repeatable or target not in mapping else IGNORED)
    return mapping


def _plain(text: str) -> str:
    bare = unicodedata.normalize("NFKD", text)
    bare = "".join(character for character in bare if not unicodedata.combining(character)).casefold()
    return " ".join(re.findall(r"[a-z0-9]+", bare))


def problems_of_mapping(
    mapping: Sequence[str], header: Sequence[str], facts: Iterable[str], match_by: str
) -> list[str]:
    """What is wrong with a mapping, in sentences; empty when it can be run."""
    known = {target.name: target for target in FIELDS}
    allowed = set(known) | {f"{FACT}{key}" for key in facts} | {IGNORED}
    if len(mapping) != len(header) or any(target not in allowed for target in mapping):
        return ["Say for each column what it is."]
    found = [
        f"Two columns are “{known[name].label}”; choose one of them."
        for name in sorted({each for each in mapping if mapping.count(each) > 1 and each in known})
        if not known[name].repeatable
    ]
    if match_by == "any":
        if not set(mapping) & {"subscriber_number", "email", "phone"}:
            found.append("At least one column must be a subscriber number, an e-mail or a phone.")
    elif match_by not in mapping:
        label = LABELS.get(match_by, match_by)
        found.append(f"No column is “{label}”, which you chose to tell customers apart.")
    return found
