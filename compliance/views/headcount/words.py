"""What the pages of headcounts say about sectors, courses and periods."""

from compliance.domain.headcount import Declared, DeclaredKind
from compliance.store.rules import load_rules
from foundation.db import Session
from foundation.formats import long_date
from people.domain import Sector
from people.wording import SECTOR_WORDS

NO_POST = "No post on the day"


def sector_words(sector: str | None) -> str:
    """A sector as people read it; completions of whoever held no post that day stand by themselves."""
    return NO_POST if sector is None else SECTOR_WORDS[Sector(sector)]


def course_titles(session: Session) -> dict[str, str]:
    """The courses that the rule book ever listed, by code: how each was called last."""
    lines = load_rules(session).book.course_lines
    return {code: of_code[-1].title or code for code, of_code in lines.items()}


def whose_words(declared: Declared) -> str:
    """Whose people a number is of: an organisation, or a whole sector."""
    return declared.organisation or f"{sector_words(declared.sector)}, the whole sector"


def days_words(declared: Declared) -> str:
    """The days of a number; a starting number is of everything until its last."""
    last = long_date(declared.days.last)
    if declared.kind is DeclaredKind.STARTING:
        return f"Up to {last}"
    return f"{long_date(declared.days.first)} to {last}"
