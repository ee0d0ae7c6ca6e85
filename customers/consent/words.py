"""Whether a message or a caller's words ask that we contact them no more. Pure."""

import re
import unicodedata

# As carriers and regulators name them, and their like in other languages.
_STOP = {
    *("stop", "stopall", "unsubscribe", "cancel", "end", "quit", "optout", "revoke"),
    *("stopp", "abmelden", "arret", "arreter", "desabonner", "baja", "alto", "parar", "pare", "sair"),
    *("basta", "annulla", "afmelden", "avsluta", "lopeta", "стоп", "отписаться", "停止", "退订", "停止配信"),
}
_START = {"start", "unstop"}
# What may stand beside such a word without changing what is meant.
_AROUND = {
    *(
        "please",
        "pls",
        "now",
        "all",
        "thanks",
        "thank",
        "you",
        "ok",
        "just",
        "and",
        "me",
        "us",
        "these",
        "the",
    ),
    *("text", "texts", "texting", "message", "messages", "messaging", "sms", "sending", "writing", "email"),
    *("emails", "calling", "calls", "contacting", "marketing", "ads", "offers", "to", "from", "sie", "bitte"),
}
_SPOKEN = re.compile(
    r"\b(stop|quit|no more)\s+(\w+\s+){0,2}?(calling|ringing|calls|texting|texts|contacting|marketing"
    r"|messages|messaging|e-?mails|emailing|writing to)\b"
    r"|\b(don'?t|do not|never)\s+(ever\s+)?(call|ring|text|contact|e-?mail|write to)\s+me\b"
    r"|\b(take|remove)\s+me\s+(off|from)\s+(your|the|this)\s+(\w+\s+)?list\b"
    r"|\bunsubscribe me\b|\bopt(ing)?[ -]?(me )?out\b"
)


def asks_to_stop(text: str) -> bool:
    """Whether a message is nothing but a stop word and the courtesy around it: "Stop!", "please stop texting
    me"; never "cancel my subscription"."""
    said = _words(text)
    return 0 < len(said) <= 8 and any(word in _STOP for word in said) and set(said) <= _STOP | _AROUND


def asks_to_start(text: str) -> bool:
    """Whether a message takes a stop back."""
    said = _words(text)
    return len(said) == 1 and said[0] in _START


def says_to_stop(speech: str) -> bool:
    """Whether a caller asks not to be contacted; ending a subscription is another matter."""
    return bool(_SPOKEN.search(_plain(speech).replace("’", "'")))


def _words(text: str) -> list[str]:
    joined = re.sub(r"\bopt[\s-]+out\b", "optout", _plain(text[:400]))
    return re.findall(r"\w+", joined)


def _plain(text: str) -> str:
    """Lower case, full width as usual, accents of letters away."""
    wide = unicodedata.normalize("NFKD", text)
    return unicodedata.normalize(
        "NFC", "".join(mark for mark in wide if not unicodedata.combining(mark))
    ).casefold()
