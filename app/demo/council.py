"""The council's seats, from the chief executive down, read from the tree; elected members; agency workers."""

from __future__ import annotations

import re
from dataclasses import replace

from app.demo.council_tree import TREE
from app.demo.facts import HAVENBROOK, Pinned, Seat, Workplace

KINDS: dict[str, frozenset[str]] = {
    "B": frozenset({"back_office"}),
    "F": frozenset({"frontline"}),
    "C": frozenset({"frontline"}),  # crews and carers: front-line, and without an e-mail address
    "S": frozenset({"safeguarding"}),
    "L": frozenset({"safeguarding", "safeguarding_lead"}),
    "H": frozenset({"security"}),
    "T": frozenset({"street"}),
    "V": frozenset({"venue"}),
    "P": frozenset({"prevent_team"}),
}
BACK_OFFICE_DIRECTORATES = frozenset({"Resources", "Inclusive Growth"})
TROUBLED_UNIT = "My Place > Landlord Services > Tenancy Support"
_TEAM = re.compile(r"^(?P<name>[^(:]+?)(?: \(was: (?P<was>[^)]+)\))?: (?P<posts>.+)$")
_POST = re.compile(r"^(?P<title>.+) (?P<number>\d+) (?P<letter>[A-Z])$")

PINNED: dict[tuple[str, str], Pinned] = {
    ("Learning and Development", "Learning and Development Manager"): Pinned(
        "learning_and_development", "Siân", "Tŷ-Hafod", trained_days_ago=300
    ),
    ("Prevent Team", "Prevent Coordinator"): Pinned("prevent_coordinator", "Tobias", "O'Quillmere"),
    ("Tenancy Support", "Team Manager, Tenancy Support"): Pinned(
        "team_manager", "Marigold", "Adeyemoor", trained_days_ago=240
    ),
    ("Tenancy Support", "Tenancy Support Officer"): Pinned(
        "front_line_staff", "Idris", "Fernŵood", trained_days_ago=760
    ),
    ("Internal Audit", "Internal Auditor"): Pinned("auditor", "Priyanka", "Ledgerwell", trained_days_ago=200),
    ("", "Director of People and Care"): Pinned("channel_panel_chair", "Cordelia", "Marshlight-Okonby"),
    ("", "Head of Landlord Services"): Pinned("head_of_service", "Bartholomew", "Quince-Rahmandale"),
}
NAMED_ROLES: dict[str, tuple[str, ...]] = {
    "channel_panel_chair": ("channel_panel",),
    "prevent_coordinator": ("channel_panel", "partnership"),
}
PANEL_SERVICES = frozenset({"Children's Care and Support", "Adults' Care and Support", "Community Safety"})


def scaled(number: int, scale: float) -> int:
    """How many of them at this scale; never none."""
    return max(1, round(number * scale))


class _Builder:
    """Collects seats, handing each the position of its manager's seat."""

    def __init__(self, scale: float) -> None:
        self.scale = scale
        self.seats: list[Seat] = []

    def add(self, title: str, unit: str, kinds: frozenset[str], boss: int | None, **more: object) -> int:
        """Add one seat and return its position."""
        part = unit.rpartition(" > ")[2]
        pinned = PINNED.get((part, title)) or PINNED.get(("", title))
        if pinned is not None and any(seat.pinned == pinned for seat in self.seats):
            pinned = None
        named = NAMED_ROLES.get(pinned.key, ()) if pinned else ()
        seat = Seat(
            title, Workplace(HAVENBROOK, "council", unit), kinds=kinds, boss=boss, pinned=pinned, named=named
        )
        self.seats.append(replace(seat, **more))  # type: ignore[arg-type]  # the caller names fields of a seat
        return len(self.seats) - 1


def council_seats(scale: float) -> list[Seat]:
    """Every seat of the council's staff; the chief executive's is the first.

    Directors and heads of service lead without meeting the public; team managers count as front-line where
    their directorate does.
    """
    builder = _Builder(scale)
    leads = frozenset({"leadership", "back_office"})
    top = builder.add("Chief Executive", "Chief Executive's Office", leads, None, turnover=0.1)
    director = head = top
    directorate = service = ""
    for line in TREE.strip("\n").splitlines():
        depth = (len(line) - len(line.lstrip())) // 2
        text = line.strip()
        if depth == 0:
            directorate = text
            director = builder.add(f"Director of {text}", text, leads, top, turnover=0.12)
        elif depth == 1:
            service = text
            named = ("channel_panel",) if text in PANEL_SERVICES else ()
            head = builder.add(f"Head of {text}", f"{directorate} > {text}", leads, director, turnover=0.12)
            builder.seats[head] = replace(builder.seats[head], named=named)
        else:
            _add_team(builder, directorate, service, head, text)
    return builder.seats


def _add_team(builder: _Builder, directorate: str, service: str, head: int, text: str) -> None:
    team = _TEAM.match(text)
    if team is None:
        raise ValueError(f"not a team: {text}")
    unit = f"{directorate} > {service} > {team['name']}"
    moved_from = team["was"] or ""
    work = "back_office" if directorate in BACK_OFFICE_DIRECTORATES else "frontline"
    boss = builder.add(
        f"Team Manager, {team['name']}",
        unit,
        frozenset({"leadership", work})
        | ({"prevent_team"} if team["name"] == "Prevent Team" else frozenset()),
        head,
        moved_from=moved_from,
        turnover=0.14,
    )
    for text_of_post in team["posts"].split("; "):
        post = _POST.match(text_of_post)
        if post is None:
            raise ValueError(f"not a post: {text_of_post}")
        crew = {"mail": ""} if post["letter"] == "C" else {}
        for _ in range(scaled(int(post["number"]), builder.scale)):
            builder.add(post["title"], unit, KINDS[post["letter"]], boss, moved_from=moved_from, **crew)


def casual_seats(council: list[Seat], number: int) -> list[Seat]:
    """Second jobs: part-time posts in libraries, leisure and reception, beside somebody's main post."""
    wanted = {"Library Assistant": "Branch Libraries", "Leisure Assistant": "Riverside Leisure Centre"}
    wanted |= {"Receptionist": "Hubs and Reception", "Hall Assistant": "Community Halls"}
    models = [
        next(s for s in council if s.title == title and s.workplace.unit.endswith(unit))
        for title, unit in wanted.items()
    ]
    return [replace(models[i % len(models)], pinned=None) for i in range(number)]


def agency_seats(council: list[Seat], scale: float) -> list[Seat]:
    """Agency workers in the council's teams: their own population, never in the plan's 70 %."""
    teams = {"Social Worker": "Assessment and Intervention", "Waste Loader": "Collection Crews East"}
    teams |= {"Security Officer": "Corporate Security"}
    seats = []
    for title, team in teams.items():
        model = next(s for s in council if s.title == title and s.workplace.unit.endswith(team))
        agency = replace(
            model,
            title=f"Agency {title}",
            category="agency",
            kinds=frozenset({"contractor"}),
            turnover=0.7,
            history_years=3.0,
            pinned=None,
        )
        seats += [agency] * scaled(14, scale)
    return seats
