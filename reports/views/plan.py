"""The plan at a glance: how each action stands today, how it went, and what is to be done next."""

from dataclasses import dataclass

from flask import render_template, url_for

from foundation import clock
from foundation.db import db
from foundation.formats import count_noun, fraction, long_date
from people import auth
from people.domain import Account
from reports.catalogue.figures.targets import DEFINITION as TRACKER
from reports.domain.assurance import BY_KEY, overdue_words
from reports.domain.columns import net
from reports.domain.description import Points
from reports.services import building
from reports.services import plan as service
from reports.services.plan import Action, Glance, Waiting
from reports.views.blueprint import blueprint
from reports.views.catalogue import READS


@dataclass(frozen=True, slots=True)
class Point:
    """A quarter end of an action: its figure in words, and the percentage as a number; None: nobody was counted."""

    label: str
    figure: str
    percent: float | None


@dataclass(frozen=True, slots=True)
class Step:
    """Something to do next: the words of the link, and where it leads."""

    words: str
    href: str


@dataclass(frozen=True, slots=True)
class Shown:
    """An action of the plan in words."""

    action: Action
    title: str
    figure: str
    moved: str
    ahead: str
    points: tuple[Point, ...]
    target: float | None
    missing: str
    steps: tuple[Step, ...]


@blueprint.get("/reports/plan")
@auth.only_for(*READS)
def plan() -> str:
    """Each action of the plan today, and what waits for whoever runs it."""
    account = auth.reader()
    found = service.glance(db.session(), account, clock.today())
    return render_template(
        "reports/plan.html",
        day=found.day,
        population=found.population,
        year_end=found.year_end,
        shown=[_shown(account, found, one) for one in found.actions],
        others=[(line, fraction(line.counts.in_date, line.counts.counted)) for line in found.others],
        waiting=_waiting(found, found.waiting),
    )


def _shown(account: Account, found: Glance, action: Action) -> Shown:
    line, judgement = action.line, action.judgement
    return Shown(
        action=action,
        title=f"Action {line.plan_ref}: {line.title}" if line.plan_ref else line.title,
        figure=fraction(line.counts.in_date, line.counts.counted),
        moved=_moved(found, action),
        ahead=fraction(action.ahead.counts.in_date, action.ahead.counts.counted) if action.ahead else "",
        points=tuple(
            Point(
                long_date(end),
                fraction(at.counts.in_date, at.counts.counted) if at else "not in force",
                _number(net(at.counts).tenths) if at else None,
            )
            for end, at in action.ends
        ),
        target=float(judgement.target) if judgement else None,
        missing=_missing(action),
        steps=tuple(_steps(account, action)),
    )


def _number(tenths: int | None) -> float | None:
    return None if tenths is None else tenths / 10


def _moved(found: Glance, action: Action) -> str:
    """The change since the last quarter in words."""
    if action.before is None or action.change is None:
        return f"No figure on {long_date(found.before_on)} to compare with"
    since = f"since {long_date(found.before_on)} ({action.before})"
    if not action.change.tenths:
        return f"No change {since}"
    direction = "Up" if action.change.tenths > 0 else "Down"
    unit = "point" if abs(action.change.tenths) == 10 else "points"
    return f"{direction} {Points(abs(action.change.tenths))} {unit} {since}".replace("+", "")


def _missing(action: Action) -> str:
    judgement = action.judgement
    if judgement is None:
        return "Nobody is counted"
    if not judgement.people_to_target:
        return "None: the target is met"
    return f"{count_noun(judgement.people_to_target, 'more person', 'more people')} in date would reach it"


def _steps(account: Account, action: Action) -> list[Step]:
    """What to do next, as far as this reader may."""
    counts, code = action.line.counts, action.line.requirement
    late = counts.counted - counts.in_date
    steps = []
    if late:
        people = url_for("compliance.people", requirement=code, show="all_to_do")
        steps.append(Step(f"{count_noun(late, 'person is', 'people are')} counted and not in date", people))
    if account.sees_everybody:
        if late and action.is_duty:
            steps.append(Step("Who is written to next", url_for("reminders.plan", requirement=code)))
        for held in action.held:
            planned = count_noun(held.planned, "workshop planned", "workshops planned")
            ahead = f"{planned}, the next on {long_date(held.next_on)}" if held.next_on else "none planned"
            steps.append(
                Step(f"Need for {held.title}: {ahead}", url_for("compliance.workshop_need", course=held.code))
            )
    return steps


def _waiting(found: Glance, waiting: Waiting) -> list[Step]:
    """What waits, each with the way to it; what does not wait is left out."""
    steps = []
    if waiting.evidence:
        words = count_noun(waiting.evidence, "completion waits", "completions wait")
        steps.append(Step(f"{words} for a check", url_for("courses.evidence_queue")))
    if waiting.commentary:
        on = count_noun(len(waiting.commentary), "action", "actions")
        words = f"No commentary for {long_date(found.before_on)} yet on {on}"
        if waiting.commentary_until is not None:
            words += f". Write it by {long_date(waiting.commentary_until)} for it to be in the report that goes out"
        address = url_for("reports.commentary", key=TRACKER.key, as_at=found.before_on.isoformat())
        steps.append(Step(words, address))
    for late in waiting.overdue or ():
        words = f"{overdue_words(late.says, found.day)}: {BY_KEY[late.criterion].title}"
        steps.append(Step(words, url_for("reports.assurance_line", criterion=late.criterion, year=late.year)))
    titles = building.titles()
    for one in waiting.sending or ():
        title = titles.get(one.report, one.report)
        due = "is due to be sent" if one.goes_on <= found.day else "goes out by itself"
        words = f"{title} {due}, as at {long_date(one.last_day)}"
        steps.append(Step(words, url_for("reports.schedules")))
    return steps
