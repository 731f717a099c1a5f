"""What was sent in as evidence in some days, and what became of it: the steps of the record put in a row.

Nothing is ever edited (docs/evidence.md): a decision retracts the completion that waits and records it anew at the same
moment, undoing that does the same the other way round, and so does whoever corrects course or day while it waits. What
follows in this way is one sending. What was not accepted and is sent again is another.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time

from sqlalchemy.orm import Session

from courses import store as courses
from courses.domain import Concern, Evidence, course_on
from courses.services.evidence import DECISIONS, UNDONE
from courses.store import WITHDRAWN
from foundation.dates import LONDON, Period, day_after
from people import store as people
from people.store import Some
from reports.domain.sources.training import Became, EvidenceLine
from reports.store import evidence as store
from reports.store.evidence import SentFile, Step

THE_SERVICE = "The service"
GONE = "Somebody whose account is gone"
NOBODY_COUNTED = "An account that belongs to nobody who is counted"
_DECIDED = {Evidence.VERIFIED.value: Became.ACCEPTED, Evidence.REJECTED.value: Became.REJECTED}


@dataclass(slots=True)
class Sending:
    """What was sent in once: each time that it waited, in order, and the decision that stands."""

    waited: list[Step] = field(default_factory=list)
    decision: Step | None = None

    @property
    def first(self) -> Step:
        return self.waited[0]

    @property
    def last(self) -> Step:
        return self.waited[-1]


def sendings(steps: Iterable[Step]) -> list[Sending]:
    """What was sent in, in order of time, from the steps of the record in the order in which they were recorded."""
    found: list[Sending] = []
    of_step: dict[int, Sending] = {}
    left: dict[tuple[int, datetime], list[Step]] = defaultdict(list)
    for one in steps:
        if one.retracted_at is not None:
            left[one.person_id, one.retracted_at].append(one)
        before = left.get((one.person_id, one.recorded_at), [])
        if one.evidence == Evidence.AWAITING:
            earlier = next((step for step in before if step.id in of_step and _goes_on(step, one)), None)
            if earlier is None:
                sending = Sending()
                found.append(sending)
            else:
                sending = of_step[earlier.id]
            sending.waited.append(one)
            sending.decision = None
            of_step[one.id] = sending
        else:
            earlier = next((step for step in before if step.id in of_step and _decides(step, one)), None)
            if earlier is not None:
                of_step[one.id] = of_step[earlier.id]
                of_step[one.id].decision = one
    return found


def _goes_on(before: Step, after: Step) -> bool:
    """Whether what waits is what stood before: a decision undone, or a correction of what waited."""
    if before.evidence != Evidence.AWAITING:
        return before.key == after.key and before.retracted_reason == UNDONE
    return before.key == after.key or before.retracted_batch_id is None


def _decides(before: Step, after: Step) -> bool:
    """Whether somebody decided: the same completion from the same source, and not by a file of another system."""
    return (
        before.evidence == Evidence.AWAITING
        and after.evidence in DECISIONS
        and before.key == after.key
        and before.source == after.source
        and before.retracted_batch_id is None
    )


def became(sending: Sending, steps: Collection[tuple[store.Key, datetime]]) -> Became:
    """What became of it. `steps`: which completions were recorded when."""
    if sending.decision is not None:
        return _DECIDED[sending.decision.evidence]
    last = sending.last
    if last.retracted_at is None:
        return Became.WAITING
    if last.retracted_reason == WITHDRAWN:
        return Became.WITHDRAWN
    return Became.ANOTHER_WAY if (last.key, last.retracted_at) in steps else Became.TAKEN_BACK


def evidence_lines(session: Session, days: Period) -> list[EvidenceLine]:
    """Evidence sent in in these days, and what was sent before and waits at their end, in order of time."""
    since = datetime.combine(days.first, time(), LONDON)
    before = datetime.combine(day_after(days.last), time(), LONDON)
    steps = store.steps(session, since, before)
    recorded = {(one.key, one.recorded_at) for one in steps}
    found = [
        (one, result)
        for one in sendings(steps)
        if (result := became(one, recorded)) is Became.WAITING or one.first.recorded_at >= since
    ]
    return _Lines(session, since, before, [one for one, _ in found]).lines(found)


class _Lines:
    """Sendings in words: what the lines of one report have in common is read once."""

    def __init__(self, session: Session, since: datetime, before: datetime, found: Sequence[Sending]) -> None:
        self.names: dict[int, tuple[str, str, str, str]] = {}
        for some in people.in_chunks(session, sorted({one.first.person_id for one in found})):
            self.names.update(people.names(session, Some(some.ids)))
        self.files = store.files(session, since, before)
        self.shared = store.sent_more_than_once(session)
        self.codes = {row_id: code for code, row_id in courses.course_ids(session).items()}
        self.courses = courses.course_lines(session)
        actors = {one.first.recorded_by for one in found}
        actors |= {one.decision.recorded_by for one in found if one.decision is not None}
        accounts = {name for kind, _, name in (one.partition(":") for one in actors) if kind == "account"}
        self.owners = store.owners(session, accounts)

    def lines(self, found: Iterable[tuple[Sending, Became]]) -> list[EvidenceLine]:
        """A line each."""
        return [self._line(one, result) for one, result in found]

    def _line(self, one: Sending, result: Became) -> EvidenceLine:
        _, person_ref, first, last = self.names[one.first.person_id]
        code, file = self.codes[one.last.course_id], self._file(one)
        return EvidenceLine(
            submitted_at=one.first.recorded_at.astimezone(LONDON),
            person_ref=person_ref,
            name=f"{first} {last}".strip() or "Name not recorded",
            course=course_on(self.courses, code, one.last.completed_on).title or code,
            completed_on=one.last.completed_on,
            sha256="" if file is None else file.sha256,
            concerns=frozenset() if file is None else self._concerns(file),
            sent_by=_who(one.first.recorded_by, self.owners),
            became=result,
            decided_by="" if one.decision is None else _who(one.decision.recorded_by, self.owners),
            decided_at=_decided_at(one),
            reason=(one.last.retracted_reason or "") if result is Became.REJECTED else "",
        )

    def _file(self, one: Sending) -> SentFile | None:
        """The file of the completion as it last waited: files are recorded together with what they prove."""
        moments = {step.recorded_at for step in one.waited}
        mine = [file for file in self.files.get(one.last.key, ()) if file.recorded_at in moments]
        return mine[-1] if mine else None

    def _concerns(self, file: SentFile) -> frozenset[Concern]:
        """What was told when it was sent, and that the same file was sent for somebody else since."""
        found = {Concern(one) for one in file.concerns}
        for stored_as, person_id in self.shared.get(file.sha256, ()):
            if stored_as != file.stored_as and person_id != file.person_id:
                found.add(Concern.FILE_USED_BY_ANOTHER)
        return frozenset(found)


def _decided_at(one: Sending) -> datetime | None:
    at = one.last.retracted_at if one.decision is None else one.decision.recorded_at
    return None if at is None else at.astimezone(LONDON)


def _who(actor: str, owners: Mapping[str, str]) -> str:
    """An actor of the record by name, as the pages that check evidence name them."""
    kind, _, public_id = actor.partition(":")
    if kind != "account":
        return THE_SERVICE
    return GONE if public_id not in owners else owners[public_id] or NOBODY_COUNTED
