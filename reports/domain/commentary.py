"""Commentary: what is said about a part of a report of a day, the colour it is given, and who answers for it. Pure.

A part is a requirement of the table, or one of the places of a report that are kept for words. Commentary is of the
whole: a report that is narrowed to some organisations has none, since it speaks of other numbers.
"""

from dataclasses import dataclass
from datetime import datetime

from compliance.domain.figures import Rag
from foundation.errors import DomainError

LONGEST_WORDS, LONGEST_NAME = 2000, 200
"""Letters of the words, and of who answers for it."""
COLOUR_WORDS = {Rag.GREEN: "Green", Rag.AMBER: "Amber", Rag.RED: "Red"}

ANSWERS = "Answers for it: "
"""Before the name of who answers for commentary. From here on nothing of it is published (`without_name`)."""

SUMMARY, QUALITY, NEXT_YEAR = "summary", "quality", "next-year"
PARTS = {
    "annual": (
        (SUMMARY, "Summary"),
        (QUALITY, "Data quality and caveats"),
        (NEXT_YEAR, "Actions for next year"),
    )
}
"""The places for words, by report."""
BY_REQUIREMENT = frozenset({"targets"})
"""Reports in which each requirement has a place for words."""


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody says. No words: nothing is said. `said_by` is who answers for it, not who typed it."""

    words: str
    said_by: str = ""
    rag: Rag | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """A note of the record. `gone_at`: when another took its place or it was taken out."""

    public_id: str
    about: str
    said: Said
    recorded_at: datetime
    recorded_by: str
    gone_at: datetime | None = None


def is_commented(report: str) -> bool:
    """Whether a report has places for words.

    >>> is_commented("annual"), is_commented("expiring")
    (True, False)
    """
    return report in PARTS or report in BY_REQUIREMENT


def checked(said: Said) -> Said:
    """The same in clean letters, an empty line between paragraphs. Raises DomainError for what is too long or missing.

    >>> checked(Said(" One line\\nof  many. \\r\\n\\n\\n Two. ", " The  lead ", Rag.RED)).words
    'One line\\nof many.\\n\\nTwo.'
    """
    words, name = "\n\n".join(paragraphs(said.words)), _one_line(said.said_by)
    if len(words) > LONGEST_WORDS:
        raise DomainError(f"Commentary must be {LONGEST_WORDS:,} characters or fewer")
    if len(name) > LONGEST_NAME:
        raise DomainError(f"Who answers for it must be {LONGEST_NAME} characters or fewer")
    if not words:
        if said.rag is not None:
            raise DomainError("Enter the commentary too: a colour alone says too little")
        return Said("")
    if not name:
        raise DomainError("Enter who answers for it")
    return Said(words, name, said.rag)


def paragraphs(words: str) -> list[str]:
    """The paragraphs of what was typed: empty lines part them."""
    found: list[list[str]] = [[]]
    for line in map(_one_line, words.splitlines()):
        if line:
            found[-1].append(line)
        elif found[-1]:
            found.append([])
    return ["\n".join(lines) for lines in found if lines]


def in_a_cell(said: Said, counted: Rag | None = None, owner: str = "") -> str:
    """Commentary as a table has it: the colour in words first; the counted one beside it where the two differ.

    Whoever answers for it is named where it is not the owner that the table names already.

    >>> in_a_cell(Said("Depots are\\n\\nnext.", "The lead", Rag.AMBER), Rag.RED, "The lead")
    'Amber (by the figure: red). Depots are next.'
    >>> in_a_cell(Said("Done.", "The lead", Rag.GREEN), Rag.GREEN)
    'Green. Done. Answers for it: The lead.'
    """
    words, name = _one_line(said.words), ""
    if said.said_by and said.said_by != owner:
        name = f"{ANSWERS}{said.said_by}."
        words += "" if words.endswith((".", "!", "?")) else "."
    found = [colour(said.rag, counted), words, name]
    return " ".join(filter(None, found))


def as_paragraphs(said: Said) -> tuple[str, ...]:
    """Commentary as paragraphs: the colour, the words, and who answers for them.

    >>> as_paragraphs(Said("Much is\\ndone.\\n\\nMore is to do.", "The lead", Rag.AMBER))
    ('Amber.', 'Much is done.', 'More is to do.', 'Answers for it: The lead.')
    """
    words = map(_one_line, paragraphs(said.words))
    name = f"{ANSWERS}{said.said_by}." if said.said_by else ""
    return tuple(filter(None, (colour(said.rag), *words, name)))


def without_name(text: str) -> str:
    """Commentary, in a cell or a paragraph, without who answers for it.

    Whoever writes these words into the commentary itself loses what follows them: rather that than a name too many.

    >>> without_name("Green. Done. Answers for it: The lead."), without_name("Answers for it: The lead.")
    ('Green. Done.', '')
    """
    return text.partition(ANSWERS)[0].rstrip()


def colour(said: Rag | None, counted: Rag | None = None) -> str:
    """The colour that is said, in words; with the counted one where that is another. Empty where none is said."""
    if said is None:
        return ""
    if counted is None or counted is said:
        return f"{COLOUR_WORDS[said]}."
    return f"{COLOUR_WORDS[said]} (by the figure: {COLOUR_WORDS[counted].lower()})."


def _one_line(text: str) -> str:
    return " ".join("".join(letter for letter in text if letter.isprintable() or letter.isspace()).split())
