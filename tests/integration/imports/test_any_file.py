"""Whatever a people file says, its preview is true, and the same file again changes nothing (promises D5, D6)."""

from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy.orm import Session

from compliance import timelines
from people.imports.account import ImportRefused
from tests.integration.databases import Template
from tests.integration.imports.desk import AS_AT, Desk, everything, person

FILES = 6


@pytest.fixture
def address(sqlite_template: Template, tmp_path: Path) -> str:
    """SQLite alone: test_people has the same promises on both databases."""
    return sqlite_template.copy(tmp_path)


def _some_day(chance: Random, around: date) -> str:
    return (around + timedelta(chance.randint(-700, 60))).isoformat()


def _row(chance: Random, ref: int, as_at: date) -> dict[str, object]:
    """A row about one of a few people and posts; now and then one that will be set aside."""
    return person(
        f"{ref:02}",
        first_name=chance.choice(["Asha", "Asha", "Asha", "Ben", ""]),
        email=chance.choice([f"p{ref}@council.example"] * 4 + ["", "shared@council.example", "a@b"]),
        category=chance.choice(["", "", "agency"]),
        organisation=chance.choice(["Example Council"] * 4 + ["Example School"]),
        sector="",
        unit=chance.choice(["", "Homes", "Homes > Repairs", "Parks"]),
        post_ref=f"P-{ref}-{chance.choice('aaab')}",
        job_title=chance.choice(["Officer", "Officer", "Lead"]),
        manager_ref=chance.choice(["", "01", "02", "99"]),
        roles=chance.choice(["", "frontline", "frontline;warden"]),
        post_start=chance.choice(["", _some_day(chance, as_at), "2020-01-01", "31/06/2024"]),
        post_end=chance.choice(["", "", "", _some_day(chance, as_at)]),
        changed_on=chance.choice(["", "", _some_day(chance, as_at)]),
    )


@pytest.mark.parametrize("seed", range(12))
def test_any_file_does_what_its_preview_said_and_does_it_once(
    desk: Desk, session: Session, seed: int
) -> None:
    chance = Random(seed)
    for _ in range(FILES):
        as_at = AS_AT + timedelta(chance.randint(-90, 90))
        rows = [_row(chance, chance.randint(1, 12), as_at) for _ in range(chance.randint(1, 25))]
        part = chance.random() < 0.3
        before = everything(session)
        preview = desk.preview(rows, as_at, part=part)
        assert everything(session) == before
        if preview.refusals:
            with pytest.raises(ImportRefused) as refused:
                desk.people(rows, as_at, part=part)
            assert refused.value.account.as_json() == preview.as_json()
            continue
        applied = desk.people(rows, as_at, part=part)
        assert {**preview.as_json(), "batch": applied.batch} == applied.as_json()
        after = everything(session)
        chance.shuffle(rows)
        again = desk.people(rows, as_at, part=part)
        assert again.changes == []
        assert everything(session) == after
        if applied.batch is not None and chance.random() < 0.3:
            desk.undo(applied.batch)
            now = everything(session, facts_only=True)
            desk.people(rows, as_at, part=part)
            assert everything(session, facts_only=True) != now
    assert not list(timelines.differences(session))
