"""What a file says about one post against what is recorded of it. Pure: spells in, spells out.

The answer is always the whole history that the post should have. What to retract and what to record is then the
difference of two sets, so a file that is loaded again finds nothing to do.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from foundation.dates import FAR_DAY, day_after, day_before
from foundation.formats import long_date
from people.imports.posts import (
    Duties,
    Outcome,
    PostRow,
    PostSpell,
    RowRefused,
    What,
    by_days,
    overlap,
)


def after_rows(rows: Sequence[PostRow], recorded: Sequence[PostSpell], as_at: date) -> Outcome:
    """The history of a post after the rows of a file about it (interfaces, "People").

    `recorded` is in order of days. Raises RowRefused for what the rows of this post cannot mean.
    """
    if not recorded:
        return Outcome(_as_given(rows, (), as_at), "added")
    if len(rows) > 1:
        spells = _as_given(rows, recorded, as_at)
        return Outcome(spells, "unchanged" if spells == tuple(recorded) else "corrected")
    return _after_one_row(rows[0], tuple(recorded), as_at)


def after_absence(recorded: Sequence[PostSpell], as_at: date) -> Outcome:
    """The history of a running post that a whole-workforce file leaves out: it ends the day before the as-at date."""
    return Outcome(_ended(tuple(recorded), day_before(as_at)), "missing")


def _as_given(rows: Sequence[PostRow], recorded: Sequence[PostSpell], as_at: date) -> tuple[PostSpell, ...]:
    """The rows are the history of the post. A row without a start keeps the one that is recorded for it."""
    spells = []
    for row in rows:
        last_day = FAR_DAY if row.post_end is None else row.post_end
        same_start = next((spell for spell in recorded if spell.first_day == row.post_start), None)
        duties = row.duties(same_start.duties if same_start else None)
        first_day = row.post_start
        if first_day is None:
            kept = (s.first_day for s in recorded if s.duties == duties and s.last_day == last_day)
            first_day = next(kept, as_at)
        _refuse_backwards(first_day, last_day)
        spells.append(PostSpell(first_day, last_day, duties))
    if overlap(spells):
        raise RowRefused("The periods of the rows of this post overlap. Correct their days.", "post_start")
    return tuple(sorted(spells, key=by_days))


def _after_one_row(row: PostRow, recorded: tuple[PostSpell, ...], as_at: date) -> Outcome:
    if len(recorded) == 1 and _repeats(row, recorded[0], as_at):  # nearly every row of nearly every file
        return Outcome(recorded, "unchanged")
    if row.post_start is not None and row.post_end is not None and row.post_end < row.post_start:
        _refuse_backwards(row.post_start, row.post_end)
    if _is_recorded(row, recorded):
        return Outcome(recorded, "unchanged")
    if row.post_start is not None and row.post_start > recorded[-1].last_day:
        return Outcome((*recorded, _next_spell(row, recorded[-1])), "returned")
    if completed := _with_forgotten_spell(row, recorded):
        return Outcome(completed, "corrected")
    spells = recorded
    what: What = "unchanged"
    if all(spell.last_day < as_at for spell in recorded):
        spells, what = _after_the_end(row, recorded, as_at)
        if what == "returned":
            return Outcome(spells, "returned")
    elif row.post_end is not None and row.post_end != recorded[-1].last_day:
        spells, what = _with_end(row.post_end, recorded, as_at)
    changed, notice = _with_duties(row, spells, as_at)
    if not notice:
        changed, notice = _with_start(row, changed)
    if changed == recorded:
        return Outcome(recorded, "unchanged", notice)
    if what == "unchanged" or (what == "planned_end" and changed != spells):
        what = "changed" if _holds_new_duties(changed, recorded) else "corrected"
    return Outcome(changed, what, notice)


def _holds_new_duties(changed: tuple[PostSpell, ...], recorded: tuple[PostSpell, ...]) -> bool:
    return len(changed) > len(recorded)


def _repeats(row: PostRow, running: PostSpell, as_at: date) -> bool:
    """Whether the row says what the running spell says."""
    return (
        (row.post_start is None or row.post_start == running.first_day)
        and (row.post_end is None or row.post_end == running.last_day)
        and running.first_day <= as_at <= running.last_day
        and row.duties(running.duties) == running.duties
    )


def _is_recorded(row: PostRow, recorded: tuple[PostSpell, ...]) -> bool:
    """Whether the row repeats a spell of the record, start and end included: also one that has ended."""
    if row.post_start is None or row.post_end is None or row.post_end == FAR_DAY:
        return False
    return any(
        spell.first_day == row.post_start
        and spell.last_day == row.post_end
        and spell.duties == row.duties(spell.duties)
        for spell in recorded
    )


def _with_forgotten_spell(row: PostRow, recorded: tuple[PostSpell, ...]) -> tuple[PostSpell, ...]:
    """The history with a spell of the past that it did not have; empty where the row is not about one.

    Such a row was set aside and mended: the other rows of the history have applied already, and it must not end them.
    """
    if row.post_start is None or row.post_end is None or row.post_end >= recorded[-1].first_day:
        return ()
    _refuse_backwards(row.post_start, row.post_end)
    beside = next((known for known in reversed(recorded) if known.first_day <= row.post_start), recorded[0])
    spell = PostSpell(row.post_start, row.post_end, row.duties(beside.duties))
    completed = tuple(sorted((*recorded, spell), key=by_days))
    return () if overlap(completed) else completed


def _after_the_end(
    row: PostRow, recorded: tuple[PostSpell, ...], as_at: date
) -> tuple[tuple[PostSpell, ...], What]:
    """A row about a post whose last spell has ended before the as-at date: a wrong end, or somebody who returns."""
    last = recorded[-1]
    last_day = FAR_DAY if row.post_end is None else row.post_end
    if row.post_start is None:
        if last_day < as_at:  # it says no more than when the post ended
            return _with_end(last_day, recorded, as_at)
        return (*recorded, PostSpell(as_at, last_day, row.duties(last.duties))), "returned"
    known_start = any(spell.first_day == row.post_start for spell in recorded)
    if known_start or row.post_start < last.first_day or last_day <= last.last_day:
        return _with_end(last_day, recorded, as_at)
    # A start inside the last spell: the post began anew there, and what came before stays in the record.
    return (*_ended(recorded, day_before(row.post_start)), _next_spell(row, last)), "returned"


def _next_spell(row: PostRow, last: PostSpell) -> PostSpell:
    assert row.post_start is not None
    last_day = FAR_DAY if row.post_end is None else row.post_end
    return PostSpell(row.post_start, last_day, row.duties(last.duties))


def _with_end(
    last_day: date, spells: tuple[PostSpell, ...], as_at: date
) -> tuple[tuple[PostSpell, ...], What]:
    """The end of the post corrected: cut short, put later, or opened again."""
    kept = _ended(spells, last_day)
    if not kept:
        raise RowRefused(
            f"post_end {long_date(last_day)} is before the post started, on {long_date(spells[0].first_day)}.",
            "post_end",
        )
    what: What
    if last_day < as_at <= spells[-1].last_day:
        what = "ended"
    elif last_day == FAR_DAY or spells[-1].last_day < as_at <= last_day:
        what = "reopened"
    else:
        what = "planned_end" if last_day >= as_at else "corrected"
    return (*kept[:-1], replace(kept[-1], last_day=last_day)), what


def _with_duties(
    row: PostRow, spells: tuple[PostSpell, ...], as_at: date
) -> tuple[tuple[PostSpell, ...], str]:
    """The running spell ends the day before `changed_on` and the next starts, where the duties differ."""
    at, changed_on = _concerned(row, spells, as_at)
    if at is None:
        return _with_duties_off_the_day(row, spells, as_at)
    running = spells[at]
    duties = row.duties(running.duties)
    if duties == running.duties:
        return spells, ""
    if changed_on < running.first_day:
        raise RowRefused(
            f"changed_on {long_date(changed_on)} is before the running spell of this post began, on "
            f"{long_date(running.first_day)}. Send the history of the post, one row a spell, or a later day.",
            "changed_on",
        )
    if changed_on > running.last_day:
        raise RowRefused(
            f"changed_on {long_date(changed_on)} is after the last day of the post, {long_date(running.last_day)}.",
            "changed_on",
        )
    return _changed_from(spells, at, changed_on, duties), ""


def _concerned(row: PostRow, spells: tuple[PostSpell, ...], as_at: date) -> tuple[int | None, date]:
    """The position of the spell that a row speaks of, and from which day on its duties hold."""
    if row.post_start is not None and row.post_start > as_at:
        coming = next((at for at, spell in enumerate(spells) if spell.first_day == row.post_start), None)
        if coming is not None:
            return coming, row.changed_on or row.post_start
    changed_on = row.changed_on or as_at
    at = _position(spells, max(as_at, changed_on))
    if at is None:
        at = _position(spells, as_at)
    return at, changed_on


def _with_duties_off_the_day(
    row: PostRow, spells: tuple[PostSpell, ...], as_at: date
) -> tuple[tuple[PostSpell, ...], str]:
    """The post does not run on the as-at date: it is still to begin, or it has ended."""
    coming = next((at for at, spell in enumerate(spells) if spell.first_day > as_at), None)
    at = len(spells) - 1 if coming is None else coming
    spell = spells[at]
    duties = row.duties(spell.duties)
    if duties == spell.duties:
        return spells, ""
    if coming is not None and (row.changed_on is None or row.changed_on <= spell.first_day):
        return _changed_from(spells, at, spell.first_day, duties), ""
    if row.changed_on is not None and spell.holds_on(row.changed_on):
        return _changed_from(spells, at, row.changed_on, duties), ""
    return spells, (
        f"The post ended on {long_date(spell.last_day)}. Its unit, title, roles or manager differ from the record; "
        "they were not changed, because no day of the post is left on which the new ones could hold."
    )


def _changed_from(spells: tuple[PostSpell, ...], at: int, day: date, duties: Duties) -> tuple[PostSpell, ...]:
    running = spells[at]
    before = (replace(running, last_day=day_before(day)),) if day > running.first_day else ()
    new = PostSpell(day, running.last_day, duties)
    rest = spells[at + 1 :]
    # What was to come on a later day has come earlier: one spell.
    if rest and rest[0].duties == duties and rest[0].first_day == day_after(new.last_day):
        new, rest = replace(new, last_day=rest[0].last_day), rest[1:]
    return (*spells[:at], *before, new, *rest)


def _with_start(row: PostRow, spells: tuple[PostSpell, ...]) -> tuple[tuple[PostSpell, ...], str]:
    """The start of the post corrected, where that can be meant without losing a part of its history."""
    start = row.post_start
    if start is None or any(spell.first_day == start for spell in spells):
        return spells, ""
    first = spells[0]
    if start < first.first_day:
        return (replace(first, first_day=start), *spells[1:]), ""
    if len(spells) == 1:
        return (replace(first, first_day=start),), ""
    return spells, (
        f"post_start {long_date(start)} is the start of none of the spells of this post. The recorded days were kept; "
        "to correct them, send the history of the post, one row a spell."
    )


def _ended(spells: tuple[PostSpell, ...], last_day: date) -> tuple[PostSpell, ...]:
    kept = tuple(spell for spell in spells if spell.first_day <= last_day)
    if kept and kept[-1].last_day > last_day:
        return (*kept[:-1], replace(kept[-1], last_day=last_day))
    return kept


def _position(spells: tuple[PostSpell, ...], day: date) -> int | None:
    return next((at for at, spell in enumerate(spells) if spell.holds_on(day)), None)


def _refuse_backwards(first_day: date, last_day: date) -> None:
    if last_day < first_day:
        raise RowRefused(
            f"post_end {long_date(last_day)} is before post_start {long_date(first_day)}.", "post_end"
        )
