"""Counting rule 5: from when and until when each completion counts towards a requirement."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from compliance.domain.requirement import Acceptance, Basis, Renewal, Use
from courses.domain import Completion
from foundation.dates import FAR_DAY, add_months, day_before


@dataclass(frozen=True, slots=True)
class Cover:
    """A completion that counts from `start` to `end`; `end` before `start` when it was withdrawn at once."""

    start: date
    end: date
    course: str
    completed_on: date


def covers(
    completions: Iterable[Completion],
    acceptances: Sequence[Acceptance],
    renewal: Renewal,
    accepted_evidence: Collection[str],
) -> list[Cover]:
    """Every completion that counts, in order of its day, with the days on which it does (counting rule 5)."""
    held = sorted(
        (completion for completion in completions if completion.evidence in accepted_evidence),
        key=lambda completion: completion.completed_on,
    )
    starting = _starting(held, acceptances)
    result: list[Cover] = []
    ends_before: list[tuple[date, tuple[date, ...]]] = []
    for start, completion, acceptance in starting:
        limit = acceptance.honoured_to
        if completion.revoked_on is not None:
            limit = min(limit, day_before(completion.revoked_on))
        ends = tuple({min(end, limit) for end in _ends(completion, acceptance, renewal, ends_before)})
        ends_before.append((completion.completed_on, ends))
        result.append(Cover(start, max(ends), completion.course, completion.completed_on))
    return result


def _starting(
    held: Sequence[Completion], acceptances: Sequence[Acceptance]
) -> list[tuple[date, Completion, Acceptance]]:
    """The completions that count, each with the day from which it does: prerequisites, then `renewal` use."""
    first_done: dict[str, date] = {}
    for completion in held:
        first_done.setdefault(completion.course, completion.completed_on)
    counting: list[tuple[date, Completion, Acceptance]] = []
    renewing: list[tuple[date, Completion, Acceptance]] = []
    for completion in held:
        for acceptance in acceptances:
            if (
                acceptance.course != completion.course
                or not acceptance.taken_from <= completion.completed_on <= acceptance.taken_to
            ):
                continue
            start = completion.completed_on
            if acceptance.prerequisites:
                done = [first_done[code] for code in acceptance.prerequisites if code in first_done]
                if not done:
                    continue
                start = max(start, min(done))
            (counting if acceptance.use == Use.ANY else renewing).append((start, completion, acceptance))
    if counting and renewing:
        first_counted = min(start for start, _, _ in counting)
        counting += [(max(start, first_counted), done, acceptance) for start, done, acceptance in renewing]
        counting.sort(key=lambda item: item[1].completed_on)
    return counting


def _ends(
    completion: Completion,
    acceptance: Acceptance,
    renewal: Renewal,
    ends_before: Sequence[tuple[date, tuple[date, ...]]],
) -> Iterable[date]:
    """The ends derivable for a completion, before `honoured_to` and revocation cut them short."""
    months = acceptance.months
    if months is None:
        return (FAR_DAY,)
    if renewal.basis == Basis.CALENDAR:
        return (_next_occurrence(add_months(completion.completed_on, renewal.minimum_months), renewal),)
    ends = {add_months(completion.completed_on, months)}
    if renewal.basis == Basis.ANNIVERSARY:
        # Every derivable end stays available to later renewals: were only the latest kept, adding a completion
        # could move a renewal out of its window and shorten cover (counting rule 10, property 1).
        window = timedelta(days=renewal.window_days)
        for completed_on, earlier in ends_before:
            if completed_on < completion.completed_on:
                ends.update(
                    add_months(end, months)
                    for end in earlier
                    if completion.completed_on <= end and end - completion.completed_on <= window
                )
    return ends


def _next_occurrence(day: date, renewal: Renewal) -> date:
    """The first occurrence of the rule's month and day on or after `day`; 29 February falls on the 28th otherwise."""
    for year in (day.year, day.year + 1):
        if year > FAR_DAY.year:
            return FAR_DAY
        found = add_months(date(2000, renewal.month, renewal.day), (year - 2000) * 12)
        if found >= day:
            return found
    return FAR_DAY


def first_counted(found: Sequence[Cover]) -> date:
    """The first day on which anything counted; FAR_DAY when nothing does."""
    return min((cover.start for cover in found), default=FAR_DAY)


def proof_on(found: Sequence[Cover], day: date) -> Cover | None:
    """The proof on a day: the latest end, then the latest completed on, then the lowest course code."""
    best: Cover | None = None
    for cover in found:
        if cover.start <= day <= cover.end and (best is None or _beats(cover, best)):
            best = cover
    return best


def lapsed_by(found: Sequence[Cover], day: date) -> Cover | None:
    """Of what counted before a day and no longer does, that which lapsed last: what an `expired` status is about."""
    best: Cover | None = None
    for cover in found:
        if cover.start <= day and (best is None or _beats(cover, best)):
            best = cover
    return best


def _beats(one: Cover, other: Cover) -> bool:
    if one.end != other.end:
        return one.end > other.end
    if one.completed_on != other.completed_on:
        return one.completed_on > other.completed_on
    return one.course < other.course
