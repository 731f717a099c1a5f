"""Workshop register: everybody on the register of one workshop, by name."""

from dataclasses import replace

from courses.domain.workshops import How, Outcome
from courses.wording import OUTCOME_WORDS
from foundation.formats import long_date
from people.domain import Sector
from people.wording import SECTOR_WORDS
from reports.domain.asking import Ask, Definition, Of, Readers, Sources
from reports.domain.description import Cell, Column, Report, Says, Section, Table
from reports.domain.sources.training import OnRegister, RegisterOf

_PERSON = Says.PERSON
_COLUMNS = (
    Column("name", "Name", width=18, says=_PERSON),
    Column("employer", "Employer", width=16, says=_PERSON),
    Column("sector", "Sector", width=12),
    Column("contact", "Email or staff number", width=20, says=Says.REFERENCE),
    Column("attended", "Attended", width=10),
    Column("signed", "Signed", width=14),
    Column("certificate", "Certificate number", width=16, says=_PERSON),
)
HOW_WORDS = {
    How.DOOR: "At the door",
    How.REGISTER: "Written down by whoever led it",
    How.UPLOAD: "From a file",
}
_CAME = (Outcome.ATTENDED, Outcome.PARTIAL)
NOT_YET = "Not yet known"
GUEST = "Guest"
CHOOSE = "Choose a workshop"


def build(ask: Ask, sources: Sources) -> Report:
    """One workshop. Which one has to be said; one that is held after the day is not listed yet. Raises NotFound."""
    head = replace(
        ask.head(DEFINITION.title, sources, ()),
        population="Everybody on the register of the workshop, whatever their post",
    )
    if not ask.of:
        says = "Say which workshop: from the list on the page, or in a command by its reference, such as W-2026-014."
        empty = "Nobody is listed until a workshop is chosen."
        return Report(DEFINITION.key, head, (Section(CHOOSE, (says,), (_table((), empty),)),))
    found = sources.training.register(ask.of, ask.as_at)
    title = f"{found.title}, {found.reference}"
    people = () if found.day > ask.as_at else tuple(_row(one) for one in found.people)
    empty = "Nobody is on the register."
    return Report(DEFINITION.key, head, (Section(title, (_says(ask, found),), (_table(people, empty),)),))


def _table(rows: tuple[tuple[Cell, ...], ...], empty: str) -> Table:
    return Table("register", "Register", _COLUMNS, rows, empty=empty)


def _says(ask: Ask, found: RegisterOf) -> str:
    about = f"Held on {long_date(found.day)}: {found.place}."
    if found.is_called_off:
        return f"Was to be held on {long_date(found.day)}: {found.place}. It was called off."
    if found.day > ask.as_at:
        return (
            f"To be held on {long_date(found.day)}: {found.place}. That is after the day of this report, so "
            "nobody is listed."
        )
    if found.closed_on is None:
        return f"{about} The register is not closed: what it says may change."
    return f"{about} The register was closed on {long_date(found.closed_on)}."


def _row(one: OnRegister) -> tuple[Cell, ...]:
    attended = NOT_YET if one.outcome is None else OUTCOME_WORDS[one.outcome]
    return (
        one.name,
        one.employer,
        SECTOR_WORDS[Sector(one.sector)] if one.sector else "",
        one.contact,
        f"{attended} ({GUEST.lower()})" if one.is_guest else attended,
        _signed(one),
        one.certificate,
    )


def _signed(one: OnRegister) -> str:
    """How it is known that somebody came: whoever did not come signed nothing."""
    if one.outcome not in _CAME:
        return ""
    if one.arrived_at is not None:
        return f"{HOW_WORDS[How.DOOR]}, {one.arrived_at:%H:%M}"
    return HOW_WORDS[one.how] if one.how else ""


DEFINITION = Definition(
    "register",
    "Workshop register",
    "Everybody on the register of one workshop: employer, whether they attended, and the certificate number.",
    Readers.EVERYBODY,
    build,
    is_publishable=False,
    of=Of.WORKSHOP,
    shows_figures=False,
    place=20,
)
