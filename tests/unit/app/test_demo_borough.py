"""The made-up borough: reproducible, of a real borough's size, and fitting the rule book beside it."""

from __future__ import annotations

import csv
import tomllib
from collections import Counter, defaultdict
from datetime import date, timedelta
from fnmatch import fnmatchcase
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from app.demo.borough import PROGRAMME_FILE, Borough, make_borough, write_borough
from app.demo.catalogue import COURSES
from app.demo.facts import DemoFiles, Spell
from app.demo.history import reorganisation_day

AS_AT = date(2026, 11, 21)
FRONT_LINE = {"frontline", "safeguarding", "safeguarding_lead", "security", "street", "venue"}
FILES = ("people", "absences", "completions", "exemptions")
Rows = dict[str, list[dict[str, str]]]


@pytest.fixture(scope="module")
def borough() -> Borough:
    return make_borough(as_at=AS_AT)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> DemoFiles:
    return write_borough(tmp_path_factory.mktemp("demo"), as_at=AS_AT)


@pytest.fixture(scope="module")
def rows(files: DemoFiles) -> Rows:
    return {name: _read(getattr(files, name)) for name in FILES}


@pytest.fixture(scope="module")
def programme() -> dict[str, Any]:
    root = Path(__file__).parents[3]
    return tomllib.loads((root / PROGRAMME_FILE).read_text(encoding="utf-8"))


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _running(row: dict[str, str], day: date = AS_AT) -> bool:
    return row["post_start"] <= day.isoformat() <= (row["post_end"] or "9999-12-31")


def _people(rows: Rows, **wanted: str) -> set[str]:
    """References of the people in post on the as-at day whose rows have these values."""
    fits = (row for row in rows["people"] if _running(row) and wanted.items() <= row.items())
    return {row["person_ref"] for row in fits}


def _roles(programme: dict[str, Any], spell: Spell) -> set[str]:
    """The roles that the role rules give to a spell, read from the file itself."""
    place = spell.seat.workplace
    found = set()
    for rule in programme["role_rules"]:
        pattern, unit = rule.get("job_title"), rule.get("unit")
        if pattern is not None and not fnmatchcase(spell.seat.title.lower(), pattern.lower()):
            continue
        if unit is not None and not f"{spell.unit} > ".startswith(f"{unit} > "):
            continue
        if rule.get("sector", place.sector) != place.sector:
            continue
        if rule.get("category", spell.seat.category) == spell.seat.category:
            found.add(rule["role"])
    return found


def _trained(borough: Borough, programme: dict[str, Any], requirement: str) -> Counter[bool]:
    """Roughly: of those required for 90 days and not away, who took an accepted course within its validity.

    Leaves out prerequisites, renewal rules and honoured_to; the exact figures are the engine's.
    """
    rule = next(line for line in programme["requirements"] if line["code"] == requirement)
    months = {course["code"]: course.get("validity_months", 999) for course in programme["courses"]}
    accepted = {
        line["course"]: line.get("validity_months", months[line["course"]]) for line in rule["accepts"]
    }
    in_date = {
        done.person_ref
        for done in borough.completions
        if done.course in accepted
        and (AS_AT - done.completed_on).days <= accepted[done.course] * 30.44
        and done.evidence in ("trusted", "verified")
        and done.revoked_on is None
    }
    away = {a.person_ref for a in borough.absences if a.first_day <= AS_AT <= (a.last_day or AS_AT)}
    wanted = {link["role"] for link in rule["roles"]}
    required = {
        spell.person.ref
        for spell in borough.spells
        if (AS_AT - spell.first_day).days > 90 and (spell.last_day is None or spell.last_day >= AS_AT)
        if wanted & (spell.seat.kinds | set(spell.seat.named))
        if spell.seat.workplace.sector in rule.get("sectors", [spell.seat.workplace.sector])
    }
    return Counter(ref in in_date for ref in required - away)


def _percent(counts: Counter[bool]) -> float:
    return 100 * counts[True] / counts.total()


def test_the_same_seed_and_day_give_the_same_bytes(tmp_path: Path) -> None:
    one = write_borough(tmp_path / "one", as_at=AS_AT, scale=0.05)
    two = write_borough(tmp_path / "two", as_at=AS_AT, scale=0.05)
    other = write_borough(tmp_path / "other", as_at=AS_AT, scale=0.05, seed=7)
    for name in FILES:
        assert getattr(one, name).read_bytes() == getattr(two, name).read_bytes()
    assert one.people.read_bytes() != other.people.read_bytes()
    assert one.sign_ins == two.sign_ins


@pytest.mark.parametrize("day", [date(2024, 2, 29), date(2026, 3, 31), date(2027, 1, 1)])
def test_it_can_be_made_for_any_day(day: date) -> None:
    borough = make_borough(as_at=day, scale=0.05)
    assert max(done.completed_on for done in borough.completions) <= day
    assert {sign_in.key for sign_in in borough.sign_ins} >= {"auditor", "partner_lead"}


def test_the_borough_has_the_size_of_a_real_one(rows: Rows) -> None:
    assert 2_600 <= len(_people(rows, sector="council", category="employee")) <= 2_800
    assert 3_200 <= len(_people(rows, sector="school")) <= 4_000
    assert len({row["organisation"] for row in rows["people"] if row["sector"] == "school"}) == 60
    assert len(_people(rows, category="member")) == 51
    partners = [_people(rows, category=category) for category in ("partner", "volunteer", "contractor")]
    assert 250 <= sum(len(people) for people in partners) <= 350
    assert 12_000 <= len(rows["completions"]) <= 25_000


def test_turnover_of_council_staff_is_about_18_percent_a_year(rows: Rows) -> None:
    last_days: dict[str, str] = {}
    for row in rows["people"]:
        if row["sector"] == "council" and row["category"] == "employee":
            end = row["post_end"] or "9999-12-31"
            last_days[row["person_ref"]] = max(last_days.get(row["person_ref"], ""), end)
    leavers = sum(f"{AS_AT.year - 5}-11-21" <= day < AS_AT.isoformat() for day in last_days.values()) / 5
    assert 0.14 <= leavers / len(_people(rows, sector="council", category="employee")) <= 0.21


def test_some_hold_two_posts_and_three_to_four_percent_are_away(rows: Rows) -> None:
    posts = Counter(
        row["person_ref"]
        for row in rows["people"]
        if _running(row) and row["sector"] == "council" and row["category"] == "employee"
    )
    assert 0.01 <= sum(number > 1 for number in posts.values()) / len(posts) <= 0.03
    today = AS_AT.isoformat()
    away = {
        row["person_ref"]
        for row in rows["absences"]
        if row["first_day"] <= today <= (row["last_day"] or today) and row["person_ref"] in posts
    }
    assert 0.025 <= len(away) / len(posts) <= 0.045


def test_every_date_is_valid_and_in_order(rows: Rows) -> None:
    for row in rows["people"]:
        assert date.fromisoformat(row["post_start"]) <= date.fromisoformat(row["post_end"] or "9999-12-31")
    for row in rows["absences"] + rows["exemptions"]:
        assert date.fromisoformat(row["first_day"]) <= date.fromisoformat(row["last_day"] or "9999-12-31")
    for row in rows["completions"]:
        assert date(2010, 1, 1) < date.fromisoformat(row["completed_on"]) <= AS_AT
        assert row["completed_on"] < (row["revoked_on"] or "9999-12-31")


def test_spells_of_one_post_never_overlap(rows: Rows) -> None:
    spells = defaultdict(list)
    for row in rows["people"]:
        spells[row["person_ref"], row["post_ref"]].append(
            (row["post_start"], row["post_end"] or "9999-12-31")
        )
    for periods in spells.values():
        ordered = sorted(periods)
        assert all(earlier[1] < later[0] for earlier, later in pairwise(ordered))
    assert sum(len(periods) > 1 for periods in spells.values()) > 300


def test_every_manager_is_known_and_only_the_top_of_each_organisation_has_none(rows: Rows) -> None:
    known = {row["person_ref"] for row in rows["people"]}
    assert all(row["manager_ref"] in known for row in rows["people"] if row["manager_ref"])
    assert all(row["manager_ref"] != row["person_ref"] for row in rows["people"])
    staff = [r for r in rows["people"] if r["sector"] == "council" and r["category"] == "employee"]
    without = {row["job_title"] for row in staff if _running(row) and not row["manager_ref"]}
    assert without <= {"Chief Executive"}


def test_one_person_has_one_name_and_address_and_nobody_shares_an_address(rows: Rows) -> None:
    people = {(r["person_ref"], r["first_name"], r["last_name"], r["email"]) for r in rows["people"]}
    assert len(people) == len({person[0] for person in people})
    addresses = [person[3] for person in people if person[3]]
    assert len(addresses) == len(set(addresses))
    assert all(address.endswith(".example") and address.isascii() for address in addresses)
    assert any(not person[3] for person in people)
    names = " ".join(f"{person[1]} {person[2]}" for person in people)
    assert all(sign in names for sign in ("ŵ", "ŷ", "'", "-", " O"))


def test_the_rule_book_finds_every_role_that_the_borough_means(
    borough: Borough, programme: dict[str, Any]
) -> None:
    wrong = {
        (spell.seat.title, spell.unit, tuple(spell.seat.kinds ^ _roles(programme, spell)))
        for spell in borough.spells
        if spell.seat.kinds != _roles(programme, spell)
    }
    assert not wrong


def test_schools_members_and_partners_are_never_in_the_front_line_figure(
    borough: Borough, programme: dict[str, Any]
) -> None:
    for spell in borough.spells:
        outside = spell.seat.category != "employee" or spell.seat.workplace.sector != "council"
        assert not (outside and _roles(programme, spell) & FRONT_LINE)
    for code in ("AWARE", "AWARE-ELEARN"):
        line = next(line for line in programme["requirements"] if line["code"] == code)
        assert line["sectors"] == ["council"]
        assert {link["role"] for link in line["roles"]} == FRONT_LINE


def test_every_code_that_is_used_is_in_the_rule_book(rows: Rows, programme: dict[str, Any]) -> None:
    courses = {line["code"] for line in programme["courses"]}
    roles = {line["code"] for line in programme["roles"]}
    requirements = {line["code"] for line in programme["requirements"]}
    assert {row["course_code"] for row in rows["completions"]} <= courses
    assert courses >= COURSES
    assert {code for row in rows["people"] for code in row["roles"].split(";") if code} <= roles
    assert {row["requirement"] for row in rows["exemptions"]} <= requirements | {"*"}
    assert {line["role"] for line in programme["role_rules"]} <= roles
    for line in programme["courses"]:
        assert set(line.get("prerequisites", [])) <= courses
    for line in programme["requirements"]:
        assert {link["role"] for link in line["roles"]} <= roles
        assert {accepted["course"] for accepted in line["accepts"]} <= courses


def test_the_targets_are_those_of_the_plan(programme: dict[str, Any]) -> None:
    targets = {
        line["code"]: [(target["percent"], target["plan_ref"]) for target in line["targets"]]
        for line in programme["requirements"]
        if "targets" in line
    }
    assert targets.pop("AWARE-NHS") == [(85, "NHS England")]
    assert targets == {
        "AWARE": [(70, "5")],
        "AWARE-ELEARN": [(70, "5")],
        "HOSTILE": [(80, "36 (hostile reconnaissance)")],
        "LEAFLET": [(80, "37")],
    }
    bases = {line["renewal"]["basis"] for line in programme["requirements"]}
    assert bases == {"completion", "anniversary", "calendar"}


def test_green_amber_and_red_all_occur_today(borough: Borough, programme: dict[str, Any]) -> None:
    assert 60 <= _percent(_trained(borough, programme, "AWARE")) < 70
    assert _percent(_trained(borough, programme, "AWARE-ELEARN")) < 60
    assert _percent(_trained(borough, programme, "HOSTILE")) >= 79
    assert _percent(_trained(borough, programme, "LEAFLET")) < 66


def test_evidence_is_mostly_trusted_and_some_of_it_waits_or_was_refused(rows: Rows) -> None:
    states = Counter(row["evidence"] for row in rows["completions"])
    assert set(states) == {"trusted", "verified", "awaiting", "rejected"}
    assert states["trusted"] > states.total() / 2
    assert min(states.values()) >= 20
    assert 5 <= sum(bool(row["revoked_on"]) for row in rows["completions"]) <= 150


def test_two_teams_moved_into_a_new_service_and_kept_their_people(rows: Rows) -> None:
    day = reorganisation_day(AS_AT).isoformat()
    new = "Community Solutions > Intake and Access > "
    moved = [row for row in rows["people"] if row["unit"].startswith(new) and row["post_start"] == day]
    last_day_before = (reorganisation_day(AS_AT) - timedelta(days=1)).isoformat()
    before = {
        (row["person_ref"], row["post_ref"]): row["unit"]
        for row in rows["people"]
        if row["post_end"] == last_day_before
    }
    came_from = [before.get((row["person_ref"], row["post_ref"]), "") for row in moved]
    assert sum(unit.startswith("People and Care > ") for unit in came_from) > 30
    assert not any(row["unit"].startswith(new) and row["post_start"] < day for row in rows["people"])


def test_nobody_approves_their_own_exemption_and_all_of_them_end(rows: Rows) -> None:
    people = {row["person_ref"] for row in rows["people"]}
    assert len(rows["exemptions"]) >= 20
    for row in rows["exemptions"]:
        assert row["approved_by"] != row["person_ref"]
        assert {row["approved_by"], row["person_ref"]} <= people
        assert row["last_day"]


def test_there_is_somebody_to_sign_in_as_for_every_kind_of_user(files: DemoFiles, rows: Rows) -> None:
    by_key = {sign_in.key: sign_in for sign_in in files.sign_ins}
    assert set(by_key) >= {
        "learning_and_development",
        "prevent_coordinator",
        "team_manager",
        "front_line_staff",
        "auditor",
        "partner_lead",
    }
    for sign_in in files.sign_ins:
        mine = [row for row in rows["people"] if row["person_ref"] == sign_in.person_ref and _running(row)]
        assert {row["email"] for row in mine} == {sign_in.email}
        assert sign_in.email
    team = {
        row["person_ref"] for row in rows["people"] if row["manager_ref"] == by_key["team_manager"].person_ref
    }
    assert by_key["front_line_staff"].person_ref in team
    mine = [row for row in rows["completions"] if row["person_ref"] == by_key["front_line_staff"].person_ref]
    assert all(
        (AS_AT - date.fromisoformat(row["completed_on"])).days > 731
        for row in mine
        if "ACT" not in row["course_code"]
    )
