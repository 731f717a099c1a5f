"""Reads about schools: who holds a post there, how its leads stand, when people there were last at a session."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from compliance.domain.groups import Post
from compliance.domain.schools import Standing
from compliance.domain.spans import Status
from compliance.models import StatusSpanRow
from courses.domain import ACCEPTED_EVIDENCE, Mode
from courses.models import CompletionRow, CourseLineRow
from foundation.facts import known
from people import store as people
from people.domain import Category
from people.models import PersonDetailRow, PostSpellRow, UnitRow

SESSIONS = (Mode.WORKSHOP, Mode.WEBINAR, Mode.BRIEFING)
"""The courses to which people come together."""


def people_holding(
    session: Session, day: date, organisation_ids: Collection[int], is_held: Callable[[Post], bool]
) -> dict[int, list[int]]:
    """Who holds a post in these organisations on a day that `is_held` is true of, by organisation, in order of ids."""
    where = people.places(session)
    by_hand = {
        person_id: frozenset(one.role for one in grants if one.first_day <= day <= one.last_day)
        for person_id, grants in people.role_grants(session, None).items()
    }
    detail = (PersonDetailRow.person_id == PostSpellRow.person_id) & known(PersonDetailRow, None)
    query = (
        select(
            UnitRow.organisation_id,
            PostSpellRow.person_id,
            PostSpellRow.unit_id,
            PostSpellRow.job_title,
            PostSpellRow.roles,
            func.coalesce(PersonDetailRow.category, Category.EMPLOYEE.value),
        )
        .select_from(PostSpellRow)
        .join(UnitRow, UnitRow.id == PostSpellRow.unit_id)
        .outerjoin(PersonDetailRow, detail)
        .where(
            UnitRow.organisation_id.in_(sorted(organisation_ids)),
            known(PostSpellRow, None),
            PostSpellRow.last_day >= day,
            PostSpellRow.first_day <= day,
        )
        .order_by(UnitRow.organisation_id, PostSpellRow.person_id, PostSpellRow.id)
    )
    found: dict[int, dict[int, None]] = defaultdict(dict)
    for organisation_id, person_id, unit_id, title, roles, category in session.execute(query):
        named = frozenset(roles.split(";")) if roles else frozenset()
        post = Post(where[unit_id], title, named | by_hand.get(person_id, frozenset()), category)
        if is_held(post):
            found[organisation_id][person_id] = None
    return {organisation_id: list(some) for organisation_id, some in found.items()}


def standings(
    session: Session, day: date, person_ids: Collection[int], codes: Mapping[int, str]
) -> dict[int, dict[str, Standing]]:
    """How each of these people stands on a day, by requirement; from the timelines."""
    query = select(
        StatusSpanRow.person_id, StatusSpanRow.requirement_id, StatusSpanRow.status, StatusSpanRow.valid_until
    ).where(
        StatusSpanRow.person_id.in_(sorted(person_ids)),
        StatusSpanRow.first_day <= day,
        StatusSpanRow.last_day >= day,
    )
    found: dict[int, dict[str, Standing]] = defaultdict(dict)
    for person_id, requirement_id, status, valid_until in session.execute(query):
        found[person_id][codes[requirement_id]] = Standing(Status(status), valid_until)
    return found


def last_sessions(session: Session, day: date, organisation_ids: Collection[int]) -> dict[int, date]:
    """The last day, by `day`, on which somebody who held a post in each of these organisations was at a session.

    Of completions that are believed and were not revoked, as in headcounts (`compliance.store.declared.trained`).
    """
    query = (
        select(UnitRow.organisation_id, func.max(CompletionRow.completed_on))
        .select_from(UnitRow)
        .join(PostSpellRow, PostSpellRow.unit_id == UnitRow.id)
        .join(
            CompletionRow,
            (CompletionRow.person_id == PostSpellRow.person_id)
            & CompletionRow.completed_on.between(PostSpellRow.first_day, PostSpellRow.last_day),
        )
        .join(
            CourseLineRow,
            (CourseLineRow.course_id == CompletionRow.course_id)
            & CompletionRow.completed_on.between(CourseLineRow.first_day, CourseLineRow.last_day),
        )
        .where(
            UnitRow.organisation_id.in_(sorted(organisation_ids)),
            known(PostSpellRow, None),
            known(CompletionRow, None),
            known(CourseLineRow, None),
            CourseLineRow.mode.in_(SESSIONS),
            CompletionRow.completed_on <= day,
            CompletionRow.evidence.in_(ACCEPTED_EVIDENCE),
            CompletionRow.revoked_on.is_(None),
        )
        .group_by(UnitRow.organisation_id)
        .order_by(UnitRow.organisation_id)
    )
    return dict(session.execute(query).all())
