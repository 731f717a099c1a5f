"""The part of a workshop's page about bookings: how full it is, and who is booked as far as the reader may see them."""

from typing import Any

from courses.domain.booking import Purpose, of_workshop
from courses.domain.workshops import STANDS, BookingState
from courses.services.workshops.places import standing_of
from courses.services.workshops.reach import books_several, leads_team, may_book, may_see
from courses.store import bookings
from courses.store.bookings import Booking, Counts
from courses.store.workshops import Workshop
from courses.views.workshops.booking_lines import BookingLine, lines_of, positions
from foundation import clock
from foundation.db import db
from people.domain import Account

MOST_ON_PAGE = 30
"""So many names stand on the page of the workshop itself; the others are on a page of their own."""
_ORDER = (BookingState.BOOKED, BookingState.OFFERED, BookingState.WAITING)


def bookings_part(workshop: Workshop, account: Account) -> dict[str, Any] | None:
    """The part of a workshop's page about bookings: how full it is for everybody, names for whoever may see them.

    What it gives is documented in templates/courses/workshops/_bookings.html.
    """
    every = bookings.of_workshop(db.session(), workshop.id)
    lines = seen_lines(workshop, account, every)
    standing = [one for one in lines if one.state in STANDS]
    is_open = not of_workshop(workshop.sitting, clock.now(), Purpose.BOOK)
    own = next((one for one in lines if one.is_own), None)
    stands = own is not None and own.state in STANDS
    may_write = account.person_id is not None and not account.only_reads
    return {
        "workshop": workshop,
        "counts": counted(every),
        "capacity": workshop.sitting.capacity,
        "own": own,
        "waits": not standing_of(db.session(), workshop, clock.now()).next_is_booked if is_open else False,
        "may_book_self": is_open and may_write and not stands,
        "may_book_others": is_open and (leads_team(account) or books_several(account)),
        "lines": standing[:MOST_ON_PAGE],
        "more": len(standing) - MOST_ON_PAGE,
        "sees_all": account.sees_everybody,
        "has_list": bool(lines) and (account.sees_everybody or account.is_manager or account.is_partner_lead),
    }


def counted(every: list[Booking]) -> Counts:
    """How full it is, of the bookings that were read."""
    states = [one.state for one in every]
    return Counts(*(states.count(state) for state in _ORDER))


def seen_lines(workshop: Workshop, account: Account, every: list[Booking]) -> list[BookingLine]:
    """The bookings whose people this account may see: places first, then offers, then the waiting list in order."""
    session, today = db.session(), clock.today()
    people = {one.person_id for one in every}
    seen = may_see(session, account, people, today)
    shown = [one for one in every if one.person_id in seen]
    shown.sort(key=lambda one: _ORDER.index(one.state) if one.state in _ORDER else len(_ORDER))
    acting = may_book(session, account, seen, today)
    return lines_of(session, shown, {workshop.id: workshop}, positions(every), acting, account.person_id)
