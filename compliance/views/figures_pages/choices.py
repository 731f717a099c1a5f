"""The choices that the pages about figures share: whose figures, of which requirement, for which unit."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from flask import abort, request

from compliance.domain.requirement import Kind, RuleBook
from compliance.services.figures import Question, Reference
from compliance.views.reach import Reach, figures_reach
from compliance.views.shown import kept, requirement_options
from foundation.db import Session
from foundation.errors import NotFound
from people import auth
from people.store import Unit
from people.wording import SECTOR_WORDS


@dataclass(frozen=True, slots=True)
class Choices:
    """One requirement, one unit or all, and how far the reader's figures reach."""

    reach: Reach
    reference: Reference
    today: date
    requirement: str
    unit: Unit | None

    @property
    def book(self) -> RuleBook:
        return self.reference.rules.book

    @property
    def where(self) -> dict[str, str]:
        """The same choices, for links."""
        return kept(requirement=self.requirement, unit=self.unit.public_id if self.unit else None)

    def question(self, known_at: datetime | None = None) -> Question:
        """The question that they ask."""
        return replace(self.reach.question(self.requirement, self.unit), known_at=known_at)

    def requirement_options(self) -> list[tuple[str, str]]:
        """What the choice of requirements offers."""
        return requirement_options(self.book, self.today, every=False)

    def title(self, day: date | None = None) -> str:
        """How the requirement is called on a day."""
        return requirement_title(self.book, self.requirement, day or self.today)


def choices(
    session: Session, today: date, known_at: datetime | None = None, *, with_names: bool = False
) -> Choices:
    """Read them. `with_names`: the page is only for those who may see names behind the figures.

    Raises NotFound for a requirement or unit that is no choice.
    """
    reference = Reference.read(session)
    reach = figures_reach(session, auth.reader(), today, reference.tree.units)
    if with_names and not reach.names:
        abort(403)
    book = reference.rules.book
    wanted = request.args.get("requirement", "")
    if wanted and wanted not in book.codes:
        raise NotFound("There is no such requirement.")
    if known_at is not None:
        reference = Reference.read(session, known_at)
    return Choices(
        reach,
        reference,
        today,
        wanted or first_requirement(book, today),
        reach.unit(request.args.get("unit", "")),
    )


def first_requirement(book: RuleBook, day: date) -> str:
    """What is shown where nothing is chosen: the first duty with a target, else the first requirement; or none."""
    aimed = {target.requirement for target in book.targets if target.first_day <= day <= target.last_day}
    duties = (code for code in book.codes if code in aimed and _is_duty(book, code, day))
    return next(duties, book.codes[0] if book.codes else "")


def _is_duty(book: RuleBook, code: str, day: date) -> bool:
    line = book.requirement_on(code, day)
    return line is not None and line.kind == Kind.DUTY


def requirement_title(book: RuleBook, code: str, day: date) -> str:
    """How a requirement is called on a day, or was called last."""
    line = book.requirement_on(code, day) or book.latest(code)
    return (line.title if line else "") or code


def sector_options() -> list[tuple[str, str]]:
    """What the choice of sectors offers: (code, words)."""
    return [("", "All sectors"), *((sector.value, words) for sector, words in SECTOR_WORDS.items())]


def sector_words(sector: str) -> str:
    """A sector as people read it. Raises NotFound for what is none."""
    return one_of(dict(sector_options()), sector)


def one_of(options: dict[str, str], wanted: str) -> str:
    """The words of a choice. Raises NotFound for what is no choice."""
    if wanted not in options:
        raise NotFound("There is no such choice.")
    return options[wanted]


def is_one_of(values: Iterable[str], wanted: str) -> str:
    """A value of the query string that must be one of these. Raises NotFound for any other."""
    if wanted not in values:
        raise NotFound("There is no such choice.")
    return wanted
