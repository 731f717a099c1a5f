"""What makes one wonder about a completion whose evidence is checked: of one, and as a condition of the list."""

from collections import defaultdict
from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, String, and_, cast, exists, or_, select
from sqlalchemy.orm import Session, aliased

from courses.domain import Concern, Purpose, Source
from courses.models import CompletionRow, EvidenceFileRow
from courses.store import EvidenceFile
from foundation.facts import known

OURS = tuple(source.value for source in Source)


def raises_a_question() -> ColumnElement[bool]:
    """The condition that whoever checks is told of a concern (`concerns` finds the same)."""
    file, other = aliased(EvidenceFileRow), aliased(EvidenceFileRow)
    of_this = (
        file.person_id == CompletionRow.person_id,
        file.course_id == CompletionRow.course_id,
        file.completed_on == CompletionRow.completed_on,
        file.retracted_at.is_(None),
    )
    flagged = exists().where(*of_this, cast(file.concerns, String) != "[]")
    elsewhere = exists().where(
        *of_this,
        other.sha256 == file.sha256,
        other.stored_as != file.stored_as,
        other.person_id != file.person_id,
        other.retracted_at.is_(None),
    )
    no_file = and_(CompletionRow.source.in_(OURS), ~exists().where(*of_this))
    return or_(flagged, elsewhere, no_file)


def used_elsewhere(session: Session, files: Collection[EvidenceFile]) -> dict[int, list[int]]:
    """For each of these files by its id, the other people for whom the same contents were sent in another file.

    What is known when a file is sent says nothing of those who send it later; a register is one file for all on it.
    """
    if not files:
        return {}
    query = select(EvidenceFileRow.sha256, EvidenceFileRow.stored_as, EvidenceFileRow.person_id).where(
        EvidenceFileRow.sha256.in_(sorted({file.sha256 for file in files})), known(EvidenceFileRow, None)
    )
    sent: dict[str, set[tuple[str, int]]] = defaultdict(set)
    for sha256, stored_as, person_id in session.execute(query):
        sent[sha256].add((stored_as, person_id))
    found = {
        file.id: sorted(
            {
                person_id
                for stored_as, person_id in sent[file.sha256]
                if stored_as != file.stored_as and person_id != file.person_id
            }
        )
        for file in files
    }
    return {file_id: people for file_id, people in found.items() if people}


def concerns(
    source: str, files: Sequence[EvidenceFile], used_by_others: Collection[int]
) -> tuple[Concern, ...]:
    """What makes one wonder, in the order in which it is told. Another system sends no file, and nobody misses it."""
    if not files:
        return (Concern.NO_FILE,) if source in OURS else ()
    found = {concern for file in files for concern in file.concerns}
    if any(file.id in used_by_others for file in files):
        found.add(Concern.FILE_USED_BY_ANOTHER)
    return tuple(concern for concern in Concern if concern in found)


def is_register(file: EvidenceFile) -> bool:
    """Whether a file is the signed register of a session."""
    return file.purpose == Purpose.REGISTER
