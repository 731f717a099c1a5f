"""A file of a whole council on the pages: `python -m tests.bench.importing [--people 50000] [--databases sqlite]`.

Says how long the upload takes to be answered, how long the preview and the import go on in their own process and how
much memory that takes, and the slowest page that is read meanwhile. Two files: a first load of everybody, and the file
of the next month, in which 2 % have moved.
"""

import argparse
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from time import perf_counter, sleep

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from compliance.domain.change import change
from compliance.domain.requirement import RuleBook
from compliance.store.rules import write_change
from compliance.views import own_process
from foundation import clock, facts
from foundation.db import transaction
from foundation.stamp import Stamp
from people.domain import Permission
from people.services.accounts import create_account
from people.services.finding import words
from tests.bench.databases import Place, place
from tests.bench.pages import client_of
from tests.bench.rule_book import BOOK
from tests.services import postgres_url

MOVED_EVERY = 50
READ_MEANWHILE = ("/figures", "/people", "/imports")


@dataclass(frozen=True, slots=True)
class Work:
    """What the work on one run took."""

    seconds: float
    peak_mb: float
    slowest: float
    slowest_page: str


def main(arguments: list[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.importing")
    parser.add_argument("--people", type=int, default=50_000)
    parser.add_argument("--databases", default="sqlite,postgresql" if postgres_url() else "sqlite")
    options = parser.parse_args(arguments)
    for kind in options.databases.split(","):
        print(f"\n{options.people:,} people on {kind}", flush=True)
        with place(kind) as found:
            client = _prepare(found)
            _load(client, "everybody", _rows(options.people, moved=False))
            _words(found)
            found.analyse()
            _load(client, "the next month", _rows(options.people, moved=True))
    return 0


def _prepare(found: Place) -> FlaskClient:
    """The rule book, and somebody who may load files, signed in."""
    with Session(found.engine) as session, transaction(session):
        stamp = Stamp("command:bench", clock.now())
        write_change(session, stamp, change(RuleBook(), BOOK, clock.today()))
        facts.touch_rules(session, None)
        account = create_account(
            session,
            stamp,
            "learning@bench.example",
            "only-for-the-benchmark",
            permissions=[Permission.LEARNING],
        )
    return client_of(found, account)


def _rows(people: int, *, moved: bool) -> Iterator[str]:
    yield (
        "person_ref,first_name,last_name,email,organisation,sector,unit,post_ref,job_title,manager_ref,roles,"
        "post_start"
    )
    for number in range(people):
        team = number // 12 + (1 if moved and number % MOVED_EVERY == 0 else 0)
        unit = f"Directorate {team % 8} > Service {team % 40} > Team {team}"
        roles = ("frontline", "safeguarding", "", "events")[number % 4]
        manager = f"R{number // 12 * 12:06}" if number % 12 else ""
        yield (
            f"R{number:06},Asha,Example {number},p{number}@bench.example,Bench Council,council,{unit},P{number},"
            f"Officer {number % 30},{manager},{roles},2020-01-01"
        )


def _load(client: FlaskClient, name: str, rows: Iterator[str]) -> None:
    content = "\n".join(rows).encode()
    page = client.get("/imports/new/people").get_data(as_text=True)
    data = {"csrf_token": _token(page), "file": (BytesIO(content), "people.csv")}
    began = perf_counter()
    answer = client.post("/imports/new/people", data=data, content_type="multipart/form-data", buffered=True)
    seconds = perf_counter() - began
    assert answer.status_code == 302, answer.get_data(as_text=True)
    address = str(answer.headers["Location"])
    print(f"  {name}: {len(content) / 1e6:.1f} MB, the upload is answered in {seconds:.2f} s", flush=True)
    _print("the preview", _wait(client, address))
    page = client.get(address).get_data(as_text=True)
    fields = {hidden: _value(page, hidden) for hidden in ("once", "seen")}
    began = perf_counter()
    answer = client.post(address, data={"csrf_token": _token(page), **fields}, buffered=True)
    assert answer.status_code == 302, answer.get_data(as_text=True)
    print(f"    confirming is answered in {perf_counter() - began:.2f} s", flush=True)
    _print("the import", _wait(client, address))
    assert "has been loaded" in client.get(address).get_data(as_text=True)


def _words(found: Place) -> None:
    """How much of a first import the words of search take: they are taken out and written once more, alone."""
    found.bare.rows("DELETE FROM person_word")
    began = perf_counter()
    with Session(found.engine) as session, transaction(session):
        words.catch_up(session)
    print(f"    of which the words of search: {perf_counter() - began:.1f} s by themselves", flush=True)


def _print(what: str, work: Work) -> None:
    print(
        f"    {what}: {work.seconds:.1f} s, {work.peak_mb:.0f} MB; slowest page meanwhile {work.slowest:.2f} s "
        f"({work.slowest_page})",
        flush=True,
    )


def _wait(client: FlaskClient, address: str) -> Work:
    """Read pages until the process has done its work."""
    process, began, slowest, peak = own_process.started[-1], perf_counter(), (0.0, ""), 0.0
    while process.poll() is None:
        peak = max(peak, _peak_mb(process.pid))
        for page in (f"{address}/state", address, *READ_MEANWHILE):
            slowest = max(slowest, (_seconds(lambda page=page: client.get(page, buffered=True)), page))  # type: ignore[misc]  # mypy cannot type a default of a lambda
        sleep(0.2)
    assert process.returncode == 0, "the process failed"
    return Work(perf_counter() - began, peak, slowest[0], slowest[1].replace(address, "the page of the file"))


def _seconds(call: Callable[[], object]) -> float:
    began = perf_counter()
    call()
    return perf_counter() - began


def _peak_mb(pid: int) -> float:
    """The most memory that a process has held so far; 0 where the system does not say."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return 0.0
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) / 1000 if found else 0.0


def _token(page: str) -> str:
    return _value(page, "csrf_token")


def _value(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)
    assert found, f"the page has no {name}"
    return found[1]


if __name__ == "__main__":
    sys.exit(main())
