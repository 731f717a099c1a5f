"""The made-up borough as five files, ready for the importers.

Everything comes from one seed: the same seed, day and scale give the same bytes, on any machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random

from app.demo.council import agency_seats, casual_seats, council_seats
from app.demo.facts import Absence, Completion, DemoFiles, Exemption, School, Seat, SignIn, Spell, Tenure
from app.demo.history import (
    Ledger,
    member_tenures,
    move_people,
    second_post_number,
    second_posts,
    spells,
    staff_tenures,
)
from app.demo.leave import absences, exemptions
from app.demo.neighbours import member_seats, partner_seats, school_seats
from app.demo.schools import school_facts
from app.demo.tracks import completions
from app.demo.writing import (
    write_absences,
    write_completions,
    write_exemptions,
    write_people,
    write_schools,
)

PROGRAMME_FILE = "compliance/programmes/prevent.toml"
"""The rule book that fits this borough, below the project's root."""


@dataclass(frozen=True)
class Borough:
    """Everything there is to know about the borough on the as-at day."""

    spells: list[Spell]
    absences: list[Absence]
    completions: list[Completion]
    exemptions: list[Exemption]
    schools: list[School]
    sign_ins: tuple[SignIn, ...]


def make_borough(*, as_at: date, seed: int = 2026, scale: float = 1.0) -> Borough:
    """Make the borough; each stage draws from its own stream, so that one can change without the others."""
    ledger = Ledger(_stream(seed, "people"))
    seats = council_seats(scale)
    staff = len(seats)
    tenures = move_people(staff_tenures(seats, 0, "HB", ledger, as_at), seats, _stream(seed, "moves"), as_at)
    seats += casual_seats(seats, second_post_number(staff))
    tenures += second_posts(tenures, seats[staff:], staff, ledger, as_at)
    tenures += _fill("HA", agency_seats(seats[:staff], scale), seats, ledger, as_at)
    schools = school_seats(_stream(seed, "schools"), scale, len(seats))
    tenures += _fill("HS", schools, seats, ledger, as_at)
    tenures += _fill("HP", partner_seats(scale, len(seats)), seats, ledger, as_at)
    members = member_seats(len(seats))
    seats += members
    tenures += member_tenures(members, len(seats) - len(members), ledger, as_at)
    rows = spells(seats, tenures, as_at)
    approvers = _approvers(rows)
    return Borough(
        rows,
        absences(_stream(seed, "absences"), rows, as_at),
        completions(_stream(seed, "training"), rows, as_at),
        exemptions(_stream(seed, "exemptions"), rows, approvers, as_at, scale),
        school_facts(_stream(seed, "what schools are"), rows, as_at),
        _sign_ins(rows),
    )


def _stream(seed: int, stage: str) -> Random:
    return Random(f"{seed}-{stage}")  # noqa: S311 -- reproducible on purpose, and no secret comes from it


def write_borough(folder: Path, *, as_at: date, seed: int = 2026, scale: float = 1.0) -> DemoFiles:
    """Write people, absences, completions, exemptions and schools as CSV files into the folder, made when missing.

    `scale` 1.0 is a borough of 2,700 council staff, 60 schools, 51 members and some 300 partners.
    """
    borough = make_borough(as_at=as_at, seed=seed, scale=scale)
    folder.mkdir(parents=True, exist_ok=True)
    return DemoFiles(
        write_people(folder / "people.csv", borough.spells),
        write_absences(folder / "absences.csv", borough.absences),
        write_completions(folder / "completions.csv", borough.completions),
        write_exemptions(folder / "exemptions.csv", borough.exemptions),
        write_schools(folder / "schools.csv", borough.schools),
        borough.sign_ins,
    )


def _fill(prefix: str, more: list[Seat], seats: list[Seat], ledger: Ledger, as_at: date) -> list[Tenure]:
    """Append seats to all seats, and fill them with people."""
    first = len(seats)
    seats += more
    return staff_tenures(more, first, prefix, ledger, as_at)


def _approvers(rows: list[Spell]) -> tuple[str, str]:
    """Who grants exemptions: the L&D manager, and the Prevent Coordinator for theirs."""
    by_key = {row.person.pinned.key: row.person.ref for row in rows if row.person.pinned}
    return by_key["learning_and_development"], by_key["prevent_coordinator"]


def _sign_ins(rows: list[Spell]) -> tuple[SignIn, ...]:
    found = {
        row.person.pinned.key: SignIn(
            row.person.pinned.key,
            row.person.ref,
            f"{row.person.first_name} {row.person.last_name}",
            row.person.email,
            row.seat.title,
            row.seat.workplace.organisation,
            row.unit,
        )
        for row in rows
        if row.person.pinned
    }
    return tuple(found[key] for key in sorted(found))
