"""How far the figures and lists of a reader reach (docs/security.md, "Who sees which page").

A filter narrows what a reader may see and never widens it: a page takes only the choices that it offers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import abort

from compliance.services.figures import Question
from foundation.db import Session
from foundation.errors import NotFound
from people.domain import Account
from people.services.scope import directorates, own_units
from people.store import Unit

LEAST = 5
"""Readers of numbers without names see no number of people below this."""
DEEPEST_CHOICE = 2
"""How deep the choice of units goes; deeper ones are reached through the breakdown."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What a reader's figures cover. `must_choose`: one of the units, never the whole."""

    units: Sequence[Unit]
    organisation_ids: frozenset[int] | None = None
    names: bool = False
    must_choose: bool = False

    @property
    def least(self) -> int:
        return 0 if self.names else LEAST

    def unit(self, public_id: str) -> Unit | None:
        """The unit that an address names; the first where one must be chosen. NotFound for any other."""
        if not public_id:
            return self.units[0] if self.must_choose else None
        found = next((unit for unit in self.units if unit.public_id == public_id), None)
        if found is None:
            raise NotFound("There is no such unit.")
        return found

    def question(self, requirement: str, unit: Unit | None) -> Question:
        """The question that these filters ask."""
        return Question(
            requirement=requirement or None,
            organisation=unit.organisation if unit else None,
            unit=(unit.path or None) if unit else None,
            organisation_ids=self.organisation_ids,
        )

    def unit_options(self, chosen: Unit | None) -> list[tuple[str, str]]:
        """What the choice of units offers: (public id, words)."""
        deeper = chosen.id if chosen else None
        offered = [unit for unit in self.units if unit.depth <= DEEPEST_CHOICE or unit.id == deeper]
        several = len({unit.organisation for unit in offered}) > 1
        options = [(unit.public_id, unit_words(unit, several)) for unit in offered]
        return options if self.must_choose else [("", "All units"), *options]


def unit_words(unit: Unit, with_organisation: bool) -> str:
    """How a unit is called: its path, and its organisation where that is not plain."""
    if not unit.path:
        return unit.organisation
    return f"{unit.organisation}: {unit.path}" if with_organisation else unit.path


def figures_reach(session: Session, account: Account, today: date, every: Sequence[Unit]) -> Reach:
    """Whose figures a reader sees of every unit: all, those of a partner's own people, or numbers without names."""
    if account.sees_everybody:
        return Reach(every, names=True)
    if account.is_partner_lead:
        return _part(every, account)
    if account.is_manager:
        return Reach(every)
    if account.person_id is not None:
        own = directorates(every, own_units(session, account.person_id, today, every))
        if own:
            return Reach(own, must_choose=True)
    return abort(403)


def lists_reach(account: Account, every: Sequence[Unit]) -> Reach:
    """Whose names a reader sees of every unit. The page narrows a manager's list to the team."""
    if account.sees_everybody:
        return Reach(every, names=True)
    if account.is_partner_lead:
        return _part(every, account)
    if account.is_manager:
        return Reach(every, names=True)
    return abort(403)


def _part(every: Sequence[Unit], account: Account) -> Reach:
    own = [unit for unit in every if unit.organisation_id in account.organisation_ids]
    return Reach(own, organisation_ids=account.organisation_ids, names=True)
