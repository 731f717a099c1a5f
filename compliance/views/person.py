"""One person: who they are, and how they stand day by day, with the reasons."""

from dataclasses import dataclass, replace
from datetime import date

from flask import render_template, url_for

from compliance import wording
from compliance.domain.requirement import RuleBook
from compliance.domain.spans import Span, Status
from compliance.services.lists import Lists
from compliance.views.blueprint import blueprint
from compliance.views.lines import pressing_due_on
from courses.domain import Completion, Evidence, course_on
from courses.store import completions
from foundation import clock
from foundation.db import db
from foundation.errors import NotFound
from people import auth
from people.domain import AbsenceKind, Category
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
    stories = [_story(lists, code, spans, today) for code, spans in lists.of_person(view.person_id).items()]
    stories.sort(key=lambda story: (wording.URGENCY.index(story.status), story.title))
    completed = completions(session, Some([view.person_id])).get(view.person_id, [])
    back_href, back_text = _way_back(view)
    return render_template(
        "compliance/person.html",
        as_at=today,
        name=who.name or "Name not recorded",
        details=_details(who, view),
        posts=[_post(lists.book, post) for post in record.posts(session, view.person_id)],
        absences=[
            _absence(line) for line in record.absences(session, view.person_id, with_kind=view.absence_kind)
        ],
        requirements=stories,
        completions=[_completion(lists.book, line) for line in reversed(completed)],
        back_href=back_href,
        back_text=back_text,
    )


def _way_back(view: View) -> tuple[str, str]:
    """Back to the list on which this reader finds people; nobody's own page needs one to be found."""
    if Seen.EVERYBODY in view.seen or Seen.PART in view.seen:
        return url_for("compliance.people"), "Back to people"
    if Seen.TEAM in view.seen:
        return url_for("compliance.my_team"), "Back to my team"
    return url_for("compliance.my_requirements"), "Back to my requirements"


def _details(who: Details, view: View) -> list[tuple[str, str | None]]:
    """The fields that this reader may see, in the order of the page."""

    def shown(text: str | None) -> str | None:
        return masked(text) if text and view.masked else text

    rows: list[tuple[str, str | None]] = [("Category", wording.CATEGORY_WORDS[Category(who.category)])]
    if view.email:
        rows.append(("Email address", shown(who.email)))
    if view.reference:
        rows.append(("Payroll or staff number", shown(who.person_ref)))
    return rows


def _post(book: RuleBook, post: PostLine) -> PostLine:
    """The post with its place in full and its roles by their titles."""
    place = f"{post.organisation}: {post.unit}" if post.unit else post.organisation
    roles = tuple(book.role_titles.get(role, role) for role in post.roles)
    return replace(post, unit=place, roles=roles)


def _absence(absence: AbsenceLine) -> AbsenceLine:
    return replace(absence, kind=wording.ABSENCE_WORDS[AbsenceKind(absence.kind)] if absence.kind else None)


def _story(lists: Lists, code: str, spans: list[Span], today: date) -> RequirementStory:
    requirement = lists.book.requirement_on(code, today) or lists.book.latest(code)
    now = next((span for span in spans if span.first_day <= today <= span.last_day), None)
    return RequirementStory(
        title=requirement.title if requirement and requirement.title else code,
        status=now.status if now else Status.NOT_REQUIRED,
        why=lists.explain(now) if now else "Not required today.",
        spans=[_span(lists.book, span) for span in reversed(spans)],
    )


def _span(book: RuleBook, span: Span) -> SpanLine:
    return SpanLine(
        first_day=span.first_day,
        last_day=span.last_day,
        status=span.status,
        due_on=pressing_due_on(span),
        valid_until=span.valid_until if span.covered else None,
        course=(book.course_titles.get(span.course or "") or span.course) if span.covered else None,
    )


def _completion(book: RuleBook, completion: Completion) -> CompletionLine:
    course = course_on(book.course_lines, completion.course, completion.completed_on)
    return CompletionLine(
        completed_on=completion.completed_on,
        course=course.title or course.code,
        provider=course.provider,
        evidence=wording.EVIDENCE_WORDS[Evidence(completion.evidence)],
        revoked_on=completion.revoked_on,
    )
