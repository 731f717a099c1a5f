"""The plan at a glance: each action as the report of targets has it, how it went, and what to do next.

All figures come from one question about several days, and judged and compared they are by the very functions of the
report: a number on the page is the number of the report of the same day.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import takewhile

from sqlalchemy.orm import Session

from compliance.domain.figures import Judgement
from compliance.domain.requirement import Kind, RuleBook
from compliance.domain.target import target_for
from courses.domain.planning import IN_PERSON_OR_CALL
from courses.services import evidence_queue
from courses.services.evidence_queue import Choice
from foundation.dates import add_months, financial_year_end, quarter_ends
from people.domain import Account
from reports import store
from reports.catalogue.figures.targets import DEFINITION as TRACKER
from reports.catalogue.figures.targets import last_quarter_end
from reports.domain.asking import Line
from reports.domain.assurance import AssuranceLine, PlannedWorkshop, year_of
from reports.domain.columns import change, net, target_text
from reports.domain.description import Percent, Points
from reports.domain.schedule import COMMENTARY_DAYS, Schedule, goes_on, next_end, waits_days
from reports.services.sources.record import Record
from reports.services.sources.told import planned_from
from reports.store import assurance as assurance_store
from reports.store import schedules as schedule_store

QUARTERS = 5
"""So that a quarter stands beside the same quarter of the year before."""


@dataclass(frozen=True, slots=True)
class Held:
    """A course that is held at a time and counts towards an action: how many are planned, and when the next is."""

    code: str
    title: str
    planned: int
    next_on: date | None


@dataclass(frozen=True, slots=True)
class Action:
    """An action of the plan. `before`: the end of the last quarter. A line is None where it was not in force.

    `is_duty`: people are asked to meet it, and written to.
    """

    line: Line
    target: str
    before: Percent | None
    change: Points | None
    ends: tuple[tuple[date, Line | None], ...]
    ahead: Line | None
    is_duty: bool
    held: tuple[Held, ...]

    @property
    def judgement(self) -> Judgement | None:
        """Against the target; None where nobody is counted."""
        return self.line.judgement


@dataclass(frozen=True, slots=True)
class Sending:
    """A report that goes out by itself: the last day of the period that is next, and the day on which it goes."""

    report: str
    last_day: date
    goes_on: date


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for somebody. None: this reader has nothing to do with it.

    `commentary_until`: the last day on which commentary can be written for it to be in what goes out by itself; None
    where no report of that quarter end is still to go.
    """

    evidence: int
    commentary: tuple[Line, ...] | None
    overdue: tuple[AssuranceLine, ...] | None
    sending: tuple[Sending, ...] | None
    commentary_until: date | None = None


@dataclass(frozen=True, slots=True)
class Glance:
    """The plan on a day. `others`: requirements without a target."""

    day: date
    before_on: date
    year_end: date
    population: str
    actions: tuple[Action, ...]
    others: tuple[Line, ...]
    waiting: Waiting


def glance(session: Session, account: Account, day: date) -> Glance:
    """The plan as an account may see it: a partner lead's is of the people of their own organisations."""
    inside = account.organisation_ids if account.is_partner_lead and not account.sees_everybody else None
    record = Record(session, inside)
    before_on, year_end, ends = last_quarter_end(day), financial_year_end(day), last_quarter_ends(day)
    by_day: dict[date, dict[str, Line]] = {}
    for line in record.trend(sorted({day, before_on, year_end, *ends})):
        by_day.setdefault(line.day, {})[line.requirement] = line
    today = list(by_day.get(day, {}).values())
    aims = [line for line in today if target_for(record.book.targets, line.requirement, day) is not None]
    held = _held(session, record.book, day, [line.requirement for line in aims]) if inside is None else {}
    aims.sort(key=lambda line: _place(line.plan_ref))
    actions = tuple(
        _action(
            line,
            by_day,
            before_on,
            year_end,
            ends,
            held.get(line.requirement, ()),
            is_duty=_is_duty(record.book, line.requirement, day),
        )
        for line in aims
    )
    others = tuple(line for line in today if line not in aims)
    waiting = _waiting(session, account, day, by_day.get(before_on, {}).values())
    return Glance(day, before_on, year_end, record.population, actions, others, waiting)


def last_quarter_ends(day: date) -> list[date]:
    """The last quarter ends that are over on a day, or end on it.

    >>> [end.isoformat() for end in last_quarter_ends(date(2026, 5, 3))][-2:]
    ['2025-12-31', '2026-03-31']
    """
    return list(quarter_ends(add_months(day, -3 * (QUARTERS + 1)), day))[-QUARTERS:]


def _is_duty(book: RuleBook, code: str, day: date) -> bool:
    """Whether it is asked of people: nobody is written to about what is only counted."""
    requirement = book.requirement_on(code, day)
    return requirement is not None and requirement.kind == Kind.DUTY


def _place(plan_ref: str) -> tuple[int, int, str]:
    """Where an action stands in the plan: by its number, those without one last.

    >>> sorted(["36 (PSHE)", "NHS England", "5"], key=_place)
    ['5', '36 (PSHE)', 'NHS England']
    """
    digits = "".join(takewhile(str.isdecimal, plan_ref))
    return (0, int(digits), plan_ref) if digits else (1, 0, plan_ref)


def _action(
    line: Line,
    by_day: Mapping[date, Mapping[str, Line]],
    before_on: date,
    year_end: date,
    ends: Iterable[date],
    held: Sequence[Held],
    *,
    is_duty: bool,
) -> Action:
    then = by_day.get(before_on, {}).get(line.requirement)
    before = None if then is None else net(then.counts)
    return Action(
        line,
        target_text(line),
        before,
        None if before is None else change(net(line.counts), before),
        tuple((end, by_day.get(end, {}).get(line.requirement)) for end in ends),
        by_day.get(year_end, {}).get(line.requirement),
        is_duty,
        tuple(held),
    )


def _held(session: Session, book: RuleBook, day: date, codes: Sequence[str]) -> dict[str, list[Held]]:
    """The courses held at a time that count towards each requirement on a day, with what is planned of them."""
    modes = {mode.value for mode in IN_PERSON_OR_CALL}
    titles = {
        one.code: one.title or one.code
        for one in book.courses
        if one.mode in modes and one.first_day <= day <= one.last_day
    }
    planned: dict[str, list[PlannedWorkshop]] = {}
    for one in planned_from(session, day, titled=False) if titles else ():
        planned.setdefault(one.course, []).append(one)
    return {
        code: [
            Held(
                course,
                titles[course],
                len(planned.get(course, ())),
                planned[course][0].day if course in planned else None,
            )
            for course in sorted(
                {
                    line.course
                    for line in book.accepted
                    if line.requirement == code
                    and line.first_day <= day <= line.last_day
                    and (line.taken_to is None or line.taken_to >= day)
                }
                & titles.keys()
            )
        ]
        for code in codes
    }


def _waiting(session: Session, account: Account, day: date, before: Iterable[Line]) -> Waiting:
    organisations = None if account.sees_everybody else account.organisation_ids
    evidence = evidence_queue.count(session, Choice(day, organisations))
    if not account.sees_everybody:
        return Waiting(evidence, None, None, None)
    quarter_end = last_quarter_end(day)
    # Two schedules of one report send the same: it is said once.
    sending = tuple(dict.fromkeys(_sending(one, day) for one in schedule_store.schedules(session)))
    until = quarter_end + timedelta(days=COMMENTARY_DAYS)
    waits = any((one.report, one.last_day) == (TRACKER.key, quarter_end) for one in sending)
    return Waiting(
        evidence,
        tuple(_without_commentary(session, quarter_end, before)),
        tuple(assurance_store.overdue(session, day, year_of(day))),
        sending,
        until if waits and day <= until else None,
    )


def _without_commentary(session: Session, quarter_end: date, lines: Iterable[Line]) -> list[Line]:
    """The actions of the plan about which nobody has said anything for a quarter end."""
    told = store.standing_notes(session, TRACKER.key, quarter_end)
    return [line for line in lines if line.judgement is not None and line.requirement not in told]


def _sending(schedule: Schedule, day: date) -> Sending:
    wanted, waits = schedule.wanted, waits_days(schedule.wanted.report)
    end = next_end(wanted.every, wanted.first_day, schedule.issued_to, day, waits)
    return Sending(wanted.report, end, goes_on(end, waits))
