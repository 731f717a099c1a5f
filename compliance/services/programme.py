"""Changing the rule book, by a file or on pages: what would change and for whom, then the change (docs/adr/0005)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from compliance.domain.change import RuleChange, change, concerned, key
from compliance.domain.effect import Effect
from compliance.domain.requirement import ReminderStep, RuleBook
from compliance.programme.reading import Programme, read_programme
from compliance.programme.words import Note, counted, notes, subject
from compliance.services.rule_drafts.letters import would_be_written_to
from compliance.services.what_if import what_if
from compliance.store.rules import load_rule_book, places_not_found, requirement_ids, write_change
from foundation import audit
from foundation.errors import DomainError, Problem
from foundation.facts import Progress, no_progress, touch_rules
from foundation.formats import count_noun, long_date
from foundation.stamp import Stamp
from people.models import PersonRow

OVERTAKEN = "The rule book was changed meanwhile. Nothing was saved. Look at the preview again."


@dataclass(frozen=True)
class Preview:
    """What loading a file would do: line by line in words, and to people and figures on its first day."""

    file_name: str
    day: date
    change: RuleChange
    notes: tuple[Note, ...] = ()
    effects: tuple[Effect, ...] = ()
    """The requirements whose people or targets change; the others stay as they are."""
    written_to: tuple[int, ...] = ()
    """Those to whom messages would go because of it, when it counts and messages leave."""
    person_refs: Mapping[int, str] = field(default_factory=dict)
    """The references of the people named in the effects, and of those who would be written to."""
    notices: tuple[Problem, ...] = ()

    def refs(self, person_ids: Iterable[int]) -> list[str]:
        """The references of people, in order."""
        return sorted(self.person_refs[person_id] for person_id in person_ids)


def preview_programme(
    session: Session,
    text: str,
    file_name: str,
    effective: date,
    progress: Progress = no_progress,
    today: date = date.min,
) -> Preview:
    """What loading a programme file from `effective` on would do; nothing is saved.

    Nobody is written to before `today`. Raises DomainError with everything that is wrong with the file.
    """
    programme = read_programme(text, file_name)
    found = change(load_rule_book(session), programme.book, effective)
    shown = what_if(session, found, [effective], progress)[effective]
    written_to = would_be_written_to(session, found.after, shown, max(effective, today)) if found else ()
    return Preview(
        file_name=file_name,
        day=effective,
        change=found,
        notes=notes(found),
        effects=shown,
        written_to=written_to,
        person_refs=_person_refs(session, shown, written_to),
        notices=(*programme.notices, *_notices(session, programme, found, effective, file_name)),
    )


def load_programme(
    session: Session,
    stamp: Stamp,
    text: str,
    file_name: str,
    effective: date,
    expected: RuleChange | None = None,
) -> RuleChange:
    """Make the rule book what the file says from `effective` on, the past as it was; inside a transaction.

    With `expected`, the change that a preview showed, anything else is refused: somebody else was quicker.
    Loading the same file again changes nothing and leaves no trace. Raises DomainError.
    """
    wanted = read_programme(text, file_name).book
    return apply_book(session, stamp, wanted, effective, expected, "programme.loaded", file_name)


def apply_book(
    session: Session,
    stamp: Stamp,
    wanted: RuleBook,
    effective: date,
    expected: RuleChange | None,
    event: str,
    about: str,
    **details: Any,
) -> RuleChange:
    """Make the rule book the wanted one from `effective` on, as `load_programme` does; `event` goes into the audit."""
    found = change(load_rule_book(session), wanted, effective)
    if expected is not None and found != expected:
        raise DomainError(OVERTAKEN)
    if not found:
        return found
    write_change(session, stamp, found)
    ids = requirement_ids(session)
    codes = concerned(found.before, found.after)
    touch_rules(session, [ids[code] for code in sorted(codes)])
    audit.record(
        session,
        stamp,
        event,
        about,
        effective=None if found.effective is None else found.effective.isoformat(),
        requirements=sorted(codes),
        **counted(notes(found)),
        **details,
    )
    return found


def _person_refs(session: Session, shown: Iterable[Effect], written_to: Iterable[int]) -> dict[int, str]:
    wanted = set(written_to)
    for effect in shown:
        wanted.update(effect.gain, effect.lose, effect.become_overdue, effect.become_compliant)
    if not wanted:
        return {}
    query = select(PersonRow.id, PersonRow.person_ref).order_by(PersonRow.id)
    return {row.id: row.person_ref for row in session.execute(query) if row.id in wanted}


def _notices(
    session: Session, programme: Programme, found: RuleChange, day: date, file_name: str
) -> Iterator[Problem]:
    """What the reader of a preview should know, though nothing is wrong."""
    for line in found.moved:
        message = (
            f"{subject(line)} is new or changed. Its first day, {long_date(line.first_day)}, is past: "
            f"it counts from {long_date(day)}, and earlier days stay as they were."
        )
        yield Problem(message, file_name, programme.line_numbers.get(line, 0), "first_day")
    for line in found.past:
        message = f"{subject(line)} ended before {long_date(day)} and is not in the record. It is left out."
        yield Problem(message, file_name, programme.line_numbers.get(line, 0), "last_day")
    later = sum(line.first_day > day for line in found.added)
    if later:
        changes = count_noun(later, "change begins", "changes begin")
        yield Problem(
            f"{changes} after {long_date(day)}. The effect on people then is not shown here.", file_name
        )
    yield from _reminder_notices(programme, found, day, file_name)
    units, organisations = places_not_found(session, programme.book)
    for unit in units:
        yield Problem(f'No organisation has a unit "{unit}" yet. Check how it is written.', file_name)
    for organisation in organisations:
        yield Problem(f'There is no organisation "{organisation}" yet. Check how it is written.', file_name)


def _reminder_notices(
    programme: Programme, found: RuleChange, day: date, file_name: str
) -> Iterator[Problem]:
    """A list that is missing means that there are none; and a step is known by its code for good."""
    ended = {key(line): line for line in found.ended if isinstance(line, ReminderStep)}
    if ended and not any(step.last_day >= day for step in programme.book.reminder_steps):
        yield Problem(
            f"The file has no reminder steps, so those of the record end: from {long_date(day)} on nobody is reminded "
            "of anything. Export the rule book first if you want to keep them.",
            file_name,
        )
    for line in found.added:
        old = ended.get(key(line))
        if isinstance(line, ReminderStep) and old and (old.kind, old.to) != (line.kind, line.to):
            message = (
                f"{subject(line)} says something else than before. Whoever was told by it is not told again: "
                "give a step that says something else a code of its own."
            )
            same = (number for wanted, number in programme.line_numbers.items() if key(wanted) == key(line))
            yield Problem(message, file_name, next(same, 0), "code")
