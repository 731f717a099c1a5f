"""Looking through a PDF: nothing in it may act by itself, and its words are read (promises E07 to E11).

Every object of the file is looked at, whether a page leads to it or not. A PDF that cannot be read to its end is
refused: what we cannot read, a reader's program may.
"""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject, NullObject

from foundation.errors import DomainError

MOST_PAGES = 200
MOST_OBJECTS = 20_000
DEEPEST = 50
PAGES_READ = 5
LONGEST_TEXT = 20_000

_PRINT = "Open it, choose “Print”, then “Save as PDF”, and upload the new file."
_DAMAGED = f"The file is damaged, or only a part of it arrived. {_PRINT}"
_ACTIVE = f"The PDF contains active content, which could do something by itself when it is opened. {_PRINT}"
_INSIDE = f"The PDF has another file inside it. {_PRINT}"
_FORM = f"The PDF is a form that needs a special program (XFA). {_PRINT}"
_LOCKED = f"The PDF is protected with a password. Remove the password first. {_PRINT}"
_LONG = f"The PDF has more than {MOST_PAGES} pages. Upload only those that prove the training."
_COMPLEX = f"The PDF is too complex to be checked. {_PRINT}"

_ACTIVE_KEYS = {"/JS", "/JavaScript", "/AA", "/Launch"}
# What /S says elsewhere (kinds of structure, of group, of border) is left alone: only these are actions.
_ACTIVE_ACTIONS = {
    "/JavaScript",
    "/Launch",
    "/SubmitForm",
    "/ImportData",
    "/GoToR",
    "/GoToE",
    "/Rendition",
    "/Movie",
    "/Sound",
    "/RichMediaExecute",
    "/Trans3D",
    "/GoTo3DView",
}
_ACTIVE_SUBTYPES = {"/RichMedia", "/Screen", "/3D", "/Movie", "/Sound"}
_INSIDE_KEYS = {"/EmbeddedFiles", "/EF", "/RichMediaContent"}
_STREAMS = re.compile(rb"stream\r?\n.*?endstream", re.DOTALL)
_ESCAPES = re.compile(rb"#([0-9A-Fa-f]{2})")
_LEFTOVERS = re.compile(rb"/(JavaScript|Launch|RichMedia|EmbeddedFiles?)(?![A-Za-z0-9])")


def read_pdf(content: bytes) -> str:
    """The words of a PDF, as far as it has any. Raises DomainError where it is refused."""
    try:
        reader = PdfReader(BytesIO(content))
        if reader.is_encrypted:
            raise DomainError(_LOCKED)
        _look_through(reader)
        _count_pages(reader)
    except DomainError:
        raise
    except RecursionError as error:
        raise DomainError(_COMPLEX) from error
    except Exception as error:  # pypdf meets broken files with every kind of exception
        raise DomainError(_DAMAGED) from error
    _look_at_leftovers(content)
    return _words(reader)


def _look_through(reader: PdfReader) -> None:
    numbers = [(number, generation) for generation, found in reader.xref.items() for number in found]
    numbers += [(number, 0) for number in reader.xref_objStm]
    if len(numbers) > MOST_OBJECTS:
        raise DomainError(_COMPLEX)
    _look_at(reader.trailer)
    for number, generation in numbers:
        found = reader.get_object(IndirectObject(number, generation, reader))
        if isinstance(found, NullObject) and number in reader.xref_objStm:
            raise DomainError(_DAMAGED)  # pypdf puts nothing in the place of what it cannot read
        _look_at(found)


def _look_at(value: Any) -> None:
    """Look at a value and all that is written inside it; what it only refers to has its own turn."""
    level = [value]
    for _ in range(DEEPEST):
        inside: list[Any] = []
        for found in level:
            if isinstance(found, DictionaryObject):
                _judge(found)
                inside.extend(dict.values(found))
            elif isinstance(found, ArrayObject):
                inside.extend(list.__iter__(found))
        if not inside:
            return
        level = inside
    raise DomainError(_COMPLEX)


def _judge(found: DictionaryObject) -> None:
    keys = set(dict.keys(found))
    if keys & _ACTIVE_KEYS or _named(found, "/S") & _ACTIVE_ACTIONS:
        raise DomainError(_ACTIVE)
    if _named(found, "/Subtype") & _ACTIVE_SUBTYPES or not _opens_quietly(found):
        raise DomainError(_ACTIVE)
    if keys & _INSIDE_KEYS or _named(found, "/Type") == {"/EmbeddedFile"}:
        raise DomainError(_INSIDE)
    if _named(found, "/Subtype") == {"/FileAttachment"}:
        raise DomainError(_INSIDE)
    if "/XFA" in keys:
        raise DomainError(_FORM)
    address = str(_value(found, "/URI") or "").strip().lower()
    if address.startswith(("javascript:", "file:", "data:")):
        raise DomainError(_ACTIVE)


def _opens_quietly(found: DictionaryObject) -> bool:
    """Whether opening the file only shows a page of it.

    Many programs that make certificates name the page and the size at which to begin; that is a place and no act.
    """
    opening = _value(found, "/OpenAction")
    if opening is None or not isinstance(opening, DictionaryObject):
        return True
    return _named(opening, "/S") == {"/GoTo"} and "/Next" not in opening


def _value(found: DictionaryObject, key: str) -> Any:
    value = dict.get(found, NameObject(key))
    return value.get_object() if isinstance(value, IndirectObject) else value


def _named(found: DictionaryObject, key: str) -> set[str]:
    value = _value(found, key)
    return {str(value)} if isinstance(value, NameObject) else set()


def _count_pages(reader: PdfReader) -> None:
    """Count the leaves of the page tree, no further than the limit; a tree that bites its tail has no end."""
    pages = 0
    for steps, node in enumerate(_tree(reader), 1):
        pages += "/Kids" not in node
        if pages > MOST_PAGES:
            raise DomainError(_LONG)
        if steps > 4 * MOST_PAGES:
            raise DomainError(_COMPLEX)
    if not pages:
        raise DomainError(_DAMAGED)


def _tree(reader: PdfReader) -> Iterator[DictionaryObject]:
    waiting: list[Any] = [_value(reader.root_object, "/Pages")]
    while waiting:
        node = waiting.pop()
        node = node.get_object() if isinstance(node, IndirectObject) else node
        if not isinstance(node, DictionaryObject):
            raise DomainError(_DAMAGED)
        yield node
        kids = _value(node, "/Kids")
        if isinstance(kids, ArrayObject):
            # No more than can be used: one list may name the same page a million times.
            waiting.extend(list(list.__iter__(kids))[: MOST_PAGES + 1])


def _look_at_leftovers(content: bytes) -> None:
    """Look at what lies outside the table of objects too: a program that mends broken files might find it."""
    rest = _ESCAPES.sub(lambda match: bytes([int(match[1], 16)]), _STREAMS.sub(b"", content))
    found = _LEFTOVERS.search(rest)
    if found is not None:
        raise DomainError(_INSIDE if found[1].startswith(b"Embedded") else _ACTIVE)


def _words(reader: PdfReader) -> str:
    """The words of the first pages. A scan has none, and words that cannot be read are no reason to refuse."""
    words: list[str] = []
    for page in reader.pages[:PAGES_READ]:
        try:
            words.append(page.extract_text())
        except Exception:  # noqa: S112 -- the next page may be read
            continue
    return "\n".join(words)[:LONGEST_TEXT]
