"""The timeline (counting rule 9): one status for every day, from the facts about one person and one requirement.

Within a stretch in which the rules do not change (`Terms`) and within one run, the facts cut the days into pieces on
which nothing changes; each piece is judged once, by its first day, in the order of counting rule 6.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from compliance.domain.cover import Cover, covers, first_counted, lapsed_by, proof_on
from compliance.domain.required import DueStep, HeldSpell, Hold, by_role, due_steps, holds, unit_spans
from compliance.domain.requirement import RuleBook, Terms
from compliance.domain.spans import NO_TIMELINE, Span, Status, Timeline
from courses.domain import ACCEPTED_EVIDENCE, HOPED_FOR_EVIDENCE, Completion, Evidence
from foundation.dates import FAR_DAY, Period, add_days, day_after, day_before, joined
from people.domain import Absence, RoleGrant, RoleReader, Spell


@dataclass(frozen=True, slots=True)
class Exemption:
    """Days on which a person need not meet one requirement, or any when `requirement` is None."""

    requirement: str | None
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """Everything known about one person that the counting rules read (counting rule 1)."""

    category: str = "employee"
    spells: Sequence[Spell] = ()
    absences: Sequence[Absence] = ()
    exemptions: Sequence[Exemption] = ()
    completions: Sequence[Completion] = ()
    grants: Sequence[RoleGrant] = ()
    """Roles given to the person by hand."""


class Timelines:
    """Makes timelines under one rule book. What depends on the rules alone is prepared once, for everybody.

    >>> from people.domain import Place
    >>> from compliance.domain.requirement import AcceptedCourse, Requirement, RoleLink
    >>> book = RuleBook(requirements=(Requirement("AWARE"),), links=(RoleLink("AWARE", "*", 90),))
    >>> person = PersonFacts(spells=[Spell(date(2026, 1, 1), FAR_DAY, Place(1, "", "Council", "council"))])
    >>> [(str(span.status), span.last_day) for span in Timelines(book).of(person)["AWARE"].spans]
    [('not_yet_due', datetime.date(2026, 4, 1)), ('outstanding', datetime.date(9999, 12, 31))]
    """

    def __init__(self, book: RuleBook, only: Iterable[str] | None = None) -> None:
        self.book = book
        self.codes = book.codes if only is None else tuple(sorted(set(only) & set(book.codes)))
        self._roles = RoleReader(book.role_rules)
        self._rules = [
            (code, book.lines_of(code), by_role(book.links_of(code)), book.terms(code)) for code in self.codes
        ]

    def of(self, person: PersonFacts) -> dict[str, Timeline]:
        """The timeline of each requirement that ever applies to the person, by code."""
        held = [
            HeldSpell(spell, self._roles.holdings(spell, person.category, person.grants))
            for spell in person.spells
        ]
        result = {}
        for code, lines, links, terms in self._rules:
            found = holds(held, lines, links)
            if found:
                timeline = _timeline(code, found, terms, person)
                if timeline is not NO_TIMELINE:
                    result[code] = timeline
        return result


def _timeline(code: str, found: list[Hold], terms: list[Terms], person: PersonFacts) -> Timeline:
    required = joined(hold.period for hold in found)
    exempt = sorted(
        Period(exemption.first_day, exemption.last_day)
        for exemption in person.exemptions
        if exemption.requirement is None or exemption.requirement == code
    )
    pieces: list[_Piece] = []
    for part in terms:
        for run in joined(required, part.requirement.rejoin_gap_days):
            days = run.meet(part.period)
            if days is not None:
                pieces += _Run(part, run, found, person, exempt).pieces(days, required)
    return Timeline(_merged(pieces), unit_spans(found))


class _Verdict(NamedTuple):
    """What is said of a piece of days. Equal neighbours become one span."""

    status: Status
    due_on: date | None
    covered: bool
    course: str | None
    completed_on: date | None
    valid_until: date | None
    run_first_day: date
    role: str
    role_since: date
    returned_on: date | None
    reason_first_day: date | None
    reason_last_day: date | None


_Piece = tuple[date, date, _Verdict]
"""First and last day, and what is said of them. A plain tuple: there are millions of them in a rebuild."""


class _Run:
    """One run of required days under unchanged rules: everything that can decide a day in it."""

    def __init__(
        self, terms: Terms, run: Period, found: Sequence[Hold], person: PersonFacts, exempt: list[Period]
    ) -> None:
        self.requirement = terms.requirement
        self.run = run
        self.steps = due_steps(found, run)
        # Counting rule 4: short absences are ignored, an open one counts from its first day; a run reaches from its
        # first to its last required day.
        self.absences = sorted(
            Period(absence.first_day, absence.last_day)
            for absence in person.absences
            if (
                absence.is_open
                or (absence.last_day - absence.first_day).days + 1 >= self.requirement.shortest_absence_days
            )
            and absence.first_day <= run.last
            and absence.last_day >= run.first
        )
        self.returns = sorted(
            (absence.last, add_days(absence.last, self.requirement.return_due_days))
            for absence in self.absences
            if absence.last != FAR_DAY
        )
        self.exempt = exempt
        renewal = self.requirement.renewal
        self.covers = covers(person.completions, terms.acceptances, renewal, ACCEPTED_EVIDENCE)
        self.hoped_for: list[Cover] = []
        if any(completion.evidence == Evidence.AWAITING for completion in person.completions):
            self.hoped_for = covers(person.completions, terms.acceptances, renewal, HOPED_FOR_EVIDENCE)
        self.first_counted = first_counted(self.covers)

    def pieces(self, days: Period, required: Sequence[Period]) -> list[_Piece]:
        """The required days among `days`, cut where anything may change."""
        cuts = self._cuts()
        result = []
        for period in required:
            within = period.meet(days)
            if within is None:
                continue
            first = within.first
            for cut in cuts:
                if first < cut <= within.last:
                    result.append((first, day_before(cut), self._verdict(first)))
                    first = cut
            result.append((first, within.last, self._verdict(first)))
        return result

    def _cuts(self) -> list[date]:
        """The days on which something that decides the status may change."""
        cuts = set()
        expiring = -self.requirement.expiring_days
        for step in self.steps:
            cuts.add(step.since)
            cuts.add(day_after(step.due_on))
        for period in (*self.absences, *self.exempt):
            cuts.add(period.first)
            cuts.add(day_after(period.last))
        for _ended_on, due_on in self.returns:
            cuts.add(day_after(due_on))
        for cover in (*self.covers, *self.hoped_for):
            cuts.add(cover.start)
            cuts.add(day_after(cover.end))
            cuts.add(add_days(cover.end, expiring))
        return sorted(cuts)

    def _verdict(self, day: date) -> _Verdict:
        step = self._step(day)
        due_on, returned_on = self._due(step, day)
        proof = proof_on(self.covers, day)
        status, reason, shown = self._status(day, due_on, proof)
        has_due_day = status not in (Status.EXEMPT, Status.ABSENT)
        return _Verdict(
            status,
            due_on if has_due_day else None,
            proof is not None,
            shown.course if shown else None,
            shown.completed_on if shown else None,
            shown.end if shown else None,
            self.run.first,
            step.role,
            step.role_since,
            returned_on if has_due_day else None,
            reason.first if reason else None,
            reason.last if reason else None,
        )

    def _step(self, day: date) -> DueStep:
        found = self.steps[0]
        for step in self.steps:
            if step.since > day:
                break
            found = step
        return found

    def _due(self, step: DueStep, day: date) -> tuple[date, date | None]:
        """Counting rule 4: the latest of the first due day and of the days allowed after each ended absence."""
        due_on, returned_on = step.due_on, None
        for ended_on, return_due_on in self.returns:
            if ended_on < day and return_due_on > due_on:
                due_on, returned_on = return_due_on, ended_on
        return due_on, returned_on

    def _status(
        self, day: date, due_on: date, proof: Cover | None
    ) -> tuple[Status, Period | None, Cover | None]:
        """Counting rule 6, first match wins; with the days (`Span.reason_…`) and the completion behind it."""
        for period in self.exempt:
            if day in period:
                return Status.EXEMPT, period, proof
        for period in self.absences:
            if day in period:
                return Status.ABSENT, period, proof
        if proof is not None:
            ends_soon = proof.end != FAR_DAY and (proof.end - day).days <= self.requirement.expiring_days
            return (Status.EXPIRING if ends_soon else Status.COMPLIANT), None, proof
        if day <= due_on:
            return Status.NOT_YET_DUE, None, None
        hoped_for = proof_on(self.hoped_for, day)
        if hoped_for is not None:
            lapsed = lapsed_by(self.covers, day)
            # It rests on the later of the two days: when it was due, or when what had counted until then ran out.
            missed = lapsed is not None and due_on <= lapsed.end
            counted = Period(lapsed.start, lapsed.end) if lapsed is not None and missed else None
            return Status.AWAITING_CHECK, counted, hoped_for
        if self.first_counted <= day:
            return Status.EXPIRED, None, lapsed_by(self.covers, day)
        return Status.OUTSTANDING, None, None


def _merged(pieces: Iterable[_Piece]) -> tuple[Span, ...]:
    """The spans: neighbouring pieces of which the same is said made one."""
    result: list[_Piece] = []
    for piece in pieces:
        first, last, verdict = piece
        if result and result[-1][2] == verdict and day_after(result[-1][1]) == first:
            result[-1] = (result[-1][0], last, verdict)
        else:
            result.append(piece)
    return tuple(Span(first, last, *verdict) for first, last, verdict in result)
