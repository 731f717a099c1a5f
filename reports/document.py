"""What a document is made of, whatever it is drawn as: headings, paragraphs, lists; and letters of one page a person.

A text is read into blocks by its lines alone, so that nothing inside a line (a name, a title) can become a block.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

_DASHES = re.compile(r"-{3,}")
_BULLET = "- "


@dataclass(frozen=True, slots=True)
class Heading:
    """A line above those that it is about."""

    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines that stand together, each on its own line."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list without an order."""

    items: tuple[str, ...]


Block = Heading | Paragraph | Bullets


@dataclass(frozen=True, slots=True)
class PrintedLetter:
    """A letter on paper. `address` stands behind the window of the envelope, a line each."""

    sender: tuple[str, ...]
    address: tuple[str, ...]
    date: str
    subject: str
    blocks: tuple[Block, ...]


def heading_lines(text: str) -> str:
    """A heading as plain text has it.

    >>> print(heading_lines("Newly overdue"))
    Newly overdue
    -------------
    """
    return f"{text}\n{'-' * max(3, len(text))}"


def read_blocks(text: str) -> tuple[Block, ...]:
    """The blocks of a plain text. Blank lines part them; a line above dashes is a heading; "- " begins an item.

    >>> read_blocks("To do\\n-----\\n\\nHello\\n- one\\n- two")
    (Heading(text='To do'), Paragraph(lines=('Hello',)), Bullets(items=('one', 'two')))
    """
    return tuple(_blocks(text))


def _blocks(text: str) -> Iterator[Block]:
    for part in re.split(r"\n\s*\n", text.strip("\n")):
        lines = part.split("\n")
        if len(lines) == 2 and _DASHES.fullmatch(lines[1]):
            yield Heading(lines[0])
            continue
        for is_list, some in groupby(lines, key=lambda line: line.startswith(_BULLET)):
            found = tuple(some)
            if is_list:
                yield Bullets(tuple(line.removeprefix(_BULLET) for line in found))
            elif any(line.strip() for line in found):
                yield Paragraph(found)
