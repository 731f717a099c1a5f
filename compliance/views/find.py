"""Finding anybody: a page with a search box and filters, the same people as a file, and suggestions while one types.

The words of the search stand in the address, as on the page of a team: the way back, the pages of the list and the file
keep them. Our own logs name no query string; what a proxy in front of us keeps is said in docs/operations.md.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from flask import Response, jsonify, render_template, request, url_for

from compliance.views.blueprint import blueprint
from compliance.views.lines import csv_response, day_cell
from compliance.views.reach import Reach, lists_reach
from compliance.views.shown import kept
from foundation import clock
from foundation.dates import FAR_DAY
from foundation.db import Session, db
from foundation.errors import NotFound
from foundation.formats import long_date
from people import auth
from people.domain import Account, Category, Permission
from people.services.finding.roles import role_options, role_titles
from people.services.finding.search import Found, FoundPost, Wanted, find, find_every, suggest
from people.services.finding.statements import Sort, Working
from people.services.finding.words import WordKind, asked_words
from people.services.scope import Seen, View, fields_of, masked, sees_references
from people.store import Unit, tree
from people.wording import CATEGORY_WORDS

READERS = (Permission.LEARNING, Permission.COORDINATOR, Permission.AUDITOR, Permission.PARTNER_LEAD)
WORKING_WORDS = {
    Working.TODAY: "Works here today",
    Working.LEFT: "Has left",
    Working.EVERYONE: "Everyone, whenever they worked here",
}
HEADERS = ("name", "category", "job_title", "organisation", "unit", "post_start", "post_end", "other_posts")


@dataclass(frozen=True, slots=True)
class FoundLine:
    """Somebody who was found, as a line of the page. `known_by`: what tells two people of one name apart."""

    public_id: str
    name: str
    known_by: list[str]
    category: str
    job_title: str
    place: str
    days: str
    others: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody looks for, and what they may see of whom they find."""

    account: Account
    fields: View
    wanted: Wanted
    typed: str
    unit: Unit | None
    reach: Reach

    @property
    def where(self) -> dict[str, str]:
        """The same question, for links; what is the default is left out."""
        wanted = self.wanted
        return kept(
            q=self.typed,
            unit=self.unit.public_id if self.unit else "",
            role=wanted.role,
            category=wanted.category,
            working="" if wanted.working is Working.TODAY else wanted.working.value,
            sort="" if self.sorted == Sort.NAME else self.sorted,
        )

    @property
    def sorted(self) -> str:
        """The order in force, as addresses have it."""
        return f"-{self.wanted.sort}" if self.wanted.downwards else str(self.wanted.sort)


def asked(session: Session) -> Asked:
    """Read the question. A partner lead finds the people who work in the own organisations today, and nobody else."""
    account, today = auth.reader(), clock.today()
    every = tree(session)
    reach = lists_reach(account, every.units)
    unit = reach.unit(request.args.get("unit", ""))
    typed = request.args.get("q", "")[:400].strip()
    only_there = reach.organisation_ids
    fields = fields_of(account, 0, frozenset({Seen.PART if only_there is not None else Seen.EVERYBODY}))
    role, titles = request.args.get("role", ""), role_titles(session)
    sort, downwards = _order(request.args.get("sort", ""))
    working = _choice(request.args.get("working", ""), [one.value for one in Working]) or Working.TODAY
    wanted = Wanted(
        today=today,
        tree=every,
        words=asked_words(typed),
        kinds=_kinds(fields),
        root=unit,
        only_there=only_there,
        role=_choice(role, list(titles)),
        category=_choice(request.args.get("category", ""), [one.value for one in Category]),
        working=Working.TODAY if only_there is not None else Working(working),
        sort=sort,
        downwards=downwards,
        role_titles=titles,
    )
    return Asked(account, fields, wanted, typed, unit, reach)


def _kinds(fields: View) -> frozenset[WordKind]:
    """Of what a word may be: nobody finds out by guessing what the page would not show."""
    plainly = not fields.masked
    found = {WordKind.NAME}
    found |= {WordKind.EMAIL} if fields.email and plainly else set()
    found |= {WordKind.REFERENCE} if fields.reference and plainly else set()
    return frozenset(found)


def _choice(wanted: str, choices: Sequence[str]) -> str:
    if wanted and wanted not in choices:
        raise NotFound("There is no such choice.")
    return wanted


def _order(wanted: str) -> tuple[Sort, bool]:
    """The column and whether it is sorted downwards; the default for what is no column (bad input G18)."""
    column = wanted.removeprefix("-")
    return (Sort(column), wanted.startswith("-")) if column in set(Sort) else (Sort.NAME, False)


@blueprint.get("/people/find")
@auth.only_for(*READERS)
def find_people() -> str:
    """Whoever is looked for; nobody before something narrows it."""
    session = db.session()
    found = asked(session)
    rows, page = ([], None) if found.wanted.asks_nothing else find(session, found.wanted, _page())
    part = found.wanted.only_there is not None
    return render_template(
        "compliance/find_people.html",
        typed=found.typed,
        unit=found.unit.public_id if found.unit else "",
        unit_options=found.reach.unit_options(found.unit),
        role=found.wanted.role,
        role_options=[("", "All roles"), *role_options(session, found.wanted.role_titles)],
        category=found.wanted.category,
        category_options=[("", "All categories"), *((one.value, CATEGORY_WORDS[one]) for one in Category)],
        working=found.wanted.working.value,
        working_options=[] if part else [(one.value, words) for one, words in WORKING_WORDS.items()],
        by=_by(found.wanted.kinds),
        can_add=Permission.LEARNING in found.account.permissions,
        rows=[found_line(row, found) for row in rows],
        page=page,
        where=found.where,
        sorted=found.sorted,
    )


@blueprint.get("/people/find.csv")
@auth.only_for(*READERS)
def find_people_csv() -> Response:
    """The very same people as a file."""
    found = asked(db.session())
    with_reference = sees_references(found.account)
    headers = ("person_ref", *HEADERS) if with_reference else HEADERS
    every = iter(()) if found.wanted.asks_nothing else find_every(db.session(), found.wanted)
    return csv_response(
        _rows(every, with_reference), headers, f"people-found-{found.wanted.today.isoformat()}"
    )


@blueprint.get("/people/find/suggest")
@auth.only_for(*READERS)
def suggest_people() -> Response:
    """The first who are meant, while somebody types: names, where they work and their page."""
    session = db.session()
    found = asked(session)
    lines = [found_line(row, found) for row in suggest(session, found.wanted)]
    people = [
        {
            "name": line.name,
            "about": ", ".join(filter(None, (line.job_title, line.place, *line.known_by))),
            "href": url_for("compliance.person", public_id=line.public_id),
        }
        for line in lines
    ]
    return jsonify(people=people)


def _page() -> str | None:
    return request.args.get("page")


def _by(kinds: frozenset[WordKind]) -> str:
    """What may be typed, in words."""
    said = ["name"]
    said += ["payroll or staff number"] if WordKind.REFERENCE in kinds else []
    said += ["email address"] if WordKind.EMAIL in kinds else []
    return ", ".join(said) + ", unit or role"


def found_line(row: Found, found: Asked) -> FoundLine:
    """Somebody who was found, with no more than this reader may see."""
    fields = found.fields

    def shown(text: str | None) -> str:
        return masked(text) if text and fields.masked else text or ""

    known_by = [shown(row.person_ref) if fields.reference else "", shown(row.email) if fields.email else ""]
    post = row.posts[0] if row.posts else None
    return FoundLine(
        public_id=row.public_id,
        name=row.name,
        known_by=[one for one in known_by if one],
        category=CATEGORY_WORDS[Category(row.category)],
        job_title=post.job_title if post else "",
        place=post.place if post else "",
        days=_days_words(post, found.wanted.today),
        others=_others(row, found.wanted.today),
    )


def _others(row: Found, today: date) -> int:
    """How many more posts run today."""
    return max(0, sum(post.first_day <= today <= post.last_day for post in row.posts) - 1)


def _days_words(post: FoundPost | None, today: date) -> str:
    if post is None:
        return "No post is recorded"
    if post.last_day < today:
        return f"Left on {long_date(post.last_day)}"
    if post.first_day > today:
        return f"Starts on {long_date(post.first_day)}"
    ends = "" if post.last_day == FAR_DAY else f" to {long_date(post.last_day)}"
    return f"{'From' if ends else 'Since'} {long_date(post.first_day)}{ends}"


def _rows(every: Iterator[Found], with_reference: bool) -> Iterator[Sequence[str]]:
    today = clock.today()
    for row in every:
        post = row.posts[0] if row.posts else None
        cells = (
            row.name,
            row.category,
            post.job_title if post else "",
            post.organisation if post else "",
            post.unit if post else "",
            day_cell(post.first_day) if post else "",
            day_cell(post.last_day) if post else "",
            str(_others(row, today)),
        )
        yield (row.person_ref, *cells) if with_reference else cells
