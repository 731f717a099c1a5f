"""Why a requirement is somebody's, in a few words: for their own page and the report of it."""

from collections.abc import Collection, Sequence

from compliance import wording
from compliance.domain.requirement import EVERYONE, Requirement, RuleBook
from compliance.domain.spans import Span


def own_reason(
    book: RuleBook, requirement: Requirement, span: Span, posts: Sequence[tuple[str, Collection[str]]]
) -> str:
    """From the role that gives the day by which it is due (counting rule 3). `posts`: job titles and role codes."""
    if span.role == EVERYONE:
        return wording.everyone_reason(units=bool(requirement.units), sectors=bool(requirement.sectors))
    holding = [job_title for job_title, roles in posts if span.role in roles]
    return wording.role_reason(book.role_titles.get(span.role) or span.role, len(posts), holding)
