"""What one cell may hold. A parser takes the text of a filled cell and gives its value, or raises CellError.

Blank cells never reach a parser: `reading` gives the column's blank value for them.
"""

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping

from foundation.tables.wording import shown

ZERO_WIDTH = dict.fromkeys(map(ord, "\u200b\u2060\ufeff\u180e\u00ad\u200e\u200f"))
"""Invisible letters that copying from web pages leaves behind; they carry no meaning and are dropped."""

_BIDI_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_JOINERS = frozenset("\u200c\u200d")  # part of the spelling of Persian and Indian names, and of emoji
_MOST_MARKS_ON_A_LETTER = 4  # Vietnamese and Hebrew need three; more is made to smear over the page

_BROKEN_FORMULA = re.compile(
    r"#(N/A|REF!|VALUE!|DIV/0!|NAME\?|NULL!|NUM!|SPILL!|CALC!|FIELD!|GETTING_DATA)\Z"
)
_SCIENTIFIC = re.compile(r"-?\d(\.\d+)?E[+-]\d{2,3}\Z", re.ASCII)
_DECIMAL_ZERO = re.compile(r"-?\d+\.0+\Z", re.ASCII)
_KEPT_AS_TEXT = re.compile(r'="([^"]*)"\Z|\'(\d.*)\Z')  # how exports stop Excel from eating leading zeros
_WHOLE_NUMBER = re.compile(r"-?\d{1,15}\Z", re.ASCII)

_EMAIL = re.compile(
    r"(?!.*=\?)(?=.{1,254}\Z)(?=[^@]{1,64}@)"
    r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])\Z",
    re.ASCII,
)
_LONGEST_EMAIL = 254
_LONGEST_LOCAL_PART = 64


class CellError(ValueError):
    """This cell cannot be understood; the text says why and what was expected."""

    @property
    def message(self) -> str:
        return str(self.args[0])


def text_cell(cell: str) -> str:
    """Free text as typed, without spaces around it, in one Unicode form (NFC).

    Text that looks like a formula or a template is only text: it is guarded where it is written, not where it
    is read. Line breaks and control characters are refused, as is "=?", which mail programs decode into new
    headers.

    >>> text_cell("  Zoe\\u0308 =1+1 ")
    'Zoë =1+1'
    """
    text = cell.strip(" \u00a0")
    if not (text.isascii() and text.isprintable()):
        text = _plain_text(text)
    if "=?" in text:
        raise CellError('This contains characters that are not allowed ("=?"). Remove them.')
    if text[:1] in ("#", "N", "-"):
        _refuse_placeholder(text)
    return text


def ref_cell(cell: str) -> str:
    """A reference number as typed, leading zeros kept. What Excel has changed is refused, never repaired.

    >>> ref_cell(" 00123 ")
    '00123'
    """
    if cell.isascii() and cell.isalnum() and cell != "NULL":
        return cell
    text = text_cell(cell)
    kept = _KEPT_AS_TEXT.match(text)
    if kept:
        text = (kept[1] or kept[2] or "").strip()
        if not text:
            raise CellError("The value is missing.")
    if not text.isascii():
        refuse_other_digits(text)
    if _SCIENTIFIC.match(text) or _DECIMAL_ZERO.match(text):
        raise CellError(
            f"Excel changed this number ({shown(text)}). Format the column as Text and export again."
        )
    return text


def email_cell(cell: str) -> str:
    """One bare e-mail address, in small letters: addresses that differ only by case are the same person's.

    >>> email_cell("Ann.Khan@Council.Example")
    'ann.khan@council.example'
    """
    address = cell.strip(" \u00a0")
    if not _EMAIL.match(address):
        address = address.translate(ZERO_WIDTH)
        if not _EMAIL.match(address):
            raise CellError(_why_no_email(address))
    return address.lower()


def choice_cell(values: Iterable[str], mapping: Mapping[str, str] | None = None) -> Callable[[str], str]:
    """A parser for one of `values`; case, spaces, hyphens and underscores do not matter.

    `mapping` gives the value of other words.

    >>> choice_cell(["fe_he", "council"], {"local authority": "council"})("Local Authority")
    'council'
    """
    allowed = list(values)
    known = {_plain(value): value for value in allowed}
    known.update({_plain(word): value for word, value in (mapping or {}).items()})

    def parse(cell: str) -> str:
        word = text_cell(cell)
        value = known.get(_plain(word))
        if value is None:
            near = difflib.get_close_matches(_plain(word), known, n=1)
            hint = f" Did you mean {known[near[0]]}?" if near else ""
            raise CellError(f"{shown(word)} is not one of: {', '.join(allowed)}.{hint}")
        return value

    return parse


def codes_cell(cell: str) -> tuple[str, ...]:
    """Codes separated by semicolons: each once, in order, so that the order of typing never makes a change.

    >>> codes_cell("safeguarding; frontline;;frontline")
    ('frontline', 'safeguarding')
    """
    return tuple(sorted({ref_cell(part) for part in cell.split(";") if part.strip(" \u00a0")}))


def integer_cell(cell: str, least: int | None = None, most: int | None = None) -> int:
    """A whole number, between `least` and `most` where they are given (bind them with functools.partial).

    >>> integer_cell(" 40 ", least=0)
    40
    """
    text = text_cell(cell)
    refuse_other_digits(text)
    number = int(text) if _WHOLE_NUMBER.match(text) else None
    if number is None or (least is not None and number < least) or (most is not None and number > most):
        wanted = "a whole number"
        if least is not None and most is not None:
            wanted += f" from {least} to {most}"
        elif least is not None:
            wanted += f", {least} or more"
        elif most is not None:
            wanted += f", {most} or less"
        raise CellError(f"{shown(text)} is not {wanted}.")
    return number


def refuse_other_digits(text: str) -> None:
    """Raise CellError for full-width and other digits that look like 0 to 9 and are not."""
    if not text.isascii() and any(letter.isdigit() and not letter.isascii() for letter in text):
        raise CellError(f"Use ordinary digits (0 to 9) instead of those in {shown(text)}.")


def _plain(word: str) -> str:
    return re.sub(r"[\s_-]+", "", word).casefold()


def _why_no_email(address: str) -> str:
    _refuse_placeholder(address)
    local = address.rpartition("@")[0]
    if not address.isprintable():
        return f"{shown(address)} is not an email address: it contains a line break or control character."
    if "<" in address or ">" in address:
        return "Give only the address, like ann@council.gov.uk."
    if address.count("@") > 1 and re.search(r"[;,\s]", address):
        return "Give one email address."
    if not address.isascii():
        return f"The address {shown(address)} contains look-alike letters, or letters outside A to Z."
    if len(address) > _LONGEST_EMAIL or len(local) > _LONGEST_LOCAL_PART:
        most = f"{_LONGEST_EMAIL} characters, {_LONGEST_LOCAL_PART} of them before the @"
        return f"The address is too long: at most {most}."
    return f"{shown(address)} is not an email address, like ann@council.gov.uk."


def _refuse_placeholder(text: str) -> None:
    if _BROKEN_FORMULA.match(text):
        raise CellError(f"{shown(text)} comes from a broken formula. Put the value itself in the cell.")
    if text in ("NULL", "-"):
        raise CellError(f"{shown(text)} comes from a broken formula or an empty field. Leave the cell blank.")


def _plain_text(text: str) -> str:
    """The slow path of text_cell: the same text in NFC, or CellError."""
    text = unicodedata.normalize("NFC", text.translate(ZERO_WIDTH)).strip(" \u00a0")
    marks = 0
    for letter in text:
        category = unicodedata.category(letter)
        if category in ("Cc", "Zl", "Zp"):
            raise CellError("This contains a line break or control character. Remove it.")
        if letter == "\ufffd":
            raise CellError(f"A letter of {shown(text)} was lost in an earlier export. Type it again.")
        marks = marks + 1 if category in ("Mn", "Me") else 0
        strange = category in ("Co", "Cs") or (category == "Cf" and letter not in _JOINERS)
        if strange or letter in _BIDI_OVERRIDES or marks > _MOST_MARKS_ON_A_LETTER:
            raise CellError(f"{shown(text[:20])} contains unusual characters. Type it again.")
    return "".join(" " if unicodedata.category(letter) == "Zs" else letter for letter in text)
