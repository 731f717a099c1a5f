"""Telling whoever leads a workshop: an invitation for the calendar, its change, and its end.

As for those who have a place (telling.py): nobody is told twice, and what is overtaken before it left is withdrawn.
Whoever has no e-mail address, or no post today, is not written to: the address of who has left may be another's.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from courses.domain.booking import london_day
from courses.domain.workshops import Sitting
from courses.services.workshops.calendar_entry import leading_of, workshop_file
from courses.services.workshops.house import house
from courses.services.workshops.message_keys import (
    CALLED_OFF,
    INVITES_LEADER,
    LEADS,
    LEADS_MOVED,
    LEADS_NO_MORE,
    leader_key,
    leader_keys,
)
from courses.services.workshops.teller import OVERTAKEN
from courses.services.workshops.telling import is_news
from courses.services.workshops.told import facts, leading_path, workshop_path
from courses.store import booking_facts
from courses.store.reaching import Reached, reached
from courses.store.workshops import Workshop
from foundation.mail import Message, queue_each, withdraw_keyed, written_at
from foundation.stamp import Stamp

_TEMPLATES = {
    LEADS: "workshop_leads",
    LEADS_MOVED: "workshop_leads_moved",
    LEADS_NO_MORE: "workshop_leads_no_more",
    CALLED_OFF: "workshop_leads_no_more",
}


@dataclass(frozen=True, slots=True)
class _Saying:
    """What one of them is told, and whether an entry goes with it, or ends."""

    leader: Reached
    kind: str
    with_entry: bool

    @property
    def ends(self) -> bool:
        return self.kind in (LEADS_NO_MORE, CALLED_OFF)


def led(session: Session, stamp: Stamp, workshop: Workshop, before: Sitting | None = None) -> None:
    """Tell those who lead a workshop now, and those who did. `before`: what held until now; None: it is newly planned.

    Whoever leads it still hears of the changes of which those hear who have a place, and of no others.
    """
    sitting = workshop.sitting
    was = frozenset(before.facilitator_ids) if before else frozenset()
    now = frozenset(sitting.facilitator_ids)
    people = _to_be_told(session, stamp, was | now)
    changed = before is not None and is_news(before, sitting)
    keys = {one: leader_keys(workshop, one) for one in people}
    written = {key: stands for key, (_, stands) in written_at(session, _all(keys)).items()} if people else {}
    concerned = [
        one
        for one in people
        if sitting.is_cancelled or changed or (one.person_id in was) != (one.person_id in now)
    ]
    stands = [key for one in concerned for key in keys[one] if written.get(key)]
    if stands:
        written.update(dict.fromkeys(withdraw_keyed(session, stands, OVERTAKEN), False))
    sayings = []
    for one in concerned:
        was_told = any(written.get(key) for key in keys[one])
        invited = any(written.get(key) for key in leader_keys(workshop, one, INVITES_LEADER))
        if sitting.is_cancelled:
            sayings.append(_Saying(one, CALLED_OFF, invited))
        elif one.person_id not in now:
            sayings += [_Saying(one, LEADS_NO_MORE, invited)] if was_told else []
        else:
            leads_still = was_told and one.person_id in was
            sayings.append(_Saying(one, LEADS_MOVED if leads_still else LEADS, with_entry=True))
    sequence = sitting.sequence
    new = [one for one in sayings if leader_key(workshop, one.kind, one.leader, sequence) not in written]
    queue_each(session, stamp, [_message(stamp, workshop, one, before) for one in new])


def _to_be_told(session: Session, stamp: Stamp, person_ids: Collection[int]) -> list[Reached]:
    """Who of them works here today and has an address, in the order of the record."""
    if not person_ids:
        return []
    today = london_day(stamp.at)
    here = booking_facts.working_on(session, person_ids, today)
    return [one for one in reached(session, here, today).values() if one.email]


def _all(keys: Mapping[Reached, list[str]]) -> list[str]:
    return [key for some in keys.values() for key in some]


def _message(stamp: Stamp, workshop: Workshop, one: _Saying, before: Sitting | None) -> Message:
    speaks, sitting = house(), workshop.sitting
    voice, leader = speaks.voice, one.leader
    template = _TEMPLATES[one.kind]
    said = {
        "first_name": speaks.plain(leader.first_name),
        "workshop": facts(speaks, workshop),
        "was": facts(speaks, workshop, before) if before and one.kind == LEADS_MOVED else None,
        "is_called_off": sitting.is_cancelled,
        "because": " ".join(sitting.cancelled_because.split()),
        "calendar": voice.address(leading_path(workshop)),
    }
    entry = workshop_file(
        speaks.publisher,
        workshop,
        leading_of(workshop, leader.public_id),
        leader.email,
        voice.address(workshop_path(workshop)),
        stamp.at,
        ends=one.ends,
    )
    return Message(
        template,
        leader.email,
        voice.subject(template, **said),
        voice.body(template, **said),
        is_secret=False,
        dedupe_key=leader_key(workshop, one.kind, leader, sitting.sequence),
        calendar=entry if one.with_entry else None,
    )
