"""An import that is killed changes nothing; of two imports at once one waits, or is told plainly (promises D5, D7)."""

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from foundation import db as database
from foundation.db import engine_options, transaction
from foundation.errors import DomainError
from tests.integration.imports.desk import AS_AT, Desk, as_csv, everything, person

ROOT = Path(__file__).resolve().parents[3]

# Applies a file and kills its own process, with no chance to tidy up: before a statement, at a row, at the commit.
KILLED = """
import os, signal, sys
from datetime import UTC, date, datetime
from pathlib import Path
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.orm import Session
from compliance import timelines
from foundation import facts
from foundation.db import engine_options, transaction
from foundation.stamp import Stamp
from people.imports import recording
from people.services import imports

address, path, moment, at_row = sys.argv[1:]
insert_rows = recording.insert_rows

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

@event.listens_for(Engine, "before_cursor_execute")
def before(connection, cursor, statement, *_):
    if moment in statement:
        die()

def insert_some(session, table, columns, rows):
    def some():
        for number, row in enumerate(rows, start=1):
            yield row
            if table.name == moment and number == int(at_row):
                die()
    insert_rows(session, table, columns, some())

recording.insert_rows = insert_some

if moment == "COMMIT":
    event.listens_for(Engine, "commit")(die)
facts.listen(timelines.refresh)
session = Session(create_engine(address, **engine_options(address)))
file = imports.read_people(Path(path).read_bytes(), "people.csv", date(2026, 4, 1))
with transaction(session):
    imports.import_people(session, Stamp("command:test", datetime.now(UTC)), file, imports.PeopleOptions())
print("applied")
"""


@pytest.mark.parametrize(
    "moment, row",
    [
        ("INSERT INTO import_batch", 0),
        ("INSERT INTO person ", 0),
        ("person_detail", 150),
        ("UPDATE post_spell", 0),
        ("post_spell", 1),
        ("post_spell", 160),
        ("post_spell", 320),
        ("INSERT INTO audit_event", 0),
        ("COMMIT", 0),
    ],
)
def test_an_import_killed_at_any_row_leaves_the_database_unchanged(
    desk: Desk, session: Session, address: str, tmp_path: Path, moment: str, row: int
) -> None:
    desk.people([person(f"{number:03}") for number in range(20)])
    before = everything(session)
    path = tmp_path / "people.csv"
    path.write_bytes(as_csv([person(f"{number:03}", unit="Parks") for number in range(320)]))
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, address, str(path), moment, str(row)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (killed.returncode, killed.stdout) == (-9, ""), killed.stderr
    assert everything(session) == before
    assert desk.people([person(f"{number:03}", unit="Parks") for number in range(320)]).batch is not None


def test_an_import_waits_for_another_and_starts_from_what_it_saved(
    desk: Desk, session: Session, address: str
) -> None:
    engine = create_engine(address, **engine_options(address))
    started = threading.Event()

    def first() -> None:
        with Session(engine) as other, transaction(other):
            Desk.write_inside(other, [person("1"), person("2")])
            started.set()
            time.sleep(1)

    thread = threading.Thread(target=first)
    thread.start()
    started.wait(10)
    account = desk.people([person("1"), person("2", unit="Parks")])
    thread.join()
    engine.dispose()
    assert account.counts["person_added"] == 0
    assert account.counts["post_changed"] == 1


def test_who_waits_too_long_is_told_that_nothing_of_theirs_was_changed(
    desk: Desk, session: Session, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "LOCK_WAIT_SECONDS", 1)
    before = everything(session)
    engine = create_engine(address, **engine_options(address))
    with (
        transaction(session),
        Session(engine) as other,
        pytest.raises(DomainError, match="Somebody else is saving a large change, such as an import"),
    ):
        Desk(other).people([person("1")], as_at=AS_AT)
    engine.dispose()
    assert everything(session) == before
