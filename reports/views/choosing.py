"""Of whom a report is: one person, the team of a manager, or a workshop. Addresses have random ids, never names."""

from dataclasses import dataclass
from datetime import date

from flask import Response, after_this_request, request

from compliance.views.record.opened import record_opened
from courses.store import workshops
from foundation import clock
from foundation.dates import add_days
from foundation.db import Session, db
from foundation.errors import NotFound
from foundation.formats import long_date
from people.domain import Account
from people.forms.typed_day import typed_day
from people.services import record
from people.services.finding.search import Found, Wanted, find
from people.services.finding.statements import Working
from people.services.finding.words import WordKind, asked_words
from people.services.scope import sees_references, view_of
from people.store import tree
from reports.domain.asking import Of
from reports.store.leading import who_lead

EVERYONE = "everyone"
"""The scope of a team that is everybody below its manager, as on the page "My team"."""
DAYS_AROUND = 92
"""Workshops so near to the day of a report are offered."""
OF_PEOPLE = frozenset({Of.PERSON, Of.TEAM})


@dataclass(frozen=True, slots=True)
class Chosen:
    """Of whom a report is. `where`: for links; `of`: as the catalogue names it, empty while nothing is chosen."""

    where: dict[str, str]
    of: str = ""
    below: bool = False


def chosen(session: Session, account: Account, of: Of, public_id: str, scope: str) -> Chosen:
    """What the address chooses. Raises NotFound for whom the reader may not see, and for what there is not."""
    if of is Of.ALL:
        return Chosen({})
    below = of is Of.TEAM and scope == EVERYONE
    where = {"scope": EVERYONE} if below else {}
    if not public_id:
        return Chosen(where, "", below)
    where = {"of": public_id, **where}
    if of is Of.WORKSHOP:
        return Chosen(where, public_id)
    view = view_of(session, account, public_id, clock.today())
    if view is None:
        raise NotFound("There is no such person.")
    if of is Of.PERSON and view.person_id != account.person_id:
        _record_once_made(public_id)
    return Chosen(where, record.details(session, view.person_id).person_ref, below)


def _record_once_made(public_id: str) -> None:
    """Whoever opens the report of somebody else opens their record: the trail says so, as of the page of the record.

    A page that says what was typed wrong shows the report below, so it counts as well.
    """

    def made(response: Response) -> Response:
        if response.status_code in (200, 422):
            record_opened(public_id)
        return response

    after_this_request(made)


@dataclass(frozen=True, slots=True)
class Choice:
    """Somebody to choose: the random id, the name, and what tells two people of one name apart.

    `leads`: whether anybody reports to them on the day of the report.
    """

    public_id: str
    name: str
    about: str
    leads: bool


@dataclass(frozen=True, slots=True)
class Offered:
    """Whom a search found: those shown, and how many there are."""

    people: list[Choice]
    total: int


def looked_for(session: Session, account: Account, typed: str) -> Offered:
    """The people whom these words mean, whenever they worked here; nobody for no words.

    A staff number is looked for only by those who read it on lists: nobody finds one out by trying.
    """
    words = asked_words(typed)
    if not words:
        return Offered([], 0)
    kinds = {WordKind.NAME, WordKind.REFERENCE} if sees_references(account) else {WordKind.NAME}
    wanted = Wanted(clock.today(), tree(session), words, frozenset(kinds), working=Working.EVERYONE)
    found, page = find(session, wanted)
    day = typed_day("as_at", "Date", request.values, clock.today()).value or clock.today()
    lead = who_lead(session, [one.person_id for one in found], day)
    return Offered([_choice(one, one.person_id in lead) for one in found], page.total)


def _choice(one: Found, leads: bool) -> Choice:
    post = one.posts[0] if one.posts else None
    about = (post.job_title, post.place) if post else ()
    return Choice(one.public_id, one.name, ", ".join(filter(None, about)), leads)


def hint(account: Account) -> str:
    """By what the reader may look for somebody."""
    return (
        "By name, unit or role, or by staff number" if sees_references(account) else "By name, unit or role"
    )


def workshop_options(day: date, public_id: str) -> list[tuple[str, str]]:
    """The workshops around a day, and the one that is chosen, for a choice: random ids, and words."""
    session = db.session()
    found = workshops.between(session, add_days(day, -DAYS_AROUND), add_days(day, DAYS_AROUND))
    here = workshops.find(session, public_id) if public_id else None
    if here is not None and here.id not in {one.id for one in found}:
        found = [here, *found]
    options = [
        (one.public_id, f"{long_date(one.sitting.day)}: {one.course_title} ({one.reference})")
        for one in found
    ]
    return [("", "Choose a workshop"), *options]
