"""The lines of the list of a manager's team, a page of them or all, in any order."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, func, literal, or_, select
from sqlalchemy.orm import Session

from compliance.domain.spans import Status
from compliance.models import RequirementRow, StatusSpanRow
from compliance.store.lists import SHAPES, SPAN_COLUMNS, STREAM, Listed, Post, posts_on, span_of
from compliance.store.team_choice import (
    OF_PERSON,
    TODAY,
    Chosen,
    Group,
    Shape,
    Sort,
    line_group,
    shape_of,
    span_status,
    values_of,
    wanted,
)
from compliance.wording import URGENCY
from foundation.dates import FAR_DAY
from foundation.plain_column import plain_of
from people.models import PersonDetailRow, PersonRow


def count_by_group(session: Session, chosen: Chosen) -> dict[Group, int]:
    """How many lines the list has in each group, by the other filters."""
    shape = shape_of(chosen, named=bool(chosen.name))
    found = session.connection().execute(_count_by_group(shape), values_of(chosen))
    return {Group(group): lines for group, lines in found}


@lru_cache(maxsize=SHAPES)
def _count_by_group(shape: Shape) -> Select[*tuple[Any, ...]]:
    query = select(line_group.label("line_group"), func.count()).select_from(StatusSpanRow)
    if shape.named:
        query = query.outerjoin(PersonDetailRow, OF_PERSON)
    return query.where(*TODAY, *wanted(shape)).group_by("line_group")


def listed(
    session: Session, chosen: Chosen, courses: Mapping[int, str], *, offset: int = 0, limit: int | None = None
) -> Iterator[Listed]:
    """The lines of the list in its order. Without a limit, streamed to the end."""
    shape = shape_of(chosen, named=bool(chosen.name), group=chosen.group)
    rows = session.connection().execute(
        _listed(shape, chosen.sort, chosen.downwards, limit is not None),
        {**values_of(chosen), "offset": offset, "limit": limit},
        execution_options={"yield_per": STREAM} if limit is None else {},
    )
    for some in rows.partitions(STREAM):
        posts = posts_on(session, chosen.team.day, [row.person_id for row in some])
        for row in some:
            yield line_of(row, courses, posts)


def line_of(row: Any, courses: Mapping[int, str], posts: Mapping[int, Post]) -> Listed:
    """A row that ends with the columns of `status_span` as a line of a list."""
    return Listed(
        person_id=row.person_id,
        public_id=row.public_id,
        person_ref=row.person_ref,
        first_name=row.first_name or "",
        last_name=row.last_name or "",
        requirement_id=row.requirement_id,
        span=span_of(row, courses),
        post=posts.get(row.person_id),
    )


_URGENCY = case(
    {status.value: place for place, status in enumerate(URGENCY)},
    value=span_status,
    else_=literal(len(URGENCY)),
)
_PRESSING = (Status.NOT_YET_DUE.value, Status.AWAITING_CHECK.value, Status.OUTSTANDING.value)
"""The statuses in which the due day is still to come or was missed, and so is shown."""
_LAPSED = and_(span_status == Status.AWAITING_CHECK.value, StatusSpanRow.reason_last_day.is_not(None))
"""What counted before ran out, and what is to renew it waits for a check (`Span.lapsed_on`)."""
_DUE = case(
    (_LAPSED, FAR_DAY),
    (span_status.in_(_PRESSING), func.coalesce(StatusSpanRow.due_on, FAR_DAY)),
    else_=FAR_DAY,
)
_ENDS = or_(StatusSpanRow.covered, span_status == Status.EXPIRED.value)
_VALID = case(
    (_LAPSED, StatusSpanRow.reason_last_day),
    (_ENDS, func.coalesce(StatusSpanRow.valid_until, FAR_DAY)),
    else_=FAR_DAY,
)
NAMES: tuple[ColumnElement[Any], ...] = (
    plain_of(PersonDetailRow.last_name),
    plain_of(PersonDetailRow.first_name),
    PersonRow.person_ref.expression,
)
_ORDER: Mapping[Sort, tuple[ColumnElement[Any], ...]] = {
    Sort.NAME: NAMES,
    Sort.STATUS: (_URGENCY, _DUE, _VALID),
    Sort.DUE: (_DUE,),
    Sort.VALID: (_VALID,),
}
_MISSING: Mapping[Sort, ColumnElement[int]] = {
    sort: case((day == FAR_DAY, 1), else_=0) for sort, day in ((Sort.DUE, _DUE), (Sort.VALID, _VALID))
}
"""Lines without the day that the list is sorted by come last, whichever way it is sorted."""
OF_SPANS = (
    select(
        PersonRow.id.label("person_id"),
        PersonRow.public_id,
        PersonRow.person_ref,
        PersonDetailRow.first_name,
        PersonDetailRow.last_name,
        *SPAN_COLUMNS,
    )
    .select_from(StatusSpanRow)
    .join(PersonRow, PersonRow.id == StatusSpanRow.person_id)
    .join(RequirementRow, RequirementRow.id == StatusSpanRow.requirement_id)
    .outerjoin(PersonDetailRow, OF_PERSON)
)


@lru_cache(maxsize=SHAPES)
def _listed(shape: Shape, sort: Sort, downwards: bool, limited: bool) -> Select[*tuple[Any, ...]]:
    order = [column.desc() if downwards else column.asc() for column in _ORDER[sort]]
    if sort in _MISSING:
        order.insert(0, _MISSING[sort].asc())
    query = OF_SPANS.where(*TODAY, *wanted(shape)).order_by(*order, *NAMES, RequirementRow.code)
    return query.offset(bindparam("offset")).limit(bindparam("limit")) if limited else query
