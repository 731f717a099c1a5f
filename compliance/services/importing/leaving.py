"""The brake for leavers where a batch of people is taken back: the same one that holds a short file (promise D8)."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from people.imports.batches import Undo
from people.imports.brake import PostMove, refusals
from people.imports.posts import Duties, PostSpell
from people.imports.state import PostKey, Recorded, load_recorded
from people.models import PostSpellRow

_OF_A_FILE, _OF_AN_UNDO = "This file would ", "Taking the batch back would "


@dataclass(frozen=True, slots=True)
class Leaving:
    """What taking a batch back ends today."""

    moves: tuple[PostMove, ...] = ()
    """Every post that would end."""
    people: int = 0
    """How many people would have no running post any more."""
    reasons: tuple[str, ...] = ()
    """Why the brake holds it back."""

    @property
    def posts(self) -> int:
        """How many running posts would end: the number that has to be typed."""
        return len(self.moves)


def leaving(session: Session, undo: Undo, day: date) -> Leaving:
    """Which posts that run on a day would not run on it any more, and whether the brake holds that back."""
    if PostSpellRow not in undo.gone and PostSpellRow not in undo.back:
        return Leaving()
    recorded = load_recorded(session)
    moves = list(_moves(recorded, undo, day))
    before = {move.key[0] for move in moves if move.before is not None}
    after = {move.key[0] for move in moves if move.after is not None}
    # The last of the reasons speaks of the option of the command.
    reasons = [problem.message for problem in refusals(moves, None, "")[:-1]]
    return Leaving(
        tuple(move for move in moves if move.ends),
        len(before - after),
        tuple(reason.replace(_OF_A_FILE, _OF_AN_UNDO, 1) for reason in reasons),
    )


def undo_digest(undo: Undo, left: Leaving) -> str:
    """What an undo does, in a nutshell: which facts go, which hold again, and how many posts end."""
    facts = [
        [[model.__name__, sorted(row.id for row in rows)] for model, rows in part.items()]
        for part in (undo.gone, undo.back)
    ]
    parts = [undo.counts(), left.posts, left.reasons, facts]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _moves(recorded: Recorded, undo: Undo, day: date) -> Iterator[PostMove]:
    """Every post that runs on a day, before or after."""
    gone = {row.id for row in undo.gone.get(PostSpellRow, ())}
    again = _again(recorded, undo, day)
    for key in sorted(recorded.posts.keys() | again.keys()):
        runs = [
            (fact_id, spell)
            for fact_id, spell in zip(
                recorded.spell_ids.get(key, ()), recorded.posts.get(key, ()), strict=True
            )
            if spell.holds_on(day)
        ]
        before = next((spell.duties for _, spell in runs), None)
        after = next((spell.duties for fact_id, spell in runs if fact_id not in gone), again.get(key))
        if before is not None or after is not None:
            yield PostMove(key, before, after)


def _again(recorded: Recorded, undo: Undo, day: date) -> dict[PostKey, Duties]:
    """The posts that would hold again on a day."""
    places = {unit_id: place for place, unit_id in recorded.units.items()}
    refs = {person.id: ref for ref, person in recorded.people.items()}
    found = {}
    for row in undo.back.get(PostSpellRow, ()):
        organisation, unit = places[row.unit_id]
        duties = Duties(organisation, unit, row.job_title, row.manager_ref or "", row.roles)
        if PostSpell(row.first_day, row.last_day, duties).holds_on(day):
            found[refs[row.person_id], row.post_ref] = duties
    return found
