"""One person: who they are, and how they stand day by day, with the reasons."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from flask import render_template, request, url_for

from compliance import wording
from compliance.domain.asked import Part, part_of, terms_on, waiting_for
from compliance.domain.requirement import Kind, RuleBook
from compliance.domain.spans import Span, Status
from compliance.services.lists import Lists
from compliance.store.history import Recorded, recorded_with_files
from compliance.views.blueprint import blueprint
from compliance.views.exceptions.block import exceptions_of
from compliance.views.lines import pressing_due_on
from compliance.views.record.block import kept_of
from courses.domain import course_on
from foundation import clock
from foundation.db import db
from foundation.errors import NotFound
from foundation.formats import long_date
from people import auth
from people.domain import AbsenceKind, Account, Category, Permission
from people.services import record
from people.services.by_hand import grants_in, roles_by_hand
from people.services.record import AbsenceLine, Details, PostLine
from people.services.scope import Seen, View, masked, view_of_person
from people.wording import ABSENCE_WORDS, CATEGORY_WORDS


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
    """One requirement of the person: where it stands on the day, why, and every span of it.

    `measure`: only counted and reported, nobody is asked to do it. `waiting`: that something sent in waits for a check,
    and since when; empty where nothing does.
    """

    title: str
    measure: bool
    status: Status
    waiting: str
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
    who = record.find(session, public_id)
    view = view_of_person(session, account, who.person_id, today) if who else None
    if who is None or view is None:
        raise NotFound("There is no such person.")
    lists, roles = Lists(session), roles_by_hand(session, view.person_id) if who.has_roles else []
    grants = grants_in(roles)
    lists.know_grants(view.person_id, grants)
    recorded, has_files = recorded_with_files(session, view.person_id)
    stories = [
        _story(lists, code, spans, recorded, today) for code, spans in lists.of_person(view.person_id).items()
    ]
    stories.sort(key=lambda story: (story.measure, wording.URGENCY.index(story.status), story.title))
    away = record.absences(session, view.person_id, with_kind=view.absence_kind) if who.has_absences else []
    back_href, back_text = _way_back(view)
    return render_template(
        "compliance/person.html",
        as_at=today,
        public_id=public_id,
        name=who.name or "Name not recorded",
        details=_details(who, view),
        posts=[_post(lists.book, post) for post in record.posts(session, view.person_id)],
        absences=[_absence(line) for line in away],
        requirements=stories,
        completions=[_completion(lists.book, line) for line in reversed(recorded)],
        has_files=has_files,
        certificates_href=_certificates_href(account, view, public_id),
        kept=kept_of(session, account, view, public_id, lists.book, today, grants, recorded),
        exceptions=exceptions_of(session, account, view, public_id, lists.book, today, roles),
        back_href=back_href,
        back_text=back_text,
    )


def _way_back(view: View) -> tuple[str, str]:
    """Back to the list on which this reader finds people; nobody's own page needs one to be found.

    The list that the reader came from is named in the address, with its filters.
    """
    came_from = auth.safe_next(request.args.get("back"))
    if came_from:
        path = came_from.partition("?")[0]
        for endpoint, words, finds in _LISTS:
            if path == url_for(endpoint) and not view.seen.isdisjoint(finds):
                return came_from, words
    if Seen.EVERYBODY in view.seen or Seen.PART in view.seen:
        return url_for("compliance.people"), "Back to people"
    if Seen.TEAM in view.seen:
        return url_for("compliance.my_team"), "Back to my team"
    return url_for("compliance.my_training"), "Back to my training"


_LISTS = (
    ("compliance.my_team", "Back to my team", {Seen.TEAM}),
    ("compliance.find_people", "Back to find people", {Seen.EVERYBODY, Seen.PART}),
    ("compliance.people", "Back to people", {Seen.EVERYBODY, Seen.PART, Seen.TEAM}),
)
"""The lists on which people are found, and as what one finds this person there, and so may open that list."""


def _details(who: Details, view: View) -> list[tuple[str, str | None]]:
    """The fields that this reader may see, in the order of the page."""

    def shown(text: str | None) -> str | None:
        return masked(text) if text and view.masked else text

    rows: list[tuple[str, str | None]] = [("Category", CATEGORY_WORDS[Category(who.category)])]
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
    return replace(absence, kind=ABSENCE_WORDS[AbsenceKind(absence.kind)] if absence.kind else None)


def _certificates_href(account: Account, view: View, public_id: str) -> str:
    """Where the certificates are, for those who look after them; no manager's business (authorization matrix)."""
    looks_after = not account.permissions.isdisjoint({Permission.LEARNING, Permission.COORDINATOR})
    if not looks_after and Seen.PART not in view.seen:
        return ""
    return url_for("courses.person_certificates", public_id=public_id)


def _story(
    lists: Lists, code: str, spans: list[Span], recorded: Sequence[Recorded], today: date
) -> RequirementStory:
    requirement = lists.book.requirement_on(code, today) or lists.book.latest(code)
    now = next((span for span in spans if span.first_day <= today <= span.last_day), None)
    return RequirementStory(
        title=requirement.title if requirement and requirement.title else code,
        measure=requirement is not None and requirement.kind == Kind.MEASURE,
        status=now.status if now else Status.NOT_REQUIRED,
        waiting=_waiting(lists.book, code, now, recorded, today) if now else "",
        why=lists.explain(now) if now else "Not required today.",
        spans=[_span(lists.book, span) for span in reversed(spans)],
    )


def _waiting(book: RuleBook, code: str, now: Span, recorded: Sequence[Recorded], today: date) -> str:
    terms = terms_on(book, code, today)
    waiting = waiting_for(terms, [one.completion for one in recorded], today) if terms else None
    if waiting is None or part_of(now.status, waiting=True) is not Part.WAITING:
        return ""
    key = waiting.course, waiting.completed_on
    since = next(clock.london_day(one.recorded_at) for one in recorded if one.key == key)
    # Beside it stands the status, which says already that it waits.
    return (
        f"Since {long_date(since)}" if now.status is Status.AWAITING_CHECK else wording.waiting_words(since)
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


def _completion(book: RuleBook, one: Recorded) -> CompletionLine:
    completion = one.completion
    course = course_on(book.course_lines, completion.course, completion.completed_on)
    return CompletionLine(
        completed_on=completion.completed_on,
        course=course.title or course.code,
        provider=one.provider or course.provider,
        evidence=wording.evidence_words(completion.evidence, clock.london_day(one.recorded_at)),
        revoked_on=completion.revoked_on,
    )
