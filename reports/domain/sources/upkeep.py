"""What reports ask about the upkeep of the record: exemptions, absences, imports, moves, and who changed what. Pure.

All answers are of the record as it stands. They hold no reason and no kind of an absence, and no payroll number.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from foundation.dates import Period
from people.domain import Spell


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An exemption of somebody, or days on which they are away from work, and never why.

    `given_for` is the requirement of an exemption; None: every requirement, as with an absence. `affected` are the
    requirements for which the person is left out because of it on one of its days. `taken_back_on`: it never held.
    """

    name: str
    organisation: str
    unit: str
    is_exemption: bool
    first_day: date
    last_day: date
    given_for: str | None
    approved_by: str
    recorded_by: str
    affected: tuple[str, ...] = ()
    taken_back_on: date | None = None


@dataclass(frozen=True, slots=True)
class Load:
    """A batch: a file that was loaded, or the taking back of one (`undoes`). Moments are in London's zone.

    `new` and `changed` are facts. `by_row`: a row of such a file is one fact at most, so the rows that changed nothing
    can be told. `undone_by` is the number of the batch that took it back.
    """

    number: int
    kind: str
    file_name: str
    source: str
    rows: int
    new: int
    changed: int
    set_aside: int
    changes: tuple[tuple[str, int], ...]
    by_row: bool
    loaded_by: str
    loaded_at: datetime
    undoes: int | None = None
    undone_by: int | None = None


@dataclass(frozen=True, slots=True)
class Gaps:
    """How much is to be put right: people, posts and exemptions of a day; the last three wait now, whatever the day."""

    no_manager: int
    no_role: int
    no_email: int
    posts_ending: int
    exemptions_ending: int
    roles_to_review: int
    waiting_for_check: int
    corrections_asked_for: int
    ending_days: int
    review_days: int


@dataclass(frozen=True, slots=True)
class Completed:
    """A completion of somebody. `taken_back_on`: the record holds none of this course and day since."""

    course: str
    completed_on: date
    taken_back_on: date | None = None


@dataclass(frozen=True, slots=True)
class Mover:
    """Somebody who holds, or held, posts in several units; with the days on which each requirement asks for them."""

    name: str
    spells: Sequence[Spell]
    required: Mapping[str, Sequence[Period]] = field(default_factory=dict)
    completions: Sequence[Completed] = ()


@dataclass(frozen=True, slots=True)
class TrailEvent:
    """An act in the audit trail. The moment is in London's zone.

    `actor` is as the trail has it, `who` in words. `subject` names what was acted on by its kind and reference; of a
    person that is the random id.
    """

    at: datetime
    actor: str
    who: str
    event: str
    subject: str
    details: Mapping[str, Any] = field(default_factory=dict)


class UpkeepSources(Protocol):
    """How the record came about and who is left out, within what the reader may see."""

    def left_out(self, days: Period) -> Sequence[LeftOut]:
        """Exemptions and absences, by name, with the place on the last of these days.

        Those that ended before the first are not among them; those taken back since then are.
        """
        ...

    def imports(self, days: Period) -> Sequence[Load]:
        """The batches of some days, the latest first."""
        ...

    def gaps(self, day: date) -> Gaps:
        """What is to be put right: the numbers of the page "Work to do"."""
        ...

    def movers(self, days: Period) -> Sequence[Mover]:
        """Everybody who may have moved to another unit on one of these days, by name."""
        ...

    def trail(self, days: Period, most: int) -> Sequence[TrailEvent]:
        """So many acts of some days at most, the latest first."""
        ...
