"""Messages put together from their parts: subject and body, from what is to be said and the templates.

Nothing here asks a database, so that the words can be read and tested by themselves.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import groupby

from compliance.domain.requirement import ReminderStep, StepKind, StepTo
from foundation.formats import long_date
from reminders.domain.due import Digest
from reminders.services.writing.frame import Letterhead, plain_name
from reminders.services.writing.things import TeamLine, Thing, tell_us_path
from reminders.store.team_standing import Figure

LETTER = "letter"
KEPT = 1024
"""Words that are kept: thousands of people have the same thing to do by the same day."""
_KINDS = {
    kind.value: place for place, kind in enumerate((StepKind.OVERDUE, StepKind.BEFORE, StepKind.WELCOME))
}
_TO = {to.value: place for place, to in enumerate((StepTo.MANAGER, StepTo.HEAD_OF_SERVICE))}


@dataclass(frozen=True, slots=True)
class News:
    """Something about somebody in a team: the step that tells of it, whom it is about, and who manages them."""

    step: ReminderStep
    person_id: int
    line: TeamLine
    manager: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a team's digest. `groups`: the manager's name, or "", with the lines of the people there."""

    heading: str
    groups: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class TeamNews:
    """All that a manager or head of service is told in one message. `earlier`: how many others are overdue."""

    first_name: str
    as_at: date
    figure: Figure
    news: tuple[News, ...]
    tell: tuple[TeamLine, ...] = ()
    earlier: int = 0

    @property
    def is_head(self) -> bool:
        """Whether it is all about people below other managers."""
        return (
            bool(self.news) and not self.tell and all(_to(one) == StepTo.HEAD_OF_SERVICE for one in self.news)
        )


def _to(news: News) -> str:
    return news.step.to


def template_of(step: ReminderStep) -> str:
    """The folder with the words of a step, in templates/emails."""
    return f"{step.kind}_{step.to}"


def person_words(
    letterhead: Letterhead, first_name: str, things: Sequence[Thing], *, weekly: bool = False
) -> tuple[str, str]:
    """Subject and body for whoever has these things to do; `weekly`: they chose to hear once a week."""
    ordered = sorted(things, key=lambda thing: thing.pressing)
    if len(ordered) == 1:
        subject = _subject(letterhead, ordered[0])
    else:
        subject = letterhead.subject(Digest.PERSON.value, things=ordered)
    body = letterhead.body(
        Digest.PERSON.value,
        first_name=plain_name(first_name),
        things=ordered,
        blocks=_blocks(letterhead, ordered),
        my_training=letterhead.my_training,
        tell_us=letterhead.address(tell_us_path(ordered)),
        frequency=letterhead.frequency,
        weekly=weekly,
    )
    return subject, body


def letter_words(letterhead: Letterhead, first_name: str, things: Sequence[Thing]) -> tuple[str, str]:
    """The same for paper: subject and body."""
    ordered = sorted(things, key=lambda thing: thing.pressing)
    return (
        letterhead.subject(LETTER, things=ordered),
        letterhead.body(
            LETTER, first_name=plain_name(first_name), things=ordered, blocks=_blocks(letterhead, ordered)
        ),
    )


def _of_person(thing: Thing) -> str:
    return f"{thing.kind}_{StepTo.PERSON}"


def _blocks(letterhead: Letterhead, things: Sequence[Thing]) -> list[str]:
    return [_block(letterhead, thing) for thing in things]


@lru_cache(maxsize=KEPT)
def _subject(letterhead: Letterhead, thing: Thing) -> str:
    return letterhead.subject(_of_person(thing), thing=thing)


@lru_cache(maxsize=KEPT)
def _block(letterhead: Letterhead, thing: Thing) -> str:
    return letterhead.body(_of_person(thing), thing=thing).rstrip()


def team_words(letterhead: Letterhead, told: TeamNews) -> tuple[str, str]:
    """Subject and body for a manager or head of service."""
    reader = StepTo.HEAD_OF_SERVICE if told.is_head else StepTo.MANAGER
    overdue = [one for one in told.news if one.step.kind == StepKind.OVERDUE and _to(one) == reader]
    return (
        letterhead.subject(
            Digest.TEAM.value,
            figure=told.figure,
            is_head=told.is_head,
            overdue=len({one.person_id for one in overdue}),
            days=min((one.step.days for one in overdue), default=0),
        ),
        letterhead.body(
            Digest.TEAM.value,
            first_name=plain_name(told.first_name),
            figure=told.figure,
            is_head=told.is_head,
            sections=_sections(letterhead, told.news),
            tell=[_line(letterhead, _TELL, line) for line in _by_day(told.tell)],
            earlier=told.earlier,
            as_at=long_date(told.as_at),
            my_team=letterhead.my_team(below=any(_to(one) == StepTo.HEAD_OF_SERVICE for one in told.news)),
        ),
    )


_TELL = f"{StepKind.BEFORE}_{StepTo.MANAGER}"


def _sections(letterhead: Letterhead, news: Sequence[News]) -> list[Section]:
    ordered = sorted(news, key=_place)
    sections = []
    for (template, days), some in groupby(ordered, key=_section):
        found = list(some)
        groups = [
            (plain_name(manager), tuple(_line(letterhead, template, one.line) for one in of_manager))
            for manager, of_manager in groupby(found, key=lambda one: one.manager)
        ]
        sections.append(Section(letterhead.subject(template, days=days), tuple(groups)))
    return sections


def _section(news: News) -> tuple[str, int]:
    """What stands under one heading: the words of a step, and of those overdue the same number of days."""
    return template_of(news.step), news.step.days if news.step.kind == StepKind.OVERDUE else 0


def _place(news: News) -> tuple[int, int, int, str, date, str, str]:
    """One's own team first, what is overdue first; then by manager, and whoever has waited longest."""
    line, days = news.line, _section(news)[1]
    return _TO[_to(news)], _KINDS[news.step.kind], days, news.manager, line.deadline, line.name, line.title


def _by_day(lines: Sequence[TeamLine]) -> list[TeamLine]:
    return sorted(lines, key=lambda line: (line.deadline, line.name, line.title))


def _line(letterhead: Letterhead, template: str, line: TeamLine) -> str:
    return letterhead.line(f"{template}/body", line=line)
