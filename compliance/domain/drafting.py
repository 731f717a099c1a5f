"""What a form asks of the rule book: one line begins, changes or ends from a day on. Pure; the past stays as it was.

Each function takes a rule book and gives the one with that done, so that several edits make one draft. A draft counts
from one day: it is the wanted rule book that `change` compares with the recorded one.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from datetime import date
from hashlib import sha256

from compliance.domain.change import Key, Line, RuleChange, book_of, holding, key, lines_of
from compliance.domain.requirement import AcceptedCourse, RuleBook
from foundation.dates import FAR_DAY, FIRST_DAY, day_after, day_before
from foundation.errors import DomainError
from foundation.formats import long_date

Edit = Callable[[RuleBook, date], RuleBook]
"""One edit: the rule book so far, and the day from which the draft counts."""


class CollisionError(DomainError):
    """A draft and the record both changed the same thing. `keys` say which."""

    def __init__(self, keys: Iterable[Key]) -> None:
        self.keys = tuple(sorted(keys))
        super().__init__("The rule book was changed meanwhile, in a place that your draft changes too.")


def added(book: RuleBook, line: Line, day: date) -> RuleBook:
    """The rule book with a line that begins on a day, up to the next one about the same thing.

    Raises DomainError where something about the same thing holds on that day already.
    """
    lines = lines_of(book)
    same = [other for other in lines if key(other) == key(line) and _contradicts(other, line)]
    if any(other.first_day <= day <= other.last_day for other in same):
        raise DomainError("The rule book has this already. Change what is there instead")
    later = [other.first_day for other in same if other.first_day > day]
    last_day = day_before(min(later)) if later else FAR_DAY
    return _with(book, (), [holding(line, day, last_day)])


def changed(book: RuleBook, old: Line, new: Line, day: date) -> RuleBook:
    """The rule book in which `new` takes the place of `old` from a day on, for the rest of the days of `old`.

    Raises DomainError where nothing differs, where `old` has ended by then, or where `new` says what another line says.
    """
    _still_holds(old, day)
    first_day = max(day, old.first_day)
    new = holding(new, first_day, old.last_day)
    if new == holding(old, first_day, old.last_day):
        raise DomainError("Nothing is different. Change something, or go back")
    for other in lines_of(book):
        if (
            other != old
            and key(other) == key(new)
            and _contradicts(other, new)
            and other.first_day <= new.last_day
            and new.first_day <= other.last_day
        ):
            raise DomainError("The rule book has this already. Change what is there instead")
    return _with(book, [old], [*_kept(old, first_day), new])


def ended(book: RuleBook, line: Line, day: date) -> RuleBook:
    """The rule book in which a line no longer holds from a day on; one that would begin later does not begin."""
    _still_holds(line, day)
    return _with(book, [line], _kept(line, max(day, line.first_day)))


def taken_out(wanted: RuleBook, base: RuleBook, about: Sequence[Key]) -> RuleBook:
    """The draft without what it says about some things: there it is as its base again."""
    left = [line for line in lines_of(wanted) if key(line) not in about]
    again = [line for line in lines_of(base) if key(line) in about]
    return book_of([*left, *again], wanted.name)


def carried_over(base: RuleBook, wanted: RuleBook, recorded: RuleBook) -> RuleBook:
    """A draft made from `base`, as a draft of what the record says by now.

    Raises CollisionError where the record changed something that the draft changes too.
    """
    was, wants = set(lines_of(base)), set(lines_of(wanted))
    gone, new = was - wants, wants - was
    touched = {key(line) for line in gone | new}
    collisions = {about for about in touched if _about(base, about) != _about(recorded, about)}
    if collisions:
        raise CollisionError(collisions)
    left = [line for line in lines_of(recorded) if line not in gone]
    return book_of([*left, *new], wanted.name if wanted.name != base.name else recorded.name)


def moved(change: RuleChange, day: date) -> RuleBook:
    """The wanted rule book of a change, had it been made from another day on.

    Raises DomainError where a line that it changes does not hold on that day: it would have to be another change.
    """
    lines = [line for line in lines_of(change.before) if line not in set(change.ended)]
    for line in change.ended:
        if line.last_day < day:
            raise DomainError(
                f"Something that you change ends before {long_date(day)}. Choose an earlier day"
            )
        lines += _kept(line, day)
    for line in change.added:
        if line.last_day < day:
            raise DomainError(f"Something that you add ends before {long_date(day)}. Choose an earlier day")
        begins_with_it = change.effective in (None, line.first_day)
        first_day = day if begins_with_it or line.first_day < day else line.first_day
        lines.append(holding(line, first_day, line.last_day))
    return book_of(lines, change.name)


def ahead(book: RuleBook, day: date) -> list[tuple[date, RuleChange]]:
    """What will be different on later days: each with the change that takes place on it."""
    turns = {line.first_day for line in lines_of(book) if line.first_day > day}
    turns |= {day_after(line.last_day) for line in lines_of(book) if day <= line.last_day < FAR_DAY}
    return [(turn, turning(book, turn)) for turn in sorted(turns)]


def turning(book: RuleBook, day: date) -> RuleChange:
    """What a rule book says differently on a day from the day before."""
    ending = [line for line in lines_of(book) if line.last_day == day_before(day)]
    begins = [line for line in lines_of(book) if line.first_day == day]
    ended = []
    for line in ending:
        # As if it had been meant to go on as long as what follows it: a change is told of what would have been.
        follows = [other for other in begins if key(other) == key(line)]
        meant = holding(line, line.first_day, follows[0].last_day if follows else FAR_DAY)
        if follows and holding(meant, day, meant.last_day) == follows[0]:
            begins.remove(follows[0])
        else:
            ended.append(meant)
    return RuleChange(book, day, ended=tuple(ended), added=tuple(begins), name=book.name)


def mark_of(line: Line) -> str:
    """By what an address names one line: it differs when anything about the line does."""
    values = [(field.name, str(getattr(line, field.name))) for field in fields(line)]
    return sha256(repr((key(line), values)).encode()).hexdigest()[:16]


def _still_holds(line: Line, day: date) -> None:
    if line.last_day < day:
        raise DomainError(f"This ends before {long_date(day)}. Choose an earlier day")


def _kept(line: Line, first_day: date) -> list[Line]:
    """What remains of a line that something else follows from a day on."""
    return [holding(line, line.first_day, day_before(first_day))] if line.first_day < first_day else []


def _contradicts(one: Line, other: Line) -> bool:
    """Whether two lines about one thing may not hold on the same days.

    The same course on other terms for those who took it earlier or later is no contradiction.
    """
    if isinstance(one, AcceptedCourse) and isinstance(other, AcceptedCourse):
        return (one.taken_from or FIRST_DAY) <= (other.taken_to or FAR_DAY) and (
            other.taken_from or FIRST_DAY
        ) <= (one.taken_to or FAR_DAY)
    return True


def _about(book: RuleBook, about: Key) -> set[Line]:
    return {line for line in lines_of(book) if key(line) == about}


def _with(book: RuleBook, gone: Sequence[Line], new: Sequence[Line]) -> RuleBook:
    """Without some lines and with others; new neighbours that say the same are made one."""
    lines = [line for line in lines_of(book) if line not in gone]
    for line in sorted(new, key=lambda line: line.first_day):
        before = next(
            (
                other
                for other in lines
                if day_after(other.last_day) == line.first_day
                and other.last_day != FAR_DAY
                and holding(line, other.first_day, other.last_day) == other
            ),
            None,
        )
        if before is not None:
            lines.remove(before)
            lines.append(holding(line, before.first_day, line.last_day))
        else:
            lines.append(line)
    return book_of(lines, book.name)
