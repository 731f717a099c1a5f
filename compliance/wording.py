"""The words and tones in which pages, files and mails speak of a status (counting rule 6). Pure.

A status is a stable key; what people read is here, once, so that every page and file says the same.
"""

from collections.abc import Sequence
from datetime import date

from compliance.domain.asked import Part
from compliance.domain.bridge import Reason
from compliance.domain.spans import Status
from courses.domain import Evidence, Mode
from foundation.dates import FAR_DAY
from foundation.formats import count_noun, long_date

STATUS_WORDS = {
    Status.NOT_REQUIRED: "Not required",
    Status.EXEMPT: "Exempt",
    Status.ABSENT: "Not counted: away from work",
    Status.EXPIRING: "Expires soon",
    Status.COMPLIANT: "Up to date",
    Status.NOT_YET_DUE: "Not yet due",
    Status.AWAITING_CHECK: "Waiting for a check",
    Status.EXPIRED: "Overdue: expired",
    Status.OUTSTANDING: "Overdue: not started",
}

STATUS_TONES = {
    Status.NOT_REQUIRED: "none",
    Status.EXEMPT: "none",
    Status.ABSENT: "none",
    Status.EXPIRING: "soon",
    Status.COMPLIANT: "good",
    Status.NOT_YET_DUE: "wait",
    Status.AWAITING_CHECK: "wait",
    Status.EXPIRED: "bad",
    Status.OUTSTANDING: "bad",
}

RAG_WORDS = {
    "green": "Green: target met",
    "amber": "Amber: just below target",
    "red": "Red: below target",
}

EVIDENCE_WORDS = {
    Evidence.TRUSTED: "Accepted",
    Evidence.VERIFIED: "Checked and accepted",
    Evidence.AWAITING: "Waiting for a check",
    Evidence.REJECTED: "Not accepted",
}

REASON_WORDS = {
    Reason.JOINED: "Joined",
    Reason.LEFT: "Left",
    Reason.MOVED: "Moved into or out of the unit",
    Reason.ROLE_CHANGE: "Change of role, unit or post",
    Reason.RULE_CHANGE: "Change of the rules",
    Reason.ABSENCE: "Absence or exemption began or ended",
    Reason.BECAME_DUE: "Was not yet due, counts now",
    Reason.NEWLY_TRAINED: "Trained for the first time",
    Reason.RENEWED: "Renewed",
    Reason.LAPSED: "Lapsed",
    Reason.CORRECTION: "Correction of the record",
}
"""Why a figure moved (docs/bridge.md), as people read it."""

OVERDUE = frozenset({Status.EXPIRED, Status.OUTSTANDING})
"""The statuses of those who have let the day pass."""

URGENCY = (
    Status.EXPIRED,
    Status.OUTSTANDING,
    Status.NOT_YET_DUE,
    Status.EXPIRING,
    Status.AWAITING_CHECK,
    Status.COMPLIANT,
    Status.ABSENT,
    Status.EXEMPT,
    Status.NOT_REQUIRED,
)
"""The order in which a person's requirements are shown to them: what presses most comes first."""


def status_words(status: Status | str) -> str:
    """A status as people read it.

    >>> status_words("expiring")
    'Expires soon'
    """
    return STATUS_WORDS[Status(status)]


def status_tone(status: Status | str) -> str:
    """The tone a status is shown in: good, soon, bad, wait or none. It only repeats what the words say."""
    return STATUS_TONES[Status(status)]


def rag_words(rag: str) -> str:
    """Green, amber or red (counting rule 7), and what it means."""
    return RAG_WORDS[rag]


def distance_words(day: date, today: date) -> str:
    """How far a day is from today, in the measure that people think in: days, from two months on months, then years.

    >>> today = date(2026, 5, 3)
    >>> distance_words(date(2026, 5, 15), today), distance_words(date(2026, 4, 24), today)
    ('in 12 days', '9 days ago')
    >>> distance_words(date(2026, 5, 4), today), distance_words(date(2026, 12, 1), today)
    ('tomorrow', 'in 7 months')
    """
    days = (day - today).days
    if days in _NEAR:
        return _NEAR[days]
    months = round(abs(days) / DAYS_OF_MONTH)
    if abs(days) < DAYS_SPOKEN_OF:
        amount = f"{abs(days)} days"
    else:
        amount = f"{months} months" if months < MONTHS_SPOKEN_OF else f"{months // 12} years"
    return f"in {amount}" if days > 0 else f"{amount} ago"


_NEAR = {-1: "yesterday", 0: "today", 1: "tomorrow"}
DAYS_OF_MONTH = 30.44
DAYS_SPOKEN_OF = 62
MONTHS_SPOKEN_OF = 24


def duration_words(minutes: int | None) -> str:
    """How long a course takes; empty where the rule book does not say.

    >>> duration_words(40), duration_words(60), duration_words(150), duration_words(None)
    ('40 minutes', '1 hour', '2 hours 30 minutes', '')
    """
    if not minutes:
        return ""
    hours, rest = divmod(minutes, 60)
    parts = [count_noun(hours, "hour", "hours")] if hours else []
    if rest:
        parts.append(count_noun(rest, "minute", "minutes"))
    return " ".join(parts)


def answer(standing: Sequence[tuple[Part, Status]]) -> str:
    """Am I up to date? One or two short sentences about everything that is required of the reader.

    >>> answer([(Part.TO_DO, Status.EXPIRED), (Part.UP_TO_DATE, Status.COMPLIANT)])
    'You are not up to date. 1 thing is overdue.'
    """
    to_do = [status for part, status in standing if part is Part.TO_DO]
    overdue = sum(status in OVERDUE for status in to_do)
    parts = {part for part, _ in standing}
    if overdue:
        return f"You are not up to date. {_things(overdue)} overdue."
    if to_do and all(status is Status.EXPIRING for status in to_do):
        return f"You are up to date. {_things(len(to_do), 'runs', 'run')} out soon."
    if to_do:
        return f"Nothing is overdue. You have {count_noun(len(to_do), 'thing', 'things')} to do."
    if Part.WAITING in parts:
        waiting = sum(part is Part.WAITING for part, _ in standing)
        return f"You have nothing to do. {_things(waiting)} waiting for a check."
    if Part.UP_TO_DATE in parts:
        return "You are up to date. There is nothing to do."
    if any(status is Status.ABSENT for _, status in standing):
        return "Nothing is asked of you while you are away from work."
    return "Nothing is asked of you today." if standing else "No training is required of you."


def _things(count: int, one: str = "is", many: str = "are") -> str:
    return f"{count_noun(count, 'thing', 'things')} {one if count == 1 else many}"


def by_when(status: Status, due_on: date | None, valid_until: date | None, today: date) -> str:
    """By when, in one line, for whoever has something to do or has done it.

    `due_on` is `due(d)` of counting rule 4; `valid_until` the last day of the proof, FAR_DAY or None when it
    has no end.

    >>> by_when(Status.NOT_YET_DUE, date(2026, 12, 1), None, date(2026, 11, 19))
    'By 1 December 2026, in 12 days'
    """
    endless = valid_until is None or valid_until == FAR_DAY
    match status:
        case Status.COMPLIANT | Status.EXPIRING if endless:
            return "It does not run out"
        case Status.COMPLIANT:
            return f"It runs out on {_dated(valid_until, today)}"
        case Status.EXPIRING:
            return f"By {_dated(valid_until, today)}, when it runs out"
        case Status.NOT_YET_DUE:
            return f"By {_dated(due_on, today)}"
        case Status.EXPIRED if endless:
            return "Now: what you did no longer counts"
        case Status.EXPIRED:
            return f"Now: it ran out on {_dated(valid_until, today)}"
        case Status.AWAITING_CHECK | Status.OUTSTANDING:
            return f"Now: it was due by {_dated(due_on, today)}"
        case _:
            return "Nothing is asked of you"


def _dated(day: date | None, today: date) -> str:
    if day is None:
        raise ValueError("this status always has the day")
    return f"{long_date(day)}, {distance_words(day, today)}"


def renewal_words(renewable_on: date | None, today: date) -> str:
    """From when it can be renewed; empty where the renewal rule knows no window."""
    if renewable_on is None:
        return ""
    return (
        "You can renew it now."
        if renewable_on <= today
        else f"You can renew it from {long_date(renewable_on)}."
    )


def waiting_words(since: date | None) -> str:
    """The status of what waits for a check, and since when: the day on which it was recorded."""
    words = STATUS_WORDS[Status.AWAITING_CHECK]
    return words if since is None else f"{words} since {long_date(since)}"


def evidence_words(evidence: Evidence | str, recorded_on: date) -> str:
    """How far a completion is believed; where it waits for a check, since when."""
    found = Evidence(evidence)
    return waiting_words(recorded_on) if found is Evidence.AWAITING else EVIDENCE_WORDS[found]


def waiting_when(status: Status, valid_until: date | None, today: date) -> str:
    """What somebody whose evidence waits for a check has to do: nothing; and until when the last one counts."""
    if status is Status.EXPIRING and valid_until is not None:
        return f"Nothing to do. What you did before counts until {_dated(valid_until, today)}"
    return "Nothing to do: your training team will check it"


def not_counted_words(status: Status, last_day: date | None) -> str:
    """Why nothing is asked of somebody, and until when; never the reason for an exemption or absence."""
    until = "" if last_day is None or last_day == FAR_DAY else f" until {long_date(last_day)}"
    match status:
        case Status.ABSENT:
            return f"You are recorded as away from work{until or ', with no day of return'}; nothing is asked of you"
        case Status.EXEMPT:
            return f"You are exempt{until}; nothing is asked of you"
        case _:
            return "Nothing is asked of you"


def role_reason(role: str, posts: int, holding: Sequence[str]) -> str:
    """Why me, in a few words: the role that asks for it, and which of the reader's posts hold it.

    `posts` is how many posts the reader holds; `holding` the job titles of those in the role, empty where it ended
    (counting rule 3: what an earlier role asked for stays due).

    >>> role_reason("Street teams", 1, ["Officer"]), role_reason("School staff", 2, ["Governor"])
    ('Because your post is in Street teams', 'Because your post as Governor is in School staff')
    """
    if not holding:
        return f"Because your post was in {role}"
    if len(holding) == 1:
        as_what = f" as {holding[0]}" if posts > 1 and holding[0] else ""
        return f"Because {'one of your posts' if posts > 1 and not as_what else f'your post{as_what}'} is in {role}"
    return f"Because {'' if len(holding) == posts else 'some of '}your posts are in {role}"


def everyone_reason(*, units: bool, sectors: bool) -> str:
    """Why me, where a requirement is for everyone: in some units, in organisations of a kind, or at all."""
    if units:
        return "Because everyone in your unit has to do it"
    return (
        "Because everyone in your organisation has to do it" if sectors else "Because everyone has to do it"
    )


ASK = {
    Mode.WORKSHOP: "Ask your training team for dates",
    Mode.WEBINAR: "Ask your training team for dates",
    Mode.BRIEFING: "Ask your training team for dates",
    Mode.E_LEARNING: "Ask your training team where to find it",
    Mode.EXTERNAL: "Ask your training team how to book it",
}
"""What to do about a course without an address of its own."""
