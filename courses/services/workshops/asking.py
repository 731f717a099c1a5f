"""Asking people what they think of a workshop: before it, after it, and six months later."""

from collections.abc import Collection
from datetime import date

from sqlalchemy.orm import Session

from courses.domain.evaluation import When
from courses.domain.evaluation_windows import Window
from courses.services.workshops.evaluating import link_of
from courses.services.workshops.house import house
from courses.services.workshops.message_keys import evaluation_key
from courses.services.workshops.tickets import Ticket, pair_of
from courses.services.workshops.told import facts
from courses.store.reaching import Reached
from courses.store.workshops import Workshop
from foundation.formats import long_date
from foundation.mail import Message, queue_each, written_at
from foundation.stamp import Stamp

KIND = "workshop_evaluation"


def still_to_ask(
    session: Session, workshop: Workshop, when: When, people: Collection[Reached]
) -> list[Reached]:
    """Who of these people has an address and was not asked yet."""
    keys = {evaluation_key(workshop, one.public_id, when): one for one in people if one.email}
    asked = written_at(session, keys) if keys else {}
    return [one for key, one in keys.items() if key not in asked]


def ask(
    session: Session,
    stamp: Stamp,
    workshop: Workshop,
    when: When,
    window: Window,
    people: Collection[Reached],
) -> int:
    """Write to those who were not asked yet; how many. The text holds the link, and is wiped once it has left."""
    wanted = still_to_ask(session, workshop, when, people)
    speaks = house()
    messages = []
    for one in wanted:
        pair = pair_of(speaks.keys[0], workshop.public_id, one.public_id)
        said = {
            "first_name": speaks.plain(one.first_name),
            "workshop": facts(speaks, workshop),
            "when": when.value,
            "link": link_of(Ticket(workshop.id, when, pair)),
            "until": until_words(window.last_day),
        }
        message = Message(
            KIND,
            one.email,
            speaks.voice.subject(KIND, **said),
            speaks.voice.body(KIND, **said),
            is_secret=True,
            dedupe_key=evaluation_key(workshop, one.public_id, when),
        )
        messages.append(message)
    queue_each(session, stamp, messages)
    return len(wanted)


def until_words(last_day: date) -> str:
    """The last day on which something can be answered."""
    return f"the end of {long_date(last_day)}"
