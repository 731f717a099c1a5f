"""Completions that somebody might put right by hand, with everything that would do it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.models import CompletionRow
from tests.belongings import NOBODY, Thing, World


def completions(world: World, session: Session) -> list[Thing]:
    """One of a manager, of somebody elsewhere, of each partner; those of nobody, and one that never was."""
    day = world.borough.today
    found = []
    for name in ("Mo", "Vic", "Pia", "Xan"):
        query = select(CompletionRow).where(CompletionRow.person_id == world.borough.ids[name])
        row = session.scalars(query.order_by(CompletionRow.id)).first()
        assert row is not None
        where = {
            "public_id": world.borough.people[name],
            "course": "PREV",
            "completed_on": row.completed_on.isoformat(),
        }
        fields = {
            "fact": str(row.id),
            "course": "BRIEF",
            "how": "mistake",
            "reason": "Tests",
            "step": "confirm",
        }
        for part in ("day", "month", "year"):
            fields[f"completed_on-{part}"] = str(getattr(day, part))
        found.append(Thing(name, where, fields=fields))
    known = found[0]
    nobody = Thing(None, {**known.values, "public_id": NOBODY}, fields=known.fields)
    never = Thing(None, {**known.values, "course": "BRIEF"}, fields=known.fields)
    return [*found, nobody, never]
