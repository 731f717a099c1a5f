"""The unit tree: adding organisations and units, and the numbers by which a unit and all below it are one range."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from foundation.facts import recorded
from foundation.stamp import Stamp
from people.domain import UNIT_SEPARATOR
from people.models import OrganisationRow, OrganisationSectorRow, UnitRow

Place = tuple[str, str]
"""An organisation and a path below it; the path of the organisation itself is empty."""


def add_organisations(session: Session, names: Sequence[str]) -> None:
    """Add organisations by name, each with its own unit at the root."""
    if not names:
        return
    session.execute(insert(OrganisationRow), [{"name": name} for name in sorted(names)])
    ids = organisation_ids(session)
    roots = [_unit(ids[name], None, name, "", 0) for name in sorted(names)]
    session.execute(insert(UnitRow), roots)


def add_units(session: Session, places: Iterable[Place]) -> None:
    """Add units; those above them exist or are among them. Numbers are wrong until `number_units`."""
    by_depth: dict[int, list[Place]] = defaultdict(list)
    for place in places:
        by_depth[len(place[1].split(UNIT_SEPARATOR))].append(place)
    organisations = organisation_ids(session)
    for depth, level in sorted(by_depth.items()):
        known = unit_ids(session)
        rows = []
        for organisation, path in sorted(level):
            above, _, name = path.rpartition(UNIT_SEPARATOR)
            rows.append(_unit(organisations[organisation], known[organisation, above], name, path, depth))
        session.execute(insert(UnitRow), rows)


def number_units(session: Session) -> None:
    """Number the whole tree afresh; only units whose numbers change are written."""
    query = select(UnitRow.id, UnitRow.parent_id, UnitRow.left, UnitRow.right).order_by(
        UnitRow.organisation_id, UnitRow.path, UnitRow.id
    )
    kept: dict[int, tuple[int, int]] = {}
    below: dict[int | None, list[int]] = defaultdict(list)
    for unit_id, parent_id, left, right in session.execute(query):
        kept[unit_id] = (left, right)
        below[parent_id].append(unit_id)
    changed = [
        {"id": unit_id, "left": left, "right": right}
        for unit_id, (left, right) in nested_numbers(below).items()
        if kept[unit_id] != (left, right)
    ]
    if changed:
        session.execute(update(UnitRow), changed)


def nested_numbers(below: dict[int | None, list[int]]) -> dict[int, tuple[int, int]]:
    """Nested-set numbers of a forest, given the children of each unit; None has the roots.

    >>> nested_numbers({None: [1], 1: [2, 3]})
    {2: (2, 3), 3: (4, 5), 1: (1, 6)}
    """
    numbers: dict[int, tuple[int, int]] = {}
    lefts: dict[int, int] = {}
    counter = 0
    ahead = [(unit_id, False) for unit_id in reversed(below.get(None, []))]
    while ahead:
        unit_id, is_left = ahead.pop()
        counter += 1
        if is_left:
            numbers[unit_id] = (lefts[unit_id], counter)
        else:
            lefts[unit_id] = counter
            ahead.append((unit_id, True))
            ahead += [(child, False) for child in reversed(below.get(unit_id, []))]
    return numbers


def record_sectors(session: Session, stamp: Stamp, sectors: dict[str, str]) -> None:
    """Record the sectors of organisations; what was recorded before has been retracted."""
    ids = organisation_ids(session)
    rows = [
        {"organisation_id": ids[name], "sector": sector, **recorded(stamp)}
        for name, sector in sorted(sectors.items())
    ]
    if rows:
        session.execute(insert(OrganisationSectorRow), rows)


def organisation_ids(session: Session) -> dict[str, int]:
    """The id of every organisation by name."""
    query = select(OrganisationRow.name, OrganisationRow.id).order_by(OrganisationRow.id)
    return dict(session.execute(query).all())


def unit_ids(session: Session) -> dict[Place, int]:
    """The id of every unit by its place."""
    query = (
        select(OrganisationRow.name, UnitRow.path, UnitRow.id)
        .join(OrganisationRow, OrganisationRow.id == UnitRow.organisation_id)
        .order_by(UnitRow.id)
    )
    return {(name, path): unit_id for name, path, unit_id in session.execute(query)}


def _unit(organisation_id: int, parent_id: int | None, name: str, path: str, depth: int) -> dict[str, object]:
    return {
        "organisation_id": organisation_id,
        "parent_id": parent_id,
        "name": name,
        "path": path,
        "depth": depth,
        "left": 0,
        "right": 0,
    }
