"""What a people file changes: the whole plan, made from the file and the record before anything is written."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from foundation.tables import shown
from people.domain import UNIT_SEPARATOR, Category, Sector
from people.imports.account import Change
from people.imports.brake import PostMove
from people.imports.difference import after_absence, after_rows
from people.imports.incoming import Findings
from people.imports.person_rows import Details, PeopleFile, PersonPost, in_a_row, lines_of
from people.imports.posts import Outcome, PostSpell, RowRefused
from people.imports.state import PostKey, Recorded, people_of

KINDS = {
    "organisation_added": "new organisations",
    "sector_corrected": "sectors corrected",
    "unit_added": "new units",
    "person_added": "new people",
    "details_corrected": "names, email addresses or categories corrected",
    "post_added": "new posts",
    "post_changed": "posts with a new unit, title, roles or manager",
    "post_returned": "posts taken up again after a gap",
    "post_reopened": "ended posts open again",
    "post_ended": "posts ended by their row",
    "post_missing": "posts ended because the file leaves them out",
    "post_planned_end": "posts with another last day to come",
    "post_corrected": "posts with corrected history",
}
"""The kinds of change of a people file, and their words."""

_INCOMPLETE = (
    "Another row of this post was set aside. Together they are its history: "
    "mend that row and load them all again."
)


@dataclass
class Plan:
    """What will be written. New organisations, units and people have no id yet, so everything goes by name."""

    findings: Findings
    changes: list[Change] = field(default_factory=list)
    new_organisations: list[str] = field(default_factory=list)
    sectors: dict[str, str] = field(default_factory=dict)
    new_units: list[tuple[str, str]] = field(default_factory=list)
    new_people: list[str] = field(default_factory=list)
    details: dict[str, Details] = field(default_factory=dict)
    spells_gone: list[int] = field(default_factory=list)
    spells_new: list[tuple[PostKey, PostSpell]] = field(default_factory=list)
    touched: set[str] = field(default_factory=set)
    moves: list[PostMove] = field(default_factory=list)
    """Every post that runs on the as-at date, before or after: what the brake looks at."""
    rows: list[PersonPost] = field(default_factory=list)
    """The rows that apply."""
    known_units: set[tuple[str, str]] = field(default_factory=set)

    @property
    def is_empty(self) -> bool:
        return not self.changes


def make_plan(file: PeopleFile, recorded: Recorded, *, part: bool) -> Plan:
    """Compare a file with the record (interfaces, "People")."""
    plan = Plan(file.incoming.findings.copy(), known_units=set(recorded.units))
    rows = _without_lost_zeros(file.rows, recorded, plan.findings)
    outcomes = _outcomes(rows, recorded, file, plan)
    plan.rows = [row for row in rows if (row.person_ref, row.post_ref) in outcomes]
    _plan_places(plan, recorded)
    _plan_people(plan, recorded)
    for key, (outcome, _) in outcomes.items():
        _plan_post(plan, recorded, key, outcome, file)
    missing = [] if part else _missing(file, rows, plan, recorded)
    for key in missing:
        _plan_post(plan, recorded, key, after_absence(recorded.posts[key], file.as_at), file)
    for key in recorded.posts.keys() - outcomes.keys() - set(missing):
        running = recorded.running(key, file.as_at)
        if running is not None:
            plan.moves.append(PostMove(key, running.duties, running.duties))
    return plan


def _outcomes(
    rows: Iterable[PersonPost], recorded: Recorded, file: PeopleFile, plan: Plan
) -> dict[PostKey, tuple[Outcome, list[PersonPost]]]:
    of_post: dict[PostKey, list[PersonPost]] = defaultdict(list)
    for row in rows:
        of_post[row.person_ref, row.post_ref].append(row)
    outcomes = {}
    for key, group in of_post.items():
        try:
            outcome = after_rows([row.post for row in group], recorded.posts.get(key, ()), file.as_at)
        except RowRefused as refused:
            lines = lines_of(group)
            where = f" (rows {in_a_row(lines)})" if len(lines) > 1 else ""
            plan.findings.leave_out(lines, f"{refused.message}{where}", refused.column)
            continue
        if key in file.incomplete and key in recorded.posts and outcome.what != "unchanged":
            plan.findings.leave_out(lines_of(group), _INCOMPLETE, "post_ref")
            continue
        if outcome.notice:
            plan.findings.tell(outcome.notice, group[0].post.line)
        outcomes[key] = outcome, group
    return outcomes


def _without_lost_zeros(rows: Iterable[PersonPost], recorded: Recorded, found: Findings) -> list[PersonPost]:
    """Rows whose unknown number is a known one without its leading zeros are set aside."""
    with_zeros = {ref.lstrip("0"): ref for ref in recorded.people if ref[:1] == "0"}
    kept = []
    for row in rows:
        ref = row.person_ref
        if ref not in recorded.people and ref in with_zeros:
            found.leave_out(
                [row.post.line],
                f"{shown(ref)} is not known but {shown(with_zeros[ref])} is. Excel may have removed zeros. "
                "Format the column as Text and export again.",
                "person_ref",
            )
        else:
            kept.append(row)
    return kept


def _plan_places(plan: Plan, recorded: Recorded) -> None:
    """New organisations and units, and sectors that were corrected."""
    given: dict[str, str | None] = {}
    for row in plan.rows:
        given[row.post.organisation] = row.sector or given.get(row.post.organisation)
    for name, sector in given.items():
        known = recorded.organisations.get(name)
        if known is None:
            plan.new_organisations.append(name)
            plan.changes.append(Change("organisation_added", name, None, sector or Sector.OTHER.value))
        if known is None or known.sector is None:
            if sector is None:
                plan.findings.tell(
                    f"{shown(name)} has no sector in the file; it is entered as other.", column="sector"
                )
            plan.sectors[name] = sector or Sector.OTHER.value
        if known is not None and name in plan.sectors:  # its sector was taken back by an undo
            plan.changes.append(Change("sector_corrected", name, None, plan.sectors[name]))
        elif known is not None and sector is not None and sector != known.sector:
            plan.sectors[name] = sector
            plan.changes.append(Change("sector_corrected", name, known.sector, sector))
    plan.touched |= people_of(recorded, (name for name in plan.sectors if name in recorded.organisations))


def _plan_people(plan: Plan, recorded: Recorded) -> None:
    """New people, and details that were corrected."""
    for row in plan.rows:
        ref = row.person_ref
        if ref in plan.details:
            continue
        known = recorded.people.get(ref)
        before = known.details if known else None
        said = row.details
        details = Details(
            said.first_name,
            said.last_name,
            said.email if said.email is not None else before.email if before else "",
            said.category or (before.category if before else Category.EMPLOYEE.value),
        )
        if details == before:
            continue
        plan.details[ref] = details
        plan.touched.add(ref)
        if known is None:
            plan.new_people.append(ref)
        if before is None:
            plan.changes.append(Change("person_added", ref, None, _who(details)))
        else:
            plan.changes.append(Change("details_corrected", ref, _who(before), _who(details)))


def _plan_post(plan: Plan, recorded: Recorded, key: PostKey, outcome: Outcome, file: PeopleFile) -> None:
    as_at = file.as_at
    if outcome.what == "unchanged":
        running = recorded.running(key, as_at)
        if running is not None:
            plan.moves.append(PostMove(key, running.duties, running.duties))
        return
    before = tuple(recorded.posts.get(key, ()))
    ran = next((spell for spell in before if spell.holds_on(as_at)), None)
    runs = next((spell for spell in outcome.spells if spell.holds_on(as_at)), None)
    plan.moves.append(PostMove(key, ran.duties if ran else None, runs.duties if runs else None))
    plan.changes.append(
        Change(f"post_{outcome.what}", " / ".join(key), before or None, outcome.spells or None)
    )
    plan.touched.add(key[0])
    kept = set(before) & set(outcome.spells)
    ids = recorded.spell_ids.get(key, ())
    plan.spells_gone += [fact_id for fact_id, spell in zip(ids, before, strict=True) if spell not in kept]
    for spell in outcome.spells:
        if spell not in kept:
            plan.spells_new.append((key, spell))
            _plan_units(plan, spell)


def _plan_units(plan: Plan, spell: PostSpell) -> None:
    organisation, path = spell.duties.organisation, spell.duties.unit
    if not path or (organisation, path) in plan.known_units:
        return
    parts = path.split(UNIT_SEPARATOR)
    for depth in range(1, len(parts) + 1):
        unit = (organisation, UNIT_SEPARATOR.join(parts[:depth]))
        if unit not in plan.known_units:
            plan.known_units.add(unit)
            plan.new_units.append(unit)
            plan.changes.append(Change("unit_added", f"{organisation} > {unit[1]}"))


def _missing(file: PeopleFile, rows: Iterable[PersonPost], plan: Plan, recorded: Recorded) -> list[PostKey]:
    """Running posts of the organisations named that are in no row, rows set aside included."""
    named = {row.post.organisation for row in plan.rows}
    protected = _Protected(file, rows, recorded)
    return [
        key
        for key in recorded.posts
        if key not in file.posts
        and (running := recorded.running(key, file.as_at)) is not None
        and running.duties.organisation in named
        and not protected.holds(key)
    ]


class _Protected:
    """The posts that a row set aside may have been about: nothing is known of it, so nothing ends because of it."""

    def __init__(self, file: PeopleFile, rows: Iterable[PersonPost], recorded: Recorded) -> None:
        self._keys: set[PostKey] = set()
        self._people: set[str] = set()
        self._posts: set[str] = set()
        emails: set[str] = set()
        names: set[tuple[str, str]] = set()
        for values in file.unread:
            ref, post_ref = values.get("person_ref"), values.get("post_ref")
            if ref and post_ref:
                self._keys.add((ref, post_ref))
            elif ref:
                self._people.add(ref)
            else:
                if post_ref:
                    self._posts.add(post_ref)
                if values.get("email"):
                    emails.add(values["email"])
                if values.get("first_name") and values.get("last_name"):
                    names.add((values["first_name"], values["last_name"]))
        applied = {id(row) for row in rows}
        lost = {row.person_ref for row in file.rows if id(row) not in applied}
        self._people |= {ref for ref in recorded.people if ref[:1] == "0" and ref.lstrip("0") in lost}
        for ref, person in recorded.people.items():
            details = person.details
            if details and (details.email in emails or (details.first_name, details.last_name) in names):
                self._people.add(ref)

    def holds(self, key: PostKey) -> bool:
        return key in self._keys or key[0] in self._people or key[1] in self._posts


def _who(details: Details) -> str:
    return ", ".join(
        part
        for part in (f"{details.first_name} {details.last_name}", details.email, details.category)
        if part
    )
