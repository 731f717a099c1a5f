"""The people behind a number of a draft's what-if: a page and a file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from flask import Response, render_template, request

from compliance.programme.saying import requirement_words
from compliance.services.rule_drafts.drafting import find_draft
from compliance.services.rule_drafts.working import outcome_of
from compliance.store.lists import posts_on
from compliance.views.blueprint import blueprint
from compliance.views.lines import csv_response
from compliance.views.rule_book.draft import MOVE_WORDS
from compliance.views.rule_book.launching import signs
from compliance.views.rule_book.reading import WRITERS
from foundation.db import Session, db
from foundation.errors import NotFound
from foundation.formats import long_date
from foundation.pagination import PAGE_SIZE, Page
from people import auth
from people.services.scope import sees_references
from people.store import in_chunks, names

WRITTEN_TO = "written_to"
HEADERS = ("name", "job_title", "organisation", "unit")


@dataclass(frozen=True, slots=True)
class Concerned:
    """Somebody of the list."""

    public_id: str
    person_ref: str
    name: str
    job_title: str
    organisation: str
    unit: str


@dataclass(frozen=True, slots=True)
class Asked:
    """Which people: their ids, what happens to them, and the filters for links."""

    ids: Sequence[int]
    heading: str
    caption: str
    day: date
    where: dict[str, str]


def _asked(session: Session) -> Asked:
    """Read the filters. Raises NotFound for numbers that the draft's what-if does not have."""
    draft = find_draft(session, auth.reader().id, signs())
    outcome = outcome_of(draft) if draft and not draft.collisions else None
    if draft is None or outcome is None:
        raise NotFound("There is no such list.")
    show = request.args.get("show", "")
    if show == WRITTEN_TO:
        day = draft.record.effective
        return Asked(outcome.written_to, "People who would be written to", "", day, {"show": show})
    requirement = request.args.get("requirement", "")
    try:
        day = date.fromisoformat(request.args.get("on", ""))
    except ValueError:
        raise NotFound("There is no such list.") from None
    ids = outcome.people(day, requirement, show)
    if ids is None:
        raise NotFound("There is no such list.")
    return Asked(
        ids=ids,
        heading=MOVE_WORDS[show],
        caption=f"{requirement_words(draft.wanted, requirement)}, on {long_date(day)}",
        day=day,
        where={"show": show, "requirement": requirement, "on": day.isoformat()},
    )


def _people(session: Session, ids: Sequence[int], day: date) -> Iterator[Concerned]:
    """Those people, by name, a handful at a time."""
    for some in in_chunks(session, ids):
        posts = posts_on(session, day, some.ids)
        for person_id, (public_id, person_ref, first, last) in names(session, some).items():
            post = posts.get(person_id)
            yield Concerned(
                public_id=public_id,
                person_ref=person_ref,
                name=f"{first} {last}".strip() or "Name not recorded",
                job_title=post.job_title if post else "",
                organisation=post.organisation if post else "",
                unit=post.unit if post else "",
            )


@blueprint.get("/rules/draft/people")
@auth.only_for(*WRITERS)
def rule_draft_people() -> str:
    """Who is behind one number of the what-if."""
    session = db.session()
    asked = _asked(session)
    page = Page.of(request.args.get("page"), len(asked.ids), PAGE_SIZE)
    shown = asked.ids[page.offset : page.offset + page.size]
    return render_template(
        "compliance/rules/rule_draft_people.html",
        heading=asked.heading,
        caption=asked.caption,
        rows=list(_people(session, shown, asked.day)),
        page=page,
        where=asked.where,
    )


@blueprint.get("/rules/draft/people.csv")
@auth.only_for(*WRITERS)
def rule_draft_people_csv() -> Response:
    """The same people as a file."""
    session = db.session()
    asked = _asked(session)
    with_reference = sees_references(auth.reader())
    headers = ("person_ref", *HEADERS) if with_reference else HEADERS
    rows = (
        (
            *((one.person_ref,) if with_reference else ()),
            one.name,
            one.job_title,
            one.organisation,
            one.unit,
        )
        for one in _people(session, asked.ids, asked.day)
    )
    return csv_response(rows, headers, f"draft-{asked.where['show']}-{asked.day.isoformat()}")
