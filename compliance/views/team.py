"""A manager's team: how it stands, when it drops below a target, and who has to do what; as a page and as files."""

from dataclasses import dataclass
from datetime import date
from io import BytesIO

from flask import Response, abort, render_template, request, url_for

from compliance.services.team import TeamLists
from compliance.store.team_choice import Chosen, Group, Sort
from compliance.views.blueprint import blueprint
from compliance.views.lines import csv_response
from compliance.views.shown import kept
from compliance.views.team_lines import (
    EVERYTHING,
    GROUP_WORDS,
    TEAM_HEADERS,
    as_text,
    team_card,
    team_line,
    team_rows,
)
from foundation import clock
from foundation.db import Session, db
from foundation.errors import NotFound
from foundation.tables import write_xlsx
from people import auth
from people.services.delegation import LookedAfter, has_own_team, looked_after
from people.services.scope import own_units, team_size
from people.store import Team, Unit, tree
from people.views.exports import recorded

DIRECT, EVERYONE = "direct", "everyone"
PLACES = ("", "in", "out")
DEFAULT_SORT = Sort.STATUS
TO_DO = (Group.OVERDUE, Group.WAITING, Group.NOT_YET_DUE)
"""While a line is in one of these, not everyone is up to date."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
REGISTER = "courses.register"


@dataclass(frozen=True, slots=True)
class GroupLink:
    """A group of lines, how many it has, and the filters that show it."""

    words: str
    lines: int
    where: dict[str, str]
    is_shown: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters of the page. `unit`: in the manager's own unit, outside it, or both."""

    session: Session
    lists: TeamLists
    today: date
    reader_id: int
    has_own: bool
    others: list[LookedAfter]
    other: LookedAfter | None
    """The manager whose team is shown; None for the reader's own."""
    scope: str
    unit: str
    requirement: str
    show: str
    name: str
    sort: Sort
    downwards: bool

    @property
    def where(self) -> dict[str, str]:
        """The same filters, for links; those that narrow nothing are left out."""
        return kept(
            whose=self.whose if self.has_own or len(self.others) > 1 else "",
            scope=self.scope if self.below else "",
            unit=self.unit,
            requirement=self.requirement,
            show=self.show,
            q=self.name,
            sort=self.sorted if self.sorted != DEFAULT_SORT else "",
        )

    @property
    def whose(self) -> str:
        return self.other.public_id if self.other else ""

    @property
    def sorted(self) -> str:
        """The order in force, as addresses have it."""
        return f"-{self.sort}" if self.downwards else str(self.sort)

    @property
    def manager_id(self) -> int:
        return self.other.manager_id if self.other else self.reader_id

    @property
    def below(self) -> bool:
        return self.scope == EVERYONE

    def chosen(self) -> Chosen:
        """What the list shows. The team is today's, whoever was in it before."""
        return self.lists.chosen(
            Team(self.manager_id, self.today, self.below),
            requirement=self.requirement,
            roots=self._own_units() if self.unit else None,
            outside=self.unit == "out",
            name=self.name,
            group=Group(self.show) if self.show else None,
            sort=self.sort,
            downwards=self.downwards,
        )

    def _own_units(self) -> tuple[Unit, ...]:
        return tuple(own_units(self.session, self.manager_id, self.today, tree(self.session).units))

    def team_options(self) -> list[tuple[str, str]]:
        """What the choice of teams offers; nothing where there is only one."""
        own = [("", "Mine")] if self.has_own else []
        options = own + [(other.public_id, f"The team of {other.name}") for other in self.others]
        return options if len(options) > 1 else []

    def group_links(self, lines: dict[Group, int]) -> list[GroupLink]:
        """Every group with its lines, and all of them together."""
        choices = [(group.value, GROUP_WORDS[group], lines[group]) for group in Group]
        choices.append(("", EVERYTHING, sum(lines.values())))
        return [
            GroupLink(words, number, kept(**{**self.where, "show": show}), show == self.show)
            for show, words, number in choices
        ]


def asked(session: Session) -> Asked:
    """Read the filters; the page is for managers, and for whoever looks after a team for one."""
    account, today = auth.reader(), clock.today()
    if not account.is_manager or account.person_id is None:
        abort(403)
    others = looked_after(session, account.person_id, today)
    has_own = not others or has_own_team(session, account.person_id, today)
    sort, downwards = _order(request.args.get("sort", ""))
    return Asked(
        session=session,
        lists=TeamLists(session, today),
        today=today,
        reader_id=account.person_id,
        has_own=has_own,
        others=others,
        other=_team_of(others, has_own, request.args.get("whose", "")),
        scope=_one_of((DIRECT, EVERYONE), request.args.get("scope", DIRECT)),
        unit=_one_of(PLACES, request.args.get("unit", "")),
        requirement=request.args.get("requirement", ""),
        show=_one_of(("", *Group), request.args.get("show", "")),
        name=request.args.get("q", "").strip(),
        sort=sort,
        downwards=downwards,
    )


def _one_of(choices: tuple[str, ...], wanted: str) -> str:
    if wanted not in choices:
        raise NotFound("There is no such choice.")
    return wanted


def _team_of(others: list[LookedAfter], has_own: bool, wanted: str) -> LookedAfter | None:
    """The manager whose team is asked for; None for one's own. Raises NotFound for a team that is not looked after."""
    if not wanted:
        return None if has_own else others[0]
    found = next((other for other in others if other.public_id == wanted), None)
    if found is None:
        raise NotFound("There is no such team.")
    return found


def _order(wanted: str) -> tuple[Sort, bool]:
    """The column and whether it is sorted downwards; the default for what is no column (bad input G18)."""
    column, downwards = wanted.removeprefix("-"), wanted.startswith("-")
    return (Sort(column), downwards) if column in set(Sort) else (DEFAULT_SORT, False)


@blueprint.get("/my-team")
@auth.signed_in
def my_team() -> str:
    """How the team stands, requirement by requirement, what needs doing, and every person in it."""
    found = asked(db.session())
    chosen = found.chosen()
    groups = found.lists.groups(chosen)
    lines = groups[chosen.group] if chosen.group else sum(groups.values())
    # What is said of everyone is said of the whole list alone, and of a list with somebody in it.
    whole = any(groups.values()) and not (found.name or found.unit or found.requirement)
    rows, page = found.lists.page(chosen, lines, request.args.get("page"))
    return render_template(
        "compliance/my_team.html",
        as_at=found.today,
        in_team=team_size(found.session, found.manager_id, found.today, below=found.below),
        other=found.other,
        can_hand_over=found.has_own,
        register_href="" if auth.reader().only_reads else url_for(REGISTER),
        cards=[team_card(standing) for standing in found.lists.standings(chosen)],
        team_options=found.team_options(),
        whose=found.whose,
        scope=found.scope,
        unit=found.unit,
        requirement=found.requirement,
        requirement_options=[("", "All requirements"), *found.lists.duties()],
        show=found.show,
        show_options=[("", EVERYTHING), *((group.value, GROUP_WORDS[group]) for group in Group)],
        name=found.name,
        groups=found.group_links(groups),
        nobody_overdue=whole and not groups[Group.OVERDUE],
        all_up_to_date=whole and groups[Group.UP_TO_DATE] > 0 and not any(groups[group] for group in TO_DO),
        rows=[team_line(row) for row in rows],
        page=page,
        where=found.where,
        sorted=found.sorted,
    )


@blueprint.get("/my-team.csv")
@auth.signed_in
def my_team_csv() -> Response:
    """The very same lines as a file."""
    found = asked(db.session())
    rows = as_text(team_rows(found.lists.every(found.chosen())))
    return csv_response(rows, TEAM_HEADERS, f"my-team-{found.today.isoformat()}")


@blueprint.get("/my-team.xlsx")
@auth.signed_in
def my_team_xlsx() -> Response:
    """The very same lines as a spreadsheet, days as days; no cell is a formula (promise S14)."""
    found = asked(db.session())
    book = BytesIO()
    write_xlsx(recorded(team_rows(found.lists.every(found.chosen()))), TEAM_HEADERS, book, "My team")
    response = Response(book.getvalue(), mimetype=XLSX)
    name = f"my-team-{found.today.isoformat()}.xlsx"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
