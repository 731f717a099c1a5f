"""How parts of figures are called, and which figures belong side by side."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from compliance.domain.groups import NO_ROLE
from compliance.domain.requirement import RuleBook
from compliance.services.figures import By, FigureRow
from compliance.views.figures_pages.choices import sector_words
from compliance.views.shown import is_measure

NO_ROLE_WORDS = "No role"


def group_words(by: By, group: str, role_titles: Mapping[str, str]) -> str:
    """A role or a sector as people read it."""
    if by is By.SECTOR:
        return sector_words(group)
    return NO_ROLE_WORDS if group == NO_ROLE else role_titles.get(group, group)


def literal_and_effective(book: RuleBook, rows: Iterable[FigureRow]) -> list[list[FigureRow]]:
    """Figures of the same action of the plan, the duty first: any accepted course; then the measure: its letter alone.

    Only where there are both (domain facts, trap 6 of the plan).
    """
    found: dict[str, list[FigureRow]] = defaultdict(list)
    for row in rows:
        if row.plan_ref:
            found[row.plan_ref].append(row)
    result = []
    for together in found.values():
        measures = [is_measure(book, row.requirement, row.day) for row in together]
        if any(measures) and not all(measures):
            result.append(
                [row for _, row in sorted(zip(measures, together, strict=True), key=lambda pair: pair[0])]
            )
    return result
