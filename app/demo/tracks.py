"""The tracks of the borough's programme, one after the other: awareness first, what builds on it later."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from app.demo import catalogue
from app.demo.catalogue import Taught, inset_day, taught
from app.demo.facts import Completion, Spell
from app.demo.training import Chooser, Register, Turn, careers, follow, yearly


def completions(rng: Random, spells: list[Spell], as_at: date) -> list[Completion]:
    """Eight years of training of the whole borough."""
    register = Register(rng, as_at)
    _awareness(register, spells)
    _safeguarding(register, spells)
    _specified_roles(register, spells)
    _leaders_and_members(register, spells)
    _schools(register, spells)
    _partners(register, spells)
    _offered(register, spells)
    return register.rows()


def _awareness(register: Register, spells: list[Spell]) -> None:
    def choose(turn: Turn) -> str:
        workshops = 0.3 if "safeguarding" in turn.career.spell.seat.kinds else 0.12
        return catalogue.awareness(turn.rng, turn.day, turn.earlier, crew=turn.crew, workshops=workshops)

    council = [s for s in spells if s.seat.workplace.sector == "council" and s.seat.category == "employee"]
    frontline = {"frontline", "safeguarding", "security", "street", "venue", "prevent_team"}
    follow(register, council, frontline, choose)
    office = [s for s in council if "back_office" in s.seat.kinds]
    follow(register, office, {"back_office"}, choose, years=6.6)


def _always(course: str) -> Chooser:
    return lambda _: course


def _safeguarding(register: Register, spells: list[Spell]) -> None:
    def workshop(turn: Turn) -> str:
        return "WRAP" if turn.day <= catalogue.WRAP_UNTIL and turn.rng.random() < 0.8 else "PREV-LOC"

    def referral(turn: Turn) -> str:
        return catalogue.referrals(turn.day, turn.earlier)

    def channel(turn: Turn) -> str:
        return "HO-CH18" if turn.day < catalogue.GOV_UK_SINCE else "PREV-CH"

    council = [s for s in spells if s.seat.workplace.sector == "council"]
    follow(register, council, {"safeguarding"}, workshop, diligence=0.5)
    follow(register, council, {"prevent_team"}, workshop, diligence=0.95)
    follow(register, spells, {"school_lead"}, workshop, years=3, diligence=0.7)
    leads = {"safeguarding_lead", "channel_panel", "prevent_team"}
    follow(register, spells, leads | {"school_lead"}, referral, diligence=0.72)
    follow(register, spells, {"channel_panel", "prevent_team"}, channel, diligence=0.85)
    follow(register, spells, {"prevent_team"}, _always("PREV-TTT"), diligence=0.95)


def _specified_roles(register: Register, spells: list[Spell]) -> None:
    def reconnaissance(turn: Turn) -> str:
        return catalogue.hostile(turn.rng, turn.day, turn.career.spell.seat.title)

    follow(register, spells, {"security"}, reconnaissance, diligence=0.85)
    follow(register, spells, {"street"}, _always("LS-LOC"), diligence=0.48)


def _leaders_and_members(register: Register, spells: list[Spell]) -> None:
    def briefing(turn: Turn) -> str:
        if turn.rng.random() < 0.85:
            return "PREV-MEM"
        return "WRAP" if turn.day <= catalogue.WRAP_UNTIL else "PREV-AW"

    yearly(register, spells, "leadership", "PREV-LEAD")
    follow(register, spells, {"member"}, briefing)
    follow(register, spells, {"partnership"}, _always("PREV-IND"), valid=20_000, diligence=0.8)


def _schools(register: Register, spells: list[Spell]) -> None:
    """Whole-school days every second September; who missed it or came later takes the e-learning."""
    rng, as_at = register.rng, register.as_at
    numbers: dict[str, int] = {}
    for spell in spells:
        if spell.seat.workplace.sector == "school":
            numbers.setdefault(spell.seat.workplace.organisation, len(numbers))
    opened = as_at - timedelta(days=round(3 * 365.25))
    for career in careers(spells, frozenset({"school_staff"}), as_at, date.min):
        number = numbers[career.spell.seat.workplace.organisation]
        lax = number % 9 == 3
        there_before = career.first_day <= opened + timedelta(days=3)
        since = opened - timedelta(days=1100) if there_before else career.first_day
        covered_until = date.min
        for year in range(as_at.year - 6, as_at.year + 1):
            day = inset_day(year, number)
            if (year + number) % 2 or not since <= day <= career.last_day:
                continue
            if rng.random() < (0.5 if lax else 0.86):
                course = "WRAP" if day <= catalogue.WRAP_UNTIL else "PREV-LOC"
                register.add(career.person_ref, Taught(course, day, "Prevent team", "", certificate=False))
                covered_until = day + timedelta(days=730)
            elif rng.random() < 0.5:
                caught_up = day + timedelta(days=rng.randint(10, 120))
                register.add(career.person_ref, taught(rng, catalogue.e_learning(caught_up), caught_up))
        induction = career.first_day + timedelta(days=rng.randint(1, 40))
        if covered_until < induction <= career.last_day and rng.random() < (0.4 if lax else 0.75):
            register.add(career.person_ref, taught(rng, catalogue.e_learning(induction), induction))


def _partners(register: Register, spells: list[Spell]) -> None:
    def nhs(turn: Turn) -> str:
        return (
            "NHS-L3" if "Nurse" not in turn.career.spell.seat.title and turn.rng.random() < 0.6 else "NHS-L12"
        )

    def any_route(turn: Turn) -> str:
        return catalogue.awareness(turn.rng, turn.day, turn.earlier, crew=False, workshops=0.5)

    def contract(turn: Turn) -> str:
        return "PREV-BRF" if turn.crew or turn.day < catalogue.GOV_UK_SINCE else "PREV-AW"

    follow(register, spells, {"nhs"}, nhs, years=4, valid=1095)
    follow(register, spells, {"community", "justice"}, any_route, years=4, diligence=0.4)
    follow(register, spells, {"contractor"}, contract, years=4, diligence=0.6)


def _offered(register: Register, spells: list[Spell]) -> None:
    """Nobody has to: plan action 7, and counter-terrorism awareness."""
    rng, as_at = register.rng, register.as_at
    opened = as_at - timedelta(days=5 * 365)
    kinds = frozenset({"frontline", "safeguarding", "security", "venue", "community", "school_lead"})
    for career in careers(spells, kinds, as_at, opened):
        draw = rng.random()
        if draw < 0.09:
            school = career.spell.seat.workplace.sector == "school"
            course = "PREV-DEEP" if draw < 0.04 else "ACT-EDU" if school else "ACT-AW"
            day = career.first_day + (career.last_day - career.first_day) * rng.random()
            register.add(career.person_ref, taught(rng, course, day))
