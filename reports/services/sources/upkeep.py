"""Exemptions, absences, imports, moves and the audit trail as reports ask for them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from sqlalchemy.orm import Session

from compliance.domain.spans import Status
from compliance.services import worklist
from compliance.services.importing import history
from compliance.services.importing.history import Batch
from compliance.services.importing.kinds import BATCH_CHANGES, BATCH_TITLES
from compliance.store.exemptions import SOON_DAYS, Narrow, Show, count_exemptions
from compliance.store.lists import posts_on
from compliance.store.worklist import Problem, Reach, count_to_mend
from courses.services import evidence_queue
from foundation.dates import LONDON, Period, add_days, day_after, london_day
from foundation.plain import plain
from people import store as people
from people.services.details import every_open_request
from people.services.scope import masked
from people.store import Some, Unit
from reports.domain.sources.upkeep import Completed, Gaps, LeftOut, Load, Mover, TrailEvent
from reports.store import ending, left_out, moves, trail
from reports.store.left_out import Recorded

NO_NAME = "Name not recorded"
NEW = "_added"
"""With what the names of new facts end, among those of all that a file changes."""
SEVERAL_FACTS_A_ROW = frozenset({"people"})
"""Kinds of file of which a row may be several facts."""
NOBODY = Gaps(0, 0, 0, 0, 0, 0, 0, 0, SOON_DAYS, worklist.REVIEW_DAYS)


@dataclass(frozen=True)
class UpkeepRecord:
    """The answers of one report. `organisation_ids` narrows to some organisations, `roots` to what is below some units.

    Nobody who sees some organisations alone is offered a report that asks here: narrowed, every answer is empty.
    """

    session: Session
    organisation_ids: frozenset[int] | None = None
    roots: tuple[Unit, ...] | None = None

    @property
    def _is_whole(self) -> bool:
        return self.organisation_ids is None

    def left_out(self, days: Period) -> Sequence[LeftOut]:
        """Exemptions and absences as they stood at the end of some days, by name."""
        if not self._is_whole:
            return ()
        reach = left_out.Reach(days, _start(days.first), _start(day_after(days.last)))
        exempt, away = left_out.exemptions(self.session, reach), left_out.absences(self.session, reach)
        actors = Actors(self.session, (one.recorded_by for one in (*exempt, *away)))
        found: list[tuple[str, LeftOut]] = []
        ids = {one.person_id for one in (*exempt, *away)}
        if self.roots is not None:
            ids &= left_out.in_units(self.session, days.last, self.roots)
        for some in people.in_chunks(self.session, sorted(ids)):
            known = _People(self.session, some, days)
            for is_exemption, facts in ((True, exempt), (False, away)):
                found += [
                    known.left_out(one, actors, is_exemption=is_exemption)
                    for one in facts
                    if one.person_id in known.names
                ]
        return [one for _, one in sorted(found, key=lambda pair: (pair[0], pair[1].first_day))]

    def imports(self, days: Period) -> Sequence[Load]:
        """The batches of some days, the latest first; taken back only where that was by the last of these days."""
        if not self._is_whole:
            return ()
        found = history.batches(self.session)
        by_then = {one.number for one in found if london_day(one.applied_at) <= days.last}
        return [
            replace(_load(one), undone_by=one.undone_by if one.undone_by in by_then else None)
            for one in found
            if london_day(one.applied_at) in days
        ]

    def gaps(self, day: date) -> Gaps:
        """What is to be put right, counted as the page "Work to do" counts it."""
        if not self._is_whole:
            return NOBODY
        session, reach = self.session, Reach(day)
        return Gaps(
            no_manager=count_to_mend(session, Problem.NO_MANAGER, reach),
            no_role=count_to_mend(session, Problem.NO_ROLE, reach),
            no_email=count_to_mend(session, Problem.NO_EMAIL, reach),
            posts_ending=ending.last_posts_ending(session, day, add_days(day, SOON_DAYS)),
            exemptions_ending=count_exemptions(session, Narrow(day, Show.SOON)),
            roles_to_review=len(worklist.roles_to_review(session, day)),
            waiting_for_check=evidence_queue.count(session, evidence_queue.Choice(day)),
            corrections_asked_for=len(every_open_request(session)),
            ending_days=SOON_DAYS,
            review_days=worklist.REVIEW_DAYS,
        )

    def movers(self, days: Period) -> Sequence[Mover]:
        """Everybody who may have moved, by name."""
        if not self._is_whole:
            return ()
        found: list[tuple[str, Mover]] = []
        where = people.places(self.session)
        for some in people.in_chunks(self.session, moves.may_have_moved(self.session, days)):
            names = _names(self.session, some)
            spells = people.spells(self.session, some, where)
            required = moves.required_days(self.session, some)
            completed = moves.completions_ever(self.session, some)
            found += [
                (
                    plain(names[person_id]),
                    Mover(
                        names[person_id],
                        tuple(spells[person_id]),
                        required.get(person_id, {}),
                        _completed(completed.get(person_id, {})),
                    ),
                )
                for person_id in some.ids
            ]
        return [one for _, one in sorted(found, key=lambda pair: pair[0])]

    def trail(self, days: Period, most: int) -> Sequence[TrailEvent]:
        """So many acts of some days at most, the latest first."""
        if not self._is_whole:
            return ()
        found = trail.events(self.session, _start(days.first), _start(day_after(days.last)), most)
        actors = Actors(self.session, {one.actor for one in found})
        return [
            TrailEvent(
                one.at.astimezone(LONDON),
                one.actor,
                actors.words(one.actor),
                one.event,
                f"person:{one.person}" if one.person else one.subject,
                one.details,
            )
            for one in found
        ]


class Actors:
    """Who acted, in words: as the pages of imports and of a record's history have it for auditors."""

    def __init__(self, session: Session, actors: Iterable[str]) -> None:
        self._accounts = trail.accounts_of(session, actors)

    def words(self, actor: str) -> str:
        """The name behind an account, or as much of its e-mail address as an auditor may read."""
        if actor in self._accounts:
            name, email = self._accounts[actor]
            return name or masked(email)
        if actor.startswith("account:"):
            return "An account that is no more"
        if actor == "anonymous":
            return "Somebody not signed in"
        return "The command line" if actor.startswith("command:") else "The service"


class _People:
    """Some people with all that the register says of them, read in a fixed number of statements."""

    def __init__(self, session: Session, some: Some, days: Period) -> None:
        self.names = _names(session, some)
        self._posts = posts_on(session, days.last, some.ids)
        self._spans: dict[int, list[tuple[str, str, Period]]] = defaultdict(list)
        for person_id, code, status, first, last in left_out.left_out_spans(session, some, days.first):
            self._spans[person_id].append((code, status, Period(first, last)))

    def left_out(self, one: Recorded, actors: Actors, *, is_exemption: bool) -> tuple[str, LeftOut]:
        """The line of the register, with the key that sorts it by name."""
        post = self._posts.get(one.person_id)
        taken_back_on = None if one.taken_back_at is None else london_day(one.taken_back_at)
        line = LeftOut(
            self.names[one.person_id],
            post.organisation if post else "",
            post.unit if post else "",
            is_exemption,
            one.first_day,
            one.last_day,
            one.requirement,
            one.approved_by,
            actors.words(one.recorded_by),
            () if taken_back_on else self._affected(one, is_exemption=is_exemption),
            taken_back_on,
        )
        return plain(line.name), line

    def _affected(self, one: Recorded, *, is_exemption: bool) -> tuple[str, ...]:
        wanted = Status.EXEMPT if is_exemption else Status.ABSENT
        days = Period(one.first_day, one.last_day)
        codes = {
            code
            for code, status, span in self._spans[one.person_id]
            if status == wanted and one.requirement in (None, code) and days.meet(span)
        }
        return tuple(sorted(codes))


def _names(session: Session, some: Some) -> dict[int, str]:
    return {
        person_id: f"{first} {last}".strip() or NO_NAME
        for person_id, (_, _, first, last) in people.names(session, some).items()
    }


def _completed(found: Mapping[moves.CourseDay, datetime | None]) -> tuple[Completed, ...]:
    return tuple(
        Completed(course, completed_on, None if at is None else london_day(at))
        for (course, completed_on), at in found.items()
    )


def _load(one: Batch) -> Load:
    is_undo = one.undoes is not None
    new = {words for name, words in BATCH_CHANGES[one.kind].items() if name.endswith(NEW)}
    return Load(
        one.number,
        BATCH_TITLES[one.kind],
        one.file_name,
        one.source,
        one.rows,
        0 if is_undo else sum(number for words, number in one.changes if words in new),
        0 if is_undo else sum(number for words, number in one.changes if words not in new),
        one.set_aside_rows,
        one.changes,
        one.kind not in SEVERAL_FACTS_A_ROW,
        one.applied_by,
        one.applied_at.astimezone(LONDON),
        one.undoes,
        one.undone_by,
    )


def _start(day: date) -> datetime:
    """The moment at which a day begins in London."""
    return datetime.combine(day, time.min, LONDON)
