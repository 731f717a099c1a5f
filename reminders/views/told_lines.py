"""What was written about somebody, as lines of their own page and of the page for whoever may see them."""

from dataclasses import dataclass
from datetime import date

from compliance.domain.requirement import RuleBook
from foundation import clock
from reminders import wording
from reminders.domain.by_hand import is_by_hand
from reminders.domain.step_told import step_told
from reminders.store.told import DigestLine, ToldLine


@dataclass(frozen=True, slots=True)
class Line:
    """One reminder in words. `when`: the day on which it was sent or printed, else that of the plan.

    `message`: the public id of the message that holds it, or empty.
    """

    when: date
    requirement: str
    step: str
    to: str
    became: str
    tone: str
    deadline: date
    message: str


@dataclass(frozen=True, slots=True)
class OtherLine:
    """A message about others, or about work that waits, in words."""

    when: date
    what: str
    became: str
    tone: str
    message: str


def step_words(book: RuleBook, requirement: str, code: str, on: date) -> str:
    """By which step a duty was spoken of on the day of a plan, in words; its code where the rule book lost it."""
    if is_by_hand(code):
        return wording.BY_HAND
    step = step_told(book.reminder_steps, requirement, code, on)
    return wording.step_words(step) if step else wording.kind_words(code)


def requirement_title(book: RuleBook, code: str) -> str:
    """What a requirement is called now, or was called last."""
    found = book.latest(code)
    return found.title if found and found.title else code


def line_of(book: RuleBook, told: ToldLine) -> Line:
    """A row of the ledger in words."""
    step = step_told(book.reminder_steps, told.requirement, told.step, told.day)
    became = wording.became_words(told.outcome, told.why, told.state, told.printed_on, told.channel)
    sent_on = clock.london_day(told.sent_at) if told.sent_at else None
    planned = told.outcome == "planned"
    return Line(
        when=told.printed_on or (sent_on if planned else None) or told.day,
        requirement=requirement_title(book, told.requirement),
        step=step_words(book, told.requirement, told.step, told.day),
        to=wording.to_words(step, told.is_person),
        became=became,
        tone=wording.state_tone(told.state) if planned and told.state else "none",
        deadline=told.deadline,
        message=told.message or "",
    )


def other_line(one: DigestLine) -> OtherLine:
    """A message about others in words."""
    return OtherLine(
        when=clock.london_day(one.sent_at) if one.sent_at else one.day,
        what=wording.kind_words(one.kind),
        became=wording.state_words(one.state),
        tone=wording.state_tone(one.state),
        message=one.message,
    )
