"""Nobody acts on their own record through a file either (promises 8, rule 1; docs/security.md, rule 7).

Whoever loads a file does not change their own training, absences or exemptions by it, nor accepts by it a completion
that they sent in themselves; and no more by taking a batch back. A people file holds the whole workforce, so it must
hold whoever loads it: there it is said and written down.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from compliance.services.importing import runs
from compliance.services.importing.kinds import FileKind
from compliance.services.importing.runs import Run
from courses.domain import ACCEPTED_EVIDENCE, CompletionKey, Evidence
from courses.imports.completion_rows import CompletionsFile
from courses.imports.completions import CompletionSubject
from courses.imports.known_courses import load_courses
from courses.models import CompletionRow
from courses.services.evidence import senders
from foundation.errors import DomainError
from foundation.facts import known
from people.imports.account import Account
from people.imports.batches import Undo
from people.imports.person_rows import in_a_row
from people.models import PersonDetailRow, PersonRow

_OPEN = frozenset({Evidence.AWAITING, Evidence.REJECTED})


@dataclass(frozen=True, slots=True)
class Loader:
    """Whoever loads a file or takes a batch back. `person_id` is None where nobody who is counted has the account."""

    actor: str
    person_id: int | None
    person_ref: str = ""
    email: str = ""


def loader_of(session: Session, run: Run) -> Loader:
    """Who asked for a run."""
    actor, person_id = runs.actor_of(session, run), runs.person_of(session, run)
    query = (
        select(PersonRow.person_ref, PersonDetailRow.email)
        .outerjoin(
            PersonDetailRow, (PersonDetailRow.person_id == PersonRow.id) & known(PersonDetailRow, None)
        )
        .where(PersonRow.id == person_id)
    )
    found = session.execute(query).one_or_none()
    if person_id is None or found is None:
        return Loader(actor, None)
    return Loader(actor, person_id, found.person_ref, found.email or "")


def check_file(session: Session, loader: Loader, kind: FileKind, file: Any, account: Account) -> bool:
    """Whether a file changes the loader's own record.

    Raises DomainError where it may not: for every kind but people, and where it would accept what the loader sent in.
    """
    about_oneself = _changes(account, loader)
    if kind.is_workforce:
        return about_oneself
    problems = []
    if about_oneself:
        problems.append(_own_rows(sorted(_lines_about(loader, file))))
    if isinstance(file, CompletionsFile):
        sent_in = _accepted_of_own_sending(session, loader, account)
        if sent_in:
            problems.append(_sent_in_rows(sorted(_lines_of(session, file, sent_in))))
    if problems:
        raise DomainError(*problems)
    return False


def check_undo(session: Session, loader: Loader, kind: FileKind, undo: Undo) -> bool:
    """Whether taking a batch back changes the loader's own record. Raises DomainError as for a file."""
    people = {row.person_id for model, row in _rows(undo) if hasattr(model, "person_id")}
    about_oneself = loader.person_id in people
    if kind.is_workforce:
        return about_oneself
    number = undo.batch.id
    if about_oneself:
        raise DomainError(f"Batch {number} changed your own record. Ask a colleague to take it back.")
    if _accepted_again(session, loader, undo):
        raise DomainError(
            f"Taking batch {number} back would accept training that you sent in yourself. "
            "Ask a colleague to take it back."
        )
    return False


# --- about oneself


def _changes(account: Account, loader: Loader) -> bool:
    if loader.person_id is None:
        return False
    ref, within = loader.person_ref, f"{loader.person_ref} / "
    subjects = (str(change.subject) for change in account.changes)
    return any(subject == ref or subject.startswith(within) for subject in subjects)


def _lines_about(loader: Loader, file: Any) -> Iterator[int]:
    """The rows that name the loader, by number or, without one, by e-mail address."""
    if isinstance(file, CompletionsFile):
        for row in file.rows:
            by_email = not row.person_ref and row.email and row.email == loader.email
            if row.person_ref == loader.person_ref or by_email:
                yield row.line
        return
    for line, key, _ in file.rows:
        if key.person_ref == loader.person_ref:
            yield line


def _own_rows(lines: list[int]) -> str:
    if len(lines) == 1:
        return f"Row {lines[0]:,} is about you. Ask a colleague to load it, or leave it out."
    return f"Rows {in_a_row(lines)} are about you. Ask a colleague to load them, or leave them out."


# --- what the loader sent in


def _sent_in_rows(lines: list[int]) -> str:
    if len(lines) == 1:
        return (
            f"Row {lines[0]:,} would accept training that you sent in yourself. "
            "Ask a colleague to load it, or leave it out."
        )
    return (
        f"Rows {in_a_row(lines)} would accept training that you sent in yourself. "
        "Ask a colleague to load them, or leave them out."
    )


def _accepted_of_own_sending(session: Session, loader: Loader, account: Account) -> set[CompletionSubject]:
    """The completions that wait or were rejected, that the loader sent in, and that a file would make count."""
    accepted = [
        change.subject
        for change in account.changes
        if isinstance(change.subject, CompletionSubject)
        and change.before is not None
        and _is_accepted(change.before.evidence, change.after.evidence)  # type: ignore[attr-defined]  # Extras
    ]
    ids = _sent_for(session, loader) if accepted else {}
    return {
        subject
        for subject in accepted
        if subject.person_ref in ids
        and loader.actor
        in senders(session, CompletionKey(ids[subject.person_ref], subject.course, subject.completed_on))
    }


def _accepted_again(session: Session, loader: Loader, undo: Undo) -> bool:
    """Whether an undo lets a completion count again that waits or was rejected, and that the loader sent in."""
    gone, back = undo.gone.get(CompletionRow, ()), undo.back.get(CompletionRow, ())
    evidence = {(row.person_id, row.course_id, row.completed_on): row.evidence for row in gone}
    accepted = [
        key
        for row in back
        if _is_accepted(evidence.get(key := (row.person_id, row.course_id, row.completed_on)), row.evidence)
    ]
    ids = set(_sent_for(session, loader).values()) if accepted else set()
    codes = load_courses(session).codes if ids else {}
    return any(
        loader.actor in senders(session, CompletionKey(person_id, codes[course_id], completed_on))
        for person_id, course_id, completed_on in accepted
        if person_id in ids
    )


def _is_accepted(before: str | None, after: str) -> bool:
    return before in _OPEN and after in ACCEPTED_EVIDENCE


def _sent_for(session: Session, loader: Loader) -> dict[str, int]:
    """The people for whom the loader ever sent something in: number and id. Only theirs are asked for one by one."""
    query = (
        select(PersonRow.person_ref, PersonRow.id)
        .join(CompletionRow, CompletionRow.person_id == PersonRow.id)
        .where(CompletionRow.evidence == Evidence.AWAITING.value, CompletionRow.recorded_by == loader.actor)
        .distinct()
        .order_by(PersonRow.id)
    )
    return dict(session.execute(query).all())


def _lines_of(
    session: Session, file: CompletionsFile, subjects: Iterable[CompletionSubject]
) -> Iterator[int]:
    """The rows that speak of these completions."""
    courses, or_title = load_courses(session), bool(file.incoming.map.name)
    wanted = {(one.person_ref, one.course, one.completed_on) for one in subjects}
    refs = _refs_by_email(session, {ref for ref, _, _ in wanted})
    for row in file.rows:
        course = courses.named(row.course, or_title=or_title)
        ref = row.person_ref or refs.get(row.email, "")
        if course is not None and (ref, courses.codes[course], row.completed_on) in wanted:
            yield row.line


def _refs_by_email(session: Session, refs: Iterable[str]) -> dict[str, str]:
    query = (
        select(PersonDetailRow.email, PersonRow.person_ref)
        .join(PersonRow, PersonRow.id == PersonDetailRow.person_id)
        .where(known(PersonDetailRow, None), PersonRow.person_ref.in_(sorted(refs)))
        .order_by(PersonRow.id)
    )
    return {email: ref for email, ref in session.execute(query) if email}


def _rows(undo: Undo) -> Iterator[tuple[type, Any]]:
    for part in (undo.gone, undo.back):
        for model, rows in part.items():
            for row in rows:
                yield model, row
