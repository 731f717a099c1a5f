"""What a people file makes one wonder about. Each doubt is a notice: the rows apply all the same."""

import difflib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

from foundation.dates import FAR_DAY
from foundation.formats import count_noun, long_date
from foundation.tables import shown
from foundation.tables.wording import in_words
from people.domain import UNIT_SEPARATOR
from people.imports.incoming import Findings
from people.imports.person_rows import PeopleFile, PersonPost, in_a_row, lines_of
from people.imports.plan import Plan
from people.imports.state import PostKey, Recorded

MOST_NAMED = 20
"""How many rows or names one kind of doubt names; the rest are only counted."""


def tell_doubts(plan: Plan, file: PeopleFile, recorded: Recorded, roles: set[str]) -> None:
    """Add a notice for everything in the file that deserves a second look."""
    found, rows = plan.findings, plan.rows
    _strangers(found, rows, recorded)
    _managers(found, rows, recorded, file.as_at)
    _roles(found, rows, roles)
    _emails(found, rows)
    posts_of = recorded.posts_of_people()
    _used_again(found, rows, recorded, posts_of, file.as_at)
    _same_as_a_leaver(found, plan, recorded, posts_of, file.as_at)
    _new_places(found, plan, recorded)


def _strangers(found: Findings, rows: list[PersonPost], recorded: Recorded) -> None:
    refs = {row.person_ref for row in rows}
    if refs and recorded.people and refs.isdisjoint(recorded.people):
        found.tell(
            f"None of the {count_noun(len(refs), 'person_ref', 'person_refs')} is known yet. Is this the right file?",
            column="person_ref",
        )


def _managers(found: Findings, rows: list[PersonPost], recorded: Recorded, as_at: date) -> None:
    refs = {row.person_ref for row in rows} | recorded.people.keys()
    unknown: dict[str, int] = {}
    gone: dict[str, int] = {}
    none = 0
    left = _leavers(recorded, as_at) - {row.person_ref for row in rows}
    for row in rows:
        manager = row.post.manager_ref
        if not manager:
            none += 1
        elif manager not in refs:
            unknown.setdefault(manager, row.post.line)
        elif manager in left:
            gone.setdefault(manager, row.post.line)
    _named(found, "manager_ref", "names a manager who is not known", unknown)
    _named(found, "manager_ref", "names a manager who has left", gone)
    if none:
        found.tell(f"{count_noun(none, 'row has', 'rows have')} no manager.", column="manager_ref")
    _loops(found, rows)


def _named(found: Findings, column: str, what: str, lines: Mapping[str, int]) -> None:
    for value, line in list(lines.items())[:MOST_NAMED]:
        found.tell(f"{shown(value)} {what}. The row applies.", line, column)
    if len(lines) > MOST_NAMED:
        found.tell(f"{len(lines) - MOST_NAMED:,} more values: {what}.", column=column)


def _loops(found: Findings, rows: Iterable[PersonPost]) -> None:
    """People who manage each other in a circle: each loop once, with its lines."""
    managers: dict[str, list[str]] = defaultdict(list)
    lines: dict[str, int] = {}
    for row in rows:
        lines.setdefault(row.person_ref, row.post.line)
        if row.post.manager_ref and (row.post.post_end or FAR_DAY) == FAR_DAY:
            managers[row.person_ref].append(row.post.manager_ref)
    done: set[str] = set()
    told = 0
    for start in managers:
        if start in done:
            continue
        path: list[str] = []
        on_path: dict[str, int] = {}
        ahead = [(start, 0)]
        while ahead:
            ref, depth = ahead.pop()
            for left in path[depth:]:
                on_path.pop(left)
            done.update(path[depth:])
            del path[depth:]
            if ref in on_path:
                loop = sorted(lines[member] for member in path[on_path[ref] :])
                told += 1
                if told <= MOST_NAMED:
                    found.tell(f"Rows {in_a_row(loop)}: managers form a loop.", loop[0], "manager_ref")
            elif ref not in done and ref in lines:
                on_path[ref] = len(path)
                path.append(ref)
                ahead += [(manager, len(path)) for manager in managers.get(ref, ())]
        done.update(path)


def _roles(found: Findings, rows: Iterable[PersonPost], known: set[str]) -> None:
    lines: dict[str, int] = {}
    for row in rows:
        for role in filter(None, (row.post.roles or "").split(";")):
            if role not in known:
                lines.setdefault(role, row.post.line)
    _named(found, "roles", "is no role of the programme", lines)


def _emails(found: Findings, rows: Iterable[PersonPost]) -> None:
    of_email: dict[str, dict[str, PersonPost]] = defaultdict(dict)
    without = set()
    for row in rows:
        if row.details.email:
            of_email[row.details.email].setdefault(row.person_ref, row)
        elif row.details.email is not None:
            without.add(row.person_ref)
    if without:
        people = count_noun(len(without), "person has", "people have")
        found.tell(f"{people} no email address; reminders go to the manager.", column="email")
    shared = [of_person for of_person in of_email.values() if len(of_person) > 1]
    for of_person in shared[:MOST_NAMED]:
        lines = lines_of(of_person.values())
        found.tell(
            f"Rows {in_a_row(lines)} share an email address. Files that name people by email cannot tell them apart.",
            lines[0],
            "email",
        )
    if len(shared) > MOST_NAMED:
        found.tell(f"{len(shared) - MOST_NAMED:,} more email addresses are shared.", column="email")


def _leavers(recorded: Recorded, as_at: date) -> set[str]:
    """People all of whose posts have ended."""
    last: dict[str, date] = {}
    for key, spells in recorded.posts.items():
        last[key[0]] = max(last.get(key[0], date.min), spells[-1].last_day)
    return {ref for ref, day in last.items() if day < as_at}


def _used_again(
    found: Findings,
    rows: Iterable[PersonPost],
    recorded: Recorded,
    posts_of: Mapping[str, list[PostKey]],
    as_at: date,
) -> None:
    """A known number comes back after leaving, under another first and last name: was it given to somebody new?"""
    seen = set()
    for row in rows:
        person = recorded.people.get(row.person_ref)
        if person is None or person.details is None or row.person_ref in seen:
            continue
        seen.add(row.person_ref)
        before, now = person.details, row.details
        if before.first_name == now.first_name or before.last_name == now.last_name:
            continue
        ended = [recorded.posts[key][-1].last_day for key in posts_of.get(row.person_ref, ())]
        if ended and max(ended) < as_at:
            found.tell(
                f"{shown(row.person_ref)} belonged to {before.first_name} {before.last_name}, who left on "
                f"{long_date(max(ended))}. If this is a new person, give them a number of their own.",
                row.post.line,
                "person_ref",
            )


def _same_as_a_leaver(
    found: Findings, plan: Plan, recorded: Recorded, posts_of: Mapping[str, list[PostKey]], as_at: date
) -> None:
    """A new number with the name and e-mail of somebody who left: perhaps the same person."""
    new = set(plan.new_people)
    if not new:
        return
    leavers = _leavers(recorded, as_at)
    known = {
        (person.details.first_name, person.details.last_name, person.details.email): ref
        for ref, person in recorded.people.items()
        if ref in leavers and ref in posts_of and person.details is not None and person.details.email
    }
    for row in plan.rows:
        other = known.get((row.details.first_name, row.details.last_name, row.details.email or ""))
        if other and row.person_ref in new:
            found.tell(
                f"Same name and email address as {shown(other)}, who left. If it is the same person, keep the old "
                "number, or their completions stay behind.",
                row.post.line,
                "person_ref",
            )


def _new_places(found: Findings, plan: Plan, recorded: Recorded) -> None:
    """A new organisation or unit that is spelt almost like a known one beside it."""
    told = 0
    for name in plan.new_organisations:
        told += _tell_if_alike(found, "organisation", name, list(recorded.organisations))
    beside: dict[tuple[str, str], list[str]] = defaultdict(list)
    for organisation, path in recorded.units:
        if path:
            parent, _, unit = path.rpartition(UNIT_SEPARATOR)
            beside[organisation, parent].append(unit)
    for organisation, path in plan.new_units:
        parent, _, unit = path.rpartition(UNIT_SEPARATOR)
        if told < MOST_NAMED:
            told += _tell_if_alike(found, "unit", unit, beside[organisation, parent])


def _tell_if_alike(found: Findings, what: str, name: str, known: list[str]) -> bool:
    plain = {_letters(other): other for other in known}
    exact = plain.get(_letters(name))
    near = (
        [exact]
        if exact
        else [plain[hit] for hit in difflib.get_close_matches(_letters(name), plain, n=1, cutoff=0.9)]
    )
    if near and not any(letter.isdigit() for letter in name):  # Team 1 and Team 2 are meant
        found.tell(f"New {what} {shown(name)}? Did you mean {in_words(near)}?", column=what)
        return True
    return False


def _letters(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())
