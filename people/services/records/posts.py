"""Posts by hand: adding, changing, correcting and ending them, by the rules of people files (`people.imports`).

Every act works out the whole history that the post should have; what to retract and what to record is the difference.
"""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import insert
from sqlalchemy.orm import Session

from foundation import audit
from foundation.errors import DomainError
from foundation.facts import recorded, retract, touch
from foundation.formats import long_date
from foundation.stamp import Stamp
from people.domain import UNIT_SEPARATOR
from people.imports.difference import after_rows
from people.imports.posts import Duties, PostRow, PostSpell, RowRefused, by_days, days_in_words, overlap
from people.imports.units import add_units, number_units, unit_ids
from people.models import PostSpellRow
from people.services.records.standing import SpellFact, ref_of, spell_fact, spell_facts

CHANGED, ENDED = "Changed on the pages", "Ended on the pages"


def add_post(session: Session, stamp: Stamp, person_id: int, post_ref: str, spell: PostSpell) -> None:
    """Record a post, or another stretch of one that is known. Raises DomainError where it cannot be."""
    before = spell_facts(session, person_id, post_ref)
    _save(session, stamp, person_id, post_ref, before, [*_spells(before), spell], CHANGED, "post.added")


def change_post(
    session: Session, stamp: Stamp, person_id: int, fact_id: int, changed_on: date, duties: Duties
) -> None:
    """From a day on the post has another unit, title, manager or roles; what it had before stays.

    Raises ChangedMeanwhile where the stretch stands no more, DomainError for a day outside of it.
    """
    now = spell_fact(session, person_id, fact_id)
    if not now.spell.holds_on(changed_on):
        days = days_in_words(now.spell.first_day, now.spell.last_day)
        raise DomainError(f"The day of the change must be a day of this stretch of the post, {days}.")
    if duties == now.spell.duties:
        raise DomainError("Nothing is different. Change something, or go back.")
    before = spell_facts(session, person_id, now.post_ref)
    row = PostRow(
        0,
        duties.organisation,
        duties.unit,
        duties.job_title,
        duties.manager_ref,
        duties.roles,
        changed_on=changed_on,
    )
    after = _after(row, before, changed_on)
    _save(session, stamp, person_id, now.post_ref, before, after, CHANGED, "post.changed")


def correct_post(
    session: Session, stamp: Stamp, person_id: int, fact_id: int, said: PostSpell, reason: str
) -> None:
    """What is said of a stretch of the post was wrong from its first day. Raises as `change_post` does."""
    now = spell_fact(session, person_id, fact_id)
    if said == now.spell:
        raise DomainError("Nothing is different. Change something, or go back.")
    before = spell_facts(session, person_id, now.post_ref)
    after = [said if one.id == fact_id else one.spell for one in before]
    _save(session, stamp, person_id, now.post_ref, before, after, reason, "post.corrected")


def end_post(
    session: Session,
    stamp: Stamp,
    person_id: int,
    fact_id: int,
    last_day: date,
    among: Collection[int] | None = None,
) -> None:
    """The post ends after a day, and with it what was to come of it. Raises as `change_post` does.

    `among`: the organisations of the partner lead who ends it (`spell_fact`).
    """
    now = spell_fact(session, person_id, fact_id, among)
    if last_day < now.spell.first_day:
        began = long_date(now.spell.first_day)
        raise DomainError(
            f"The last day is before this began, on {began}. If it never was, mark it as a mistake."
        )
    if last_day >= now.spell.last_day:
        raise DomainError(
            f"The post ends on {long_date(now.spell.last_day)} already. To put the end later, correct the post."
        )
    before = spell_facts(session, person_id, now.post_ref)
    row = PostRow(0, now.spell.duties.organisation, post_end=last_day)
    after = _after(row, before, last_day)
    _save(session, stamp, person_id, now.post_ref, before, after, ENDED, "post.ended")


def remove_post(session: Session, stamp: Stamp, person_id: int, fact_id: int, reason: str) -> None:
    """A stretch of the post never was. Raises ChangedMeanwhile where it stands no more."""
    now = spell_fact(session, person_id, fact_id)
    before = spell_facts(session, person_id, now.post_ref)
    after = [one.spell for one in before if one.id != fact_id]
    _save(session, stamp, person_id, now.post_ref, before, after, reason, "post.removed")


def _spells(facts: Sequence[SpellFact]) -> list[PostSpell]:
    return [one.spell for one in facts]


def _after(row: PostRow, before: Sequence[SpellFact], as_at: date) -> Sequence[PostSpell]:
    """The history of the post after what is said, as if a people file had said it on that day."""
    try:
        outcome = after_rows([row], _spells(before), as_at)
    except RowRefused as refused:
        raise DomainError(_in_words(refused.message)) from None
    if outcome.notice:
        raise DomainError(outcome.notice)
    return outcome.spells


def _in_words(message: str) -> str:
    """A message about columns as one about the boxes of a form."""
    words = {"post_end": "The last day", "post_start": "the first day", "changed_on": "The day of the change"}
    for column, said in words.items():
        message = message.replace(column, said)
    return message


def _save(
    session: Session,
    stamp: Stamp,
    person_id: int,
    post_ref: str,
    before: Sequence[SpellFact],
    after: Sequence[PostSpell],
    reason: str,
    event: str,
) -> None:
    public_id, person_ref = ref_of(session, person_id)
    _refuse(after, person_ref)
    kept = {one.spell for one in before} & set(after)
    gone = [one.id for one in before if one.spell not in kept]
    new = [spell for spell in sorted(after, key=by_days) if spell not in kept]
    if not gone and not new:
        raise DomainError("Nothing is different. Change something, or go back.")
    retract(session, PostSpellRow, gone, stamp, reason)
    for spell in new:
        session.execute(
            insert(PostSpellRow).values(
                person_id=person_id,
                post_ref=post_ref,
                unit_id=_unit_id(session, spell.duties),
                job_title=spell.duties.job_title,
                manager_ref=spell.duties.manager_ref or None,
                roles=spell.duties.roles,
                first_day=spell.first_day,
                last_day=spell.last_day,
                **recorded(stamp),
            )
        )
    touch(session, [person_id])
    audit.record(session, stamp, event, f"person:{public_id}", post=post_ref, gone=gone, new=len(new))


def _refuse(spells: Sequence[PostSpell], person_ref: str) -> None:
    """Raise DomainError for what people files are refused for too."""
    for spell in spells:
        if spell.last_day < spell.first_day:
            last, first = long_date(spell.last_day), long_date(spell.first_day)
            raise DomainError(f"The last day {last} is before the first day {first}.")
        if spell.duties.manager_ref == person_ref:
            raise DomainError("A person cannot manage themselves.")
    if overlap(spells):
        raise DomainError("Some of these days are recorded for this post already. Correct the days.")


def _unit_id(session: Session, duties: Duties) -> int:
    """The unit by its path; a new path below a known organisation makes its units, as a people file does."""
    known = unit_ids(session)
    place = duties.organisation, duties.unit
    if place not in known:
        if (duties.organisation, "") not in known:
            raise DomainError("There is no such organisation.")
        parts = duties.unit.split(UNIT_SEPARATOR)
        paths = (UNIT_SEPARATOR.join(parts[:depth]) for depth in range(1, len(parts) + 1))
        add_units(
            session,
            [(duties.organisation, path) for path in paths if (duties.organisation, path) not in known],
        )
        number_units(session)
        known = unit_ids(session)
    return known[place]
