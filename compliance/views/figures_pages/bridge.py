"""Why a figure moved between two days: the reasons with their numbers, and the people behind each (docs/bridge.md)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from flask import Response, render_template, request

from compliance import wording
from compliance.domain.bridge import REASONS, Bridge, Reason
from compliance.services.bridge import Moved
from compliance.services.bridge import bridge as bridge_of
from compliance.services.bridge_sources import End
from compliance.views.blueprint import blueprint
from compliance.views.figures_pages.choices import Choices, choices
from compliance.views.figures_pages.known import TypedMoment, typed_moment
from compliance.views.figures_pages.waterfall import Step, steps
from compliance.views.lines import csv_response
from compliance.views.shown import kept
from foundation import clock
from foundation.dates import add_months, day_before, last_month_end
from foundation.db import Session, db
from foundation.errors import NotFound
from foundation.pagination import Page
from people import auth
from people.forms.typed_day import TypedDay, typed_day
from people.services.scope import sees_references

LINE_HEADERS = (
    "requirement",
    "line",
    "people",
    "counted",
    "in_date",
    "counted_more",
    "counted_fewer",
    "in_date_more",
    "in_date_fewer",
    "percent",
)
PEOPLE_HEADERS = (
    "name",
    "requirement",
    "reason",
    "reason_words",
    "counted",
    "in_date",
    "before",
    "after",
    "why",
)


@dataclass(frozen=True, slots=True)
class Quick:
    """Two days worth a link."""

    words: str
    where: dict[str, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters of the page: two days, each as known now or at a moment."""

    choices: Choices
    start: TypedDay
    end: TypedDay
    known_start: TypedMoment
    known_end: TypedMoment
    reason: Reason | None

    @property
    def where(self) -> dict[str, str]:
        """The same filters, for links."""
        return {
            **self.choices.where,
            **kept(
                start=self.start.value.isoformat() if self.start.value else None,
                end=self.end.value.isoformat() if self.end.value else None,
                known_start=self.known_start.address,
                known_end=self.known_end.address,
            ),
        }

    @property
    def problems(self) -> list[tuple[str, str | None]]:
        """What is wrong with the dates, and the boxes to mend."""
        typed = (self.start, self.known_start, self.end, self.known_end)
        return [(each.error, each.first_wrong) for each in typed if each.error]

    @property
    def ends(self) -> tuple[End, End] | None:
        """Both ends; None while a date is wrong."""
        if self.problems or self.start.value is None or self.end.value is None:
            return None
        return End(self.start.value, self.known_start.value), End(self.end.value, self.known_end.value)

    def answer(self, session: Session, moved: list[Moved] | None = None) -> Bridge | None:
        """The bridge; whoever moved is added to `moved`. None while a date is wrong or there is no requirement."""
        ends = self.ends
        if ends is None or not self.choices.requirement:
            return None

        def keep(one: Moved) -> None:
            if moved is not None and self.reason in (None, one.reason):
                moved.append(one)

        found = bridge_of(session, *ends, self.choices.question(), each=keep if moved is not None else None)
        return next(iter(found), None)


def asked(session: Session) -> Asked:
    """Read the filters. For those who may see names: from a few who moved, others could work out who they are."""
    today, now = clock.today(), clock.now()
    reason = request.args.get("reason", "")
    if reason and reason not in set(Reason):
        raise NotFound("There is no such reason.")
    return Asked(
        choices(session, today, with_names=True),
        typed_day("start", "The first date", request.args, last_month_end(day_before(today))),
        typed_day("end", "The second date", request.args, today),
        typed_moment("known_start", request.args, now),
        typed_moment("known_end", request.args, now),
        Reason(reason) if reason else None,
    )


@blueprint.get("/figures/bridge")
@auth.signed_in
def bridge_page() -> str | tuple[str, int]:
    """From one figure to another: the reasons, which add up."""
    session = db.session()
    found = asked(session)
    answer = found.answer(session)
    chosen = found.choices
    text = render_template(
        "compliance/bridge.html",
        title=chosen.title() if chosen.requirement else "",
        start=found.start,
        end=found.end,
        known_start=found.known_start,
        known_end=found.known_end,
        problems=found.problems,
        is_ahead=any(day.value and day.value > chosen.today for day in (found.start, found.end)),
        requirement=chosen.requirement,
        requirement_options=chosen.requirement_options(),
        unit=chosen.unit.public_id if chosen.unit else "",
        unit_options=chosen.reach.unit_options(chosen.unit),
        quick=_quick(chosen),
        answer=answer,
        words=wording.REASON_WORDS,
        steps=_steps(found, answer) if answer else [],
        where=found.where,
        menu_where=chosen.where,
    )
    return (text, 422) if found.problems else text


@blueprint.get("/figures/bridge.csv")
@auth.signed_in
def bridge_csv() -> Response:
    """The same lines as a file."""
    session = db.session()
    found = asked(session)
    answer = found.answer(session)
    if found.ends is None:
        raise NotFound("There are no such days.")
    return csv_response(_lines(answer) if answer else (), LINE_HEADERS, _name("bridge", found))


@blueprint.get("/figures/bridge/people")
@auth.signed_in
def bridge_people() -> str:
    """Whoever moved the figure, for one reason or all, with the facts behind."""
    session = db.session()
    found = asked(session)
    moved = _moved(session, found)
    page = Page.of(request.args.get("page"), len(moved))
    where = {**found.where, **kept(reason=found.reason.value if found.reason else None)}
    return render_template(
        "compliance/bridge_people.html",
        title=found.choices.title() if found.choices.requirement else "",
        start=found.start.value,
        end=found.end.value,
        reason=found.reason,
        words=wording.REASON_WORDS,
        rows=moved[page.offset : page.offset + page.size],
        page=page,
        where=where,
        bridge_where=found.where,
    )


@blueprint.get("/figures/bridge/people.csv")
@auth.signed_in
def bridge_people_csv() -> Response:
    """The same people as a file."""
    session = db.session()
    found = asked(session)
    with_reference = sees_references(auth.reader())
    headers = ("person_ref", *PEOPLE_HEADERS) if with_reference else PEOPLE_HEADERS
    rows = _people(_moved(session, found), with_reference)
    return csv_response(rows, headers, _name("bridge-people", found))


def _moved(session: Session, found: Asked) -> list[Moved]:
    """Sorted as the lines of the bridge are, then by name. Raises NotFound for days that are none."""
    if found.ends is None:
        raise NotFound("There are no such days.")
    moved: list[Moved] = []
    found.answer(session, moved)
    moved.sort(
        key=lambda one: (
            REASONS.index(one.reason),
            one.last_name.casefold(),
            one.first_name.casefold(),
            one.person_ref,
        )
    )
    return moved


def _name(what: str, found: Asked) -> str:
    start, end = found.start.value, found.end.value
    return f"{what}-{start.isoformat() if start else ''}-{end.isoformat() if end else ''}"


def _steps(found: Asked, answer: Bridge) -> list[Step]:
    ends = found.ends
    assert ends is not None
    lines = [(wording.REASON_WORDS[line.reason], line.in_date) for line in answer.lines]
    return steps(ends[0].day, answer.before.in_date, lines, ends[1].day, answer.after.in_date)


def _quick(chosen: Choices) -> list[Quick]:
    """The spans of days that are asked about most; quarters are those of the financial year."""
    today = chosen.today
    month = last_month_end(day_before(today))
    quarter = month
    while quarter.month % 3:
        quarter = last_month_end(day_before(quarter))
    before = last_month_end(add_months(quarter, -3))
    year = date(today.year if today > date(today.year, 3, 31) else today.year - 1, 3, 31)
    spans = [
        ("Since the last month end", month, today),
        ("Last quarter", before, quarter),
        ("Since the last quarter", quarter, today),
        ("This financial year so far", year, today),
        ("Last financial year", date(year.year - 1, 3, 31), year),
    ]
    return [
        Quick(words, {**chosen.where, "start": first.isoformat(), "end": last.isoformat()})
        for words, first, last in spans
    ]


def _lines(answer: Bridge) -> Iterator[Sequence[object]]:
    # Numbers stay numbers: the sign of a text would be taken for the beginning of a formula.
    code = answer.requirement
    for name, figure in (("from", answer.before), ("to", answer.after)):
        if name == "to":
            for line in answer.lines:
                numbers = (
                    line.people,
                    line.counted,
                    line.in_date,
                    line.counted_more,
                    line.counted_fewer,
                    line.in_date_more,
                    line.in_date_fewer,
                )
                yield (code, line.reason.value, *numbers, "")
        yield (code, name, "", figure.counted, figure.in_date, "", "", "", "", figure.percent or "")


def _people(moved: Sequence[Moved], with_reference: bool) -> Iterator[Sequence[object]]:
    for one in moved:
        cells = (
            one.name,
            one.requirement,
            one.reason.value,
            wording.REASON_WORDS[one.reason],
            one.counted,
            one.in_date,
            one.before.status.value if one.before else "",
            one.after.status.value if one.after else "",
            one.why,
        )
        yield (one.person_ref, *cells) if with_reference else cells
