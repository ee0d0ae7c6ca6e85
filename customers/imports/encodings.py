"""Which characters a file's bytes are, and which sign parts its columns: told from its beginning."""

import codecs
import csv
import io
import re

ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16 (little end first)",
    "utf-16-be": "UTF-16 (big end first)",
    "utf-32": "UTF-32",
    "cp1252": "Western (Windows-1252, Latin-1)",
    "iso8859-15": "Western with euro (Latin-9)",
    "cp1250": "Central European (Windows-1250)",
    "cp1251": "Cyrillic (Windows-1251)",
    "cp1253": "Greek (Windows-1253)",
    "cp1254": "Turkish (Windows-1254)",
    "shift_jis": "Japanese (Shift JIS)",
    "gb18030": "Chinese (GB 18030)",
}
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE_ROWS = 25
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def encoding_of(sample: bytes, *, whole_is_utf8: bool) -> str:
    """The encoding of a file that begins with `sample`. Whether all of it is UTF-8 must be known."""
    for bom, name in _BOMS:
        if sample.startswith(bom):
            return name
    if (without_bom := _utf16_without_bom(sample)) is not None:
        return without_bom
    return "utf-8" if whole_is_utf8 else "cp1252"


def _utf16_without_bom(sample: bytes) -> str | None:
    even, odd = sample[0:4096:2], sample[1:4096:2]
    if len(odd) < 4:
        return None
    if odd.count(0) > 0.4 * len(odd) and even.count(0) < 0.1 * len(even):
        return "utf-16-le"
    if even.count(0) > 0.4 * len(even) and odd.count(0) < 0.1 * len(odd):
        return "utf-16-be"
    return None


def is_no_text(sample: bytes, encoding: str) -> bool:
    """Whether these bytes are a picture, a program or the like."""
    if encoding.startswith(("utf-16", "utf-32")):
        return False
    return len(_CONTROL.findall(sample)) > max(5, len(sample) // 100)


class Utf8Count:
    """Counts, part by part, what in a file is UTF-8 and what is not."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.wide = 0
        self.broken = 0

    def add(self, part: bytes) -> None:
        """The next bytes."""
        if part.isascii() and not self._decoder.getstate()[0]:
            return
        text = self._decoder.decode(part)
        self.broken += text.count("\ufffd")
        self.wide += sum(1 for character in text if character > "\x7f")

    @property
    def is_utf8(self) -> bool:
        """Whether it is: a few broken places in otherwise good text are refused row by row."""
        return self.broken == 0 or self.broken * 10 < self.wide


def delimiter_of(text: str) -> str:
    """The sign that parts the columns in a file that begins with `text`: the one that does so most evenly."""
    return max(DELIMITERS, key=lambda delimiter: _evenness(text, delimiter))


def _evenness(text: str, delimiter: str) -> tuple[float, int]:
    rows: list[int] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if any(row):
                rows.append(len(row))
            if len(rows) == _SAMPLE_ROWS:
                break
    except csv.Error:
        return (0.0, 0)
    if not rows or rows[0] < 2:
        return (0.0, 0)
    return (sum(1 for width in rows if width == rows[0]) / len(rows), rows[0])
