"""Counting rules 2, 3 and 8: on which days a requirement applies to a person, through which role and in which units."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from compliance.domain.requirement import EVERYONE, Requirement, RoleLink
from compliance.domain.spans import UnitSpan
from foundation.dates import Period, add_days, joined
from people.domain import Spell


@dataclass(frozen=True, slots=True)
class HeldSpell:
    """A post spell with the days on which it holds each role."""

    spell: Spell
    holdings: Sequence[tuple[str, Period]]


@dataclass(frozen=True, slots=True)
class Hold:
    """Days on which one role link held for one spell, and the day by which it asks for a first completion."""

    first_day: date
    last_day: date
    due_on: date
    role: str
    unit_id: int

    @property
    def period(self) -> Period:
        return Period(self.first_day, self.last_day)


def by_role(links: Iterable[RoleLink]) -> dict[str, list[RoleLink]]:
    """The links of a requirement by role, as `holds` wants them."""
    found: dict[str, list[RoleLink]] = {}
    for link in links:
        found.setdefault(link.role, []).append(link)
    return found


def holds(
    spells: Iterable[HeldSpell], lines: Sequence[Requirement], links: Mapping[str, Sequence[RoleLink]]
) -> list[Hold]:
    """Every stretch of days on which a link of the requirement held for a spell (counting rule 2)."""
    everyone = links.get(EVERYONE, ())
    result = []
    for held in spells:
        spell = held.spell
        matched = [(link, period) for role, period in held.holdings if role in links for link in links[role]]
        if everyone:
            whole = Period(spell.first_day, spell.last_day)
            matched += [(link, whole) for link in everyone]
        if not matched:
            continue
        for line in lines:
            if not line.covers_place(spell.place):
                continue
            for link, period in matched:
                first = max(period.first, link.first_day, line.first_day)
                last = min(period.last, link.last_day, line.last_day)
                if first <= last:
                    result.append(
                        Hold(first, last, add_days(first, link.days), link.role, spell.place.unit_id)
                    )
    if len(result) > 1:
        result.sort(key=lambda hold: (hold.first_day, hold.due_on, hold.role, hold.unit_id))
    return result


def unit_spans(found: Sequence[Hold]) -> tuple[UnitSpan, ...]:
    """Where the person counts, and when (counting rule 8): one span a unit for nearly everybody."""
    if len(found) == 1:
        hold = found[0]
        return (UnitSpan(hold.unit_id, hold.first_day, hold.last_day),)
    periods: dict[int, list[Period]] = {}
    for hold in found:
        periods.setdefault(hold.unit_id, []).append(hold.period)
    where = [(unit_id, period) for unit_id in sorted(periods) for period in joined(periods[unit_id])]
    return tuple(
        UnitSpan(unit_id, period.first, period.last, _is_shared(unit_id, period, where))
        for unit_id, period in where
    )


def _is_shared(unit_id: int, period: Period, where: Sequence[tuple[int, Period]]) -> bool:
    return any(other != unit_id and period.meet(held) is not None for other, held in where)


@dataclass(frozen=True, slots=True)
class DueStep:
    """From `since` on, the first due day of the run is `due_on`, because of `role` held from `role_since`."""

    since: date
    due_on: date
    role: str
    role_since: date


def due_steps(found: Sequence[Hold], run: Period) -> list[DueStep]:
    """How the first due day develops within a run (counting rule 3): it can only come forward.

    The earliest of (first day held in the run + days allowed) over the links that have held so far. A link that held
    again later in the run, or went on in another post, gives a later day and so changes nothing.
    """
    steps: list[DueStep] = []
    for hold in found:
        if run.first <= hold.first_day <= run.last and (not steps or hold.due_on < steps[-1].due_on):
            steps.append(DueStep(hold.first_day, hold.due_on, hold.role, hold.first_day))
    return steps
