"""Reading and writing what people thought of workshops: answers of nobody, and how many were there."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime
from secrets import randbelow

from sqlalchemy import BindParameter, bindparam, func, insert, select
from sqlalchemy.orm import Session

from courses.domain.evaluation import When
from courses.domain.evaluation_results import Answer
from courses.domain.workshops import Outcome
from courses.models.workshops import AttendanceRow, EvaluationAnswerRow, RegisterClosedRow, WorkshopGuestRow
from foundation.facts import known

_AMONG: BindParameter[int] = bindparam("workshop_ids", expanding=True)
_HAS_ANSWERED = select(EvaluationAnswerRow.id).where(
    EvaluationAnswerRow.workshop_id == bindparam("workshop_id"),
    EvaluationAnswerRow.asked == bindparam("asked"),
    EvaluationAnswerRow.pair == bindparam("pair"),
)
# By the pair, so that nobody sees in which order people answered.
_ANSWERS = (
    select(
        EvaluationAnswerRow.workshop_id,
        EvaluationAnswerRow.pair,
        EvaluationAnswerRow.asked,
        EvaluationAnswerRow.marks,
    )
    .where(EvaluationAnswerRow.workshop_id.in_(_AMONG))
    .order_by(EvaluationAnswerRow.workshop_id, EvaluationAnswerRow.pair, EvaluationAnswerRow.asked)
)
# The first time, whatever became of that: answers that were shown once are not added to.
_FIRST_CLOSED = (
    select(RegisterClosedRow.workshop_id, func.min(RegisterClosedRow.recorded_at))
    .where(RegisterClosedRow.workshop_id.in_(_AMONG))
    .group_by(RegisterClosedRow.workshop_id)
    .order_by(RegisterClosedRow.workshop_id)
)
_ATTENDED = (
    select(AttendanceRow.workshop_id, func.count())
    .where(
        known(AttendanceRow, None),
        AttendanceRow.workshop_id.in_(_AMONG),
        AttendanceRow.outcome.in_((Outcome.ATTENDED.value, Outcome.PARTIAL.value)),
    )
    .group_by(AttendanceRow.workshop_id)
    .order_by(AttendanceRow.workshop_id)
)
_GUESTS = (
    select(WorkshopGuestRow.workshop_id, func.count())
    .where(known(WorkshopGuestRow, None), WorkshopGuestRow.workshop_id.in_(_AMONG))
    .group_by(WorkshopGuestRow.workshop_id)
    .order_by(WorkshopGuestRow.workshop_id)
)


def has_answered(session: Session, workshop_id: int, asked: When, pair: str) -> bool:
    """Whether there is an answer with this pair token at this moment."""
    values = {"workshop_id": workshop_id, "asked": asked.value, "pair": pair}
    return session.connection().execute(_HAS_ANSWERED, values).first() is not None


def record_answer(
    session: Session, workshop_id: int, asked: When, pair: str, marks: Collection[int], day: date
) -> None:
    """Record a set of answers of nobody.

    Its number is drawn: one that counted up would keep the order of the answers, and with it whose they are for
    whoever has a web server's log.
    """
    answer_id = _drawn()
    while session.get(EvaluationAnswerRow, answer_id) is not None:
        answer_id = _drawn()
    session.execute(
        insert(EvaluationAnswerRow).values(
            id=answer_id,
            workshop_id=workshop_id,
            asked=asked.value,
            pair=pair,
            marks=list(marks),
            answered_on=day,
        )
    )


def _drawn() -> int:
    """A number that a column of 32 bits holds. Answers are written one at a time, so one that is free stays so."""
    return randbelow(2**31 - 1) + 1


def answers(session: Session, workshop_ids: Collection[int]) -> dict[int, list[Answer]]:
    """The answers about each of these workshops."""
    found: dict[int, list[Answer]] = defaultdict(list)
    rows = session.connection().execute(_ANSWERS, {"workshop_ids": sorted(workshop_ids)})
    for workshop_id, pair, asked, marks in rows:
        found[workshop_id].append(Answer(pair, When(asked), tuple(marks)))
    return found


def first_closed(session: Session, workshop_ids: Collection[int]) -> dict[int, datetime]:
    """When the register of each of these workshops was closed for the first time."""
    rows = session.execute(_FIRST_CLOSED, {"workshop_ids": sorted(workshop_ids)})
    return {workshop_id: at for workshop_id, at in rows}  # noqa: C416 -- dict() does not see that a row is a pair


def attended(session: Session, workshop_ids: Collection[int]) -> dict[int, int]:
    """How many people were at each of these workshops, guests and those who left early among them."""
    found: dict[int, int] = dict.fromkeys(workshop_ids, 0)
    for query in (_ATTENDED, _GUESTS):
        for workshop_id, many in session.execute(query, {"workshop_ids": sorted(workshop_ids)}):
            found[workshop_id] += many
    return found
