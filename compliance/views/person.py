"""One person: who they are, and how they stand day by day, with the reasons."""

from dataclasses import dataclass
from datetime import date

from flask import render_template, url_for

from compliance import wording
from compliance.domain.requirement import RuleBook
from compliance.domain.spans import Span, Status
from compliance.services.lists import Lists
from compliance.views.blueprint import blueprint
from compliance.views.lines import due_on
from courses.domain import course_on
from courses.store import completions
from foundation import clock
from foundation.db import db
from foundation.errors import NotFound
from people import auth
from people.domain import Account
from people.services import record
from people.services.record import AbsenceLine, Details, PostLine
from people.services.scope import Seen, View, masked, view_of
from people.store import Some


@dataclass(frozen=True, slots=True)
class SpanLine:
    """Days on which the status stays the same."""

    first_day: date
    last_day: date
    status: Status
    due_on: date | None
    valid_until: date | None
    course: str | None


@dataclass(frozen=True, slots=True)
class RequirementStory:
    """One requirement of the person: where it stands on the day, why, and every span of it."""

    title: str
    status: Status
    why: str
    spans: list[SpanLine]


@dataclass(frozen=True, slots=True)
class CompletionLine:
    """A course completed. `evidence` is in words."""

    completed_on: date
    course: str
    provider: str
    evidence: str
    revoked_on: date | None


@blueprint.get("/people/<public_id>")
@auth.signed_in
def person(public_id: str) -> str:
    """A person's page. Somebody who does not exist and somebody who is not yours give the same answer."""
    session, account, today = db.session(), auth.reader(), clock.today()
    view = view_of(session, account, public_id, today)
    if view is None:
        raise NotFound("There is no such person.")
    lists = Lists(session)
    who = record.details(session, view.person_id)
    stories = [
        _story(lists, code, spans, today) for code, spans in lists.of_person(view.person_id).items()
    ]
    stories.sort(key=lambda story: (wording.URGENCY.index(story.status), story.title))
    completed = completions(session, Some([view.person_id])).get(view.person_id, [])
    back_href, back_text = _way_back(account, view)
    return render_template(
        "compliance/person.html",
        as_at=today,
        name=who.name or "Name not recorded",
        details=_details(who, view),
        posts=[_post(lists.book, post) for post in record.posts(session, view.person_id)],
        absences=_absences(record.absences(session, view.person_id, with_kind=view.absence_kind)),
        requirements=stories,
        completions=[_completion(lists.book, *line) for line in _newest_first(completed)],
        back_href=back_href,
        back_text=back_text,
    )
