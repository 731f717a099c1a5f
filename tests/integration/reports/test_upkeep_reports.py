"""Reports on the upkeep of the record: each number is counted once more by hand, and nothing says too much."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, func, select

from compliance.models import ExemptionRow
from compliance.services.exemptions import end_exemption
from compliance.services.importing.folder import ImportFolder
from compliance.services.worklist import work
from compliance.store.exemptions import SOON_DAYS
from compliance.store.worklist import Problem
from courses.models import CompletionRow
from foundation import audit
from foundation.audit import AuditEventRow
from foundation.db import transaction
from foundation.facts import Fact
from foundation.stamp import Stamp
from people.domain import Account, Permission
from people.models import AbsenceRow, PersonRow, PostSpellRow
from people.services.accounts import create_account
from people.services.records.absences import Why, remove_absence
from reports.catalogue.upkeep.exemptions import REVIEW_DAYS
from reports.domain.description import Cell, Format, Report, Table
from reports.services import building
from reports.services.rendering import rendered
from reports.services.sources.upkeep import UpkeepRecord
from tests.borough import PASSWORD
from tests.integration.compliance.example import FILES, HOMES, PROGRAMME, REPAIRS
from tests.integration.compliance.product import START, TODAY, Product

KEYS = ("exemptions", "imports", "reorganisation", "trail")
YEAR = date(2026, 4, 1)


@pytest.fixture
def council(product: Product) -> Product:
    """The example council of the commands."""
    product.load("programme", PROGRAMME.encode())
    for kind, content in FILES.items():
        product.load(kind, content.encode())
    return product


def made(product: Product, key: str, day: date = TODAY) -> Report:
    return building.build(product.session, key, day, START, "tests", "Example Borough Council")


def rows_of(table: Table) -> list[dict[str, Cell]]:
    return [{column.key: cell for column, cell in zip(table.columns, row, strict=True)} for row in table.rows]


def standing(product: Product, model: type[Fact]) -> int:
    query = select(func.count()).select_from(model).where(model.retracted_at.is_(None))
    return product.session.scalar(query) or 0


# --- exemptions and absences


def register(product: Product) -> list[dict[str, Cell]]:
    return rows_of(made(product, "exemptions").tables[0])


def only_exemption(product: Product) -> ExemptionRow:
    return product.session.scalars(select(ExemptionRow).where(ExemptionRow.retracted_at.is_(None))).one()


def test_everybody_exempt_or_away_stands_in_the_register_once(council: Product) -> None:
    found = register(council)
    assert len(found) == standing(council, ExemptionRow) + standing(council, AbsenceRow)
    gus, hal = (tuple(row.values()) for row in found)
    first, last = date(2026, 1, 1), date(2026, 12, 31)
    place, by = ("Council", HOMES), "The command line"
    review = date(2026, 12, 1)
    assert gus[:7] == ("Gus Example", *place, "Exemption", "AWARE", first, last)
    assert gus[7:] == (review, "Head of Service", "AWARE", by, "Running")
    assert hal == ("Hal Example", *place, "Away from work", "", first, None, None, "", "AWARE", by, "Running")
    affected = [one["status"] for one in council.people(TODAY) if one["status"] in ("exempt", "absent")]
    assert len(affected) == 2


def test_neither_reason_nor_kind_is_in_any_file_of_it(council: Product) -> None:
    for form in (Format.CSV, Format.HTML):
        said = rendered(made(council, "exemptions"), form).decode("utf-8-sig").casefold()
        assert "hal example" in said
        for kept_back in ("trained elsewhere", "parental"):
            assert kept_back not in said


def test_an_exemption_taken_back_says_so_and_affects_nothing(council: Product) -> None:
    one = only_exemption(council)
    with transaction(council.session) as session:
        end_exemption(session, council.stamp(), one.person_id, one.id, None, "By mistake")
    found = [row for row in register(council) if row["type"] == "Exemption"]
    assert [(row["status"], row["affected"], row["review_from"]) for row in found] == [
        ("Taken back", "", None)
    ]


def test_an_exemption_that_ended_early_is_one_line_with_its_new_end(council: Product) -> None:
    one = only_exemption(council)
    with transaction(council.session) as session:
        end_exemption(session, council.stamp(), one.person_id, one.id, date(2026, 5, 10), "Back in post")
    found = [row for row in register(council) if row["type"] == "Exemption"]
    assert [(row["last_day"], row["status"]) for row in found] == [(date(2026, 5, 10), "Ended")]


def test_a_batch_of_exemptions_taken_back_leaves_its_lines_as_taken_back(council: Product) -> None:
    batch = council.session.scalar(select(func.max(ExemptionRow.recorded_batch_id)))
    assert batch is not None
    council.undo("exemptions", batch)
    assert [row["status"] for row in register(council)] == ["Running", "Taken back"]
    council.load("exemptions", FILES["exemptions"].encode())
    assert [row["status"] for row in register(council)] == ["Running", "Running", "Taken back"]


def test_an_absence_that_never_was_is_taken_back(council: Product) -> None:
    one = council.session.scalars(select(AbsenceRow)).one()
    with transaction(council.session) as session:
        remove_absence(session, council.stamp(), one.person_id, one.id, Why.NEVER_TAKEN)
    found = [row["status"] for row in register(council) if row["type"] == "Away from work"]
    assert found == ["Taken back"]


def test_what_ended_before_the_financial_year_is_left_out_and_what_is_to_come_is_not(
    council: Product,
) -> None:
    council.load(
        "absences",
        b"person_ref,kind,first_day,last_day\n1,other,2025-01-01,2026-03-31\n2,other,2025-01-01,2026-04-01\n"
        b"3,other,2026-08-01,2026-09-30\n",
    )
    found = {(row["name"], row["status"]) for row in register(council) if row["type"] == "Away from work"}
    assert found == {("Hal Example", "Running"), ("Ben Example", "Ended"), ("Cai Example", "To come")}


def test_a_review_begins_when_the_exemption_comes_up_under_work_to_do() -> None:
    assert REVIEW_DAYS == SOON_DAYS


# --- imports and gaps


def recorded_in(product: Product, model: type[Fact], batch: Cell) -> int:
    query = select(func.count()).select_from(model).where(model.recorded_batch_id == batch)
    return product.session.scalar(query) or 0


def test_a_batch_says_what_it_recorded_and_what_it_set_aside(council: Product) -> None:
    council.load(
        "completions",
        b"person_ref,course_code,completed_on,evidence\n1,PREV-AW,2025-06-01,\n1,PREV-AW,2026-05-02,\n"
        b"5,PREV-AW,2025-06-01,verified\n1,NO-SUCH,2026-05-01,\n99,PREV-AW,2026-05-01,\n",
    )
    found = rows_of(made(council, "imports").tables[0])
    latest = found[0]
    keys = ("rows", "new", "changed", "unchanged", "set_aside")
    assert [latest[key] for key in keys] == [5, 1, 1, 1, 2]
    by_kind: dict[str, type[Fact]] = {
        "Completions": CompletionRow,
        "Absences": AbsenceRow,
        "Exemptions": ExemptionRow,
    }
    for row in found:
        if row["kind"] in by_kind:
            new, changed = row["new"], row["changed"]
            assert isinstance(new, int)
            assert isinstance(changed, int)
            assert new + changed == recorded_in(council, by_kind[str(row["kind"])], row["batch"])
    people = next(row for row in found if row["kind"] == "People and posts")
    assert people["unchanged"] is None
    assert "9 new people" in str(people["changes"])
    gaps = {row["gap"]: row["number"] for row in rows_of(made(council, "imports").tables[1])}
    assert gaps["Rows set aside since 1 April 2026"] == 2


def test_an_import_that_was_undone_says_by_which_batch(council: Product) -> None:
    batch = council.session.scalar(select(func.max(AbsenceRow.recorded_batch_id)))
    assert batch is not None
    council.undo("absences", batch)
    found = rows_of(made(council, "imports").tables[0])
    undo = found[0]
    assert (undo["kind"], undo["rows"], undo["changes"]) == (
        f"Taking back batch {batch}: Absences",
        None,
        "1 facts taken back",
    )
    undone = next(row for row in found if row["batch"] == batch)
    assert undone["undone"] == f"By batch {undo['batch']}"


def test_a_batch_of_another_year_is_in_the_log_of_that_year(council: Product) -> None:
    assert not made(council, "imports", date(2026, 3, 31)).tables[0].rows
    assert not made(council, "imports", date(2026, 5, 31)).tables[0].rows
    assert len(made(council, "imports").tables[0].rows) == 4


def test_the_gaps_are_those_of_the_page_work_to_do(council: Product, tmp_path: Path) -> None:
    account = Account(1, "a", "a@council.example", permissions=frozenset({Permission.LEARNING}))
    waits = work(council.session, account, TODAY, ImportFolder(tmp_path))
    gaps = [row["number"] for row in rows_of(made(council, "imports").tables[1])]
    assert gaps[:3] == [
        waits.problems[one] for one in (Problem.NO_MANAGER, Problem.NO_ROLE, Problem.NO_EMAIL)
    ]
    assert gaps[4:8] == [waits.exemptions, waits.roles, waits.evidence, waits.requests]
    assert gaps[0] == gaps[2] == 9
    assert gaps[6] == 1


def test_a_post_ends_soon_for_whoever_holds_none_afterwards(council: Product) -> None:
    soon, later = TODAY + timedelta(days=SOON_DAYS), TODAY + timedelta(days=SOON_DAYS + 1)
    head = "person_ref,first_name,last_name,organisation,sector,unit,post_ref,job_title,post_start,post_end\n"
    people = "".join(
        f"{ref},{name},Example,Council,council,Resources,{post},Clerk,2020-01-01,{ends}\n"
        for ref, name, post, ends in (
            ("20", "Jo", "20", soon.isoformat()),
            ("21", "Kim", "21", later.isoformat()),
            ("22", "Lou", "22a", soon.isoformat()),
            ("22", "Lou", "22b", ""),
            ("23", "Max", "23", TODAY.isoformat()),
        )
    )
    council.load("people", (head + people).encode(), part=True)
    gaps = {row["gap"]: row["number"] for row in rows_of(made(council, "imports").tables[1])}
    assert gaps["People whose last post ends within 30 days"] == 2


# --- moves

HEAD = "person_ref,first_name,last_name,organisation,sector,unit,post_ref,job_title\n"
RESOURCES = "Resources"


def move(
    product: Product, unit: str, title: str, day: date, organisation: str = "Council", name: str = "Asha"
) -> None:
    """Asha's post lies elsewhere from a day on."""
    sector = "council" if organisation == "Council" else "school"
    row = f"1,{name},Example,{organisation},{sector},{unit},1,{title}\n"
    product.load("people", (HEAD + row).encode(), as_at=day, part=True)


def units_by_day(product: Product) -> dict[int, dict[date, set[int]]]:
    """Where everybody works on each day of the year, day by day."""
    found: dict[int, dict[date, set[int]]] = defaultdict(lambda: defaultdict(set))
    query = select(PostSpellRow).where(PostSpellRow.retracted_at.is_(None))
    for row in product.session.scalars(query):
        for number in range(-1, (TODAY - YEAR).days + 1):
            day = YEAR + timedelta(days=number)
            if row.first_day <= day <= row.last_day:
                found[row.person_id][day].add(row.unit_id)
    return found


def test_whoever_moved_twice_stands_there_twice_and_has_lost_nothing(product: Product) -> None:
    product.load("programme", PROGRAMME.encode())
    product.load("people", FILES["people"].encode(), as_at=date(2026, 4, 1))
    product.load("completions", FILES["completions"].encode())
    before = standing(product, CompletionRow)
    move(product, RESOURCES, "Clerk", date(2026, 5, 1))
    move(product, REPAIRS, "Housing Officer", date(2026, 5, 20))
    found = rows_of(made(product, "reorganisation").tables[0])
    expected = [
        day
        for days in units_by_day(product).values()
        for day, units in sorted(days.items())
        if days.get(day - timedelta(days=1), units) != units
    ]
    assert [row["since"] for row in found] == expected == [date(2026, 5, 1), date(2026, 5, 20)]
    assert [(row["left"], row["joined"]) for row in found] == [
        (f"{HOMES}, Council", f"{RESOURCES}, Council"),
        (f"{RESOURCES}, Council", f"{REPAIRS}, Council"),
    ]
    assert [(row["kept"], row["added"], row["dropped"]) for row in found] == [
        ("", "", "AWARE"),
        ("", "AWARE", ""),
    ]
    assert standing(product, CompletionRow) == before
    asha = select(PersonRow.id).where(PersonRow.person_ref == "1")
    hers = select(func.count()).select_from(CompletionRow).where(CompletionRow.person_id.in_(asha))
    assert {(row["completions"], row["completions_kept"]) for row in found} == {
        (product.session.scalar(hers),) * 2
    }


def test_a_move_to_another_organisation_names_both_and_a_completion_taken_back_since_is_missed(
    council: Product,
) -> None:
    move(council, "", "Governor", date(2026, 5, 1), "Quay School")
    [found] = rows_of(made(council, "reorganisation").tables[0])
    assert (found["left"], found["joined"]) == (f"{HOMES}, Council", "Quay School")
    assert (found["completions"], found["completions_kept"]) == (1, 1)
    batch = council.session.scalar(select(func.max(CompletionRow.recorded_batch_id)))
    assert batch is not None
    council.undo("completions", batch)
    [found] = rows_of(made(council, "reorganisation").tables[0])
    assert (found["completions"], found["completions_kept"]) == (1, 0)
    council.load("completions", FILES["completions"].encode())
    [found] = rows_of(made(council, "reorganisation").tables[0])
    assert (found["completions"], found["completions_kept"]) == (1, 1)


def test_nobody_moved_where_nobody_did(council: Product) -> None:
    assert not made(council, "reorganisation").tables[0].rows


@contextmanager
def statements(product: Product) -> Iterator[list[str]]:
    """The statements that are asked meanwhile."""
    asked: list[str] = []
    engine = product.session.get_bind()

    def note(*args: object) -> None:
        asked.append(str(args[2]))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_more_people_are_not_more_statements(council: Product) -> None:
    move(council, RESOURCES, "Clerk", date(2026, 5, 1))
    made(council, "exemptions")  # reads the rules and the tree of units, which stay known
    counted = []
    for _ in range(2):
        numbers = []
        for key in ("exemptions", "reorganisation", "trail"):
            with statements(council) as asked:
                made(council, key)
            numbers.append(len(asked))
        counted.append(numbers)
        rows = "".join(
            f"{ref},{name},Example,Council,council,{RESOURCES},{ref},Clerk\n"
            for ref, name in (("2", "Ben"), ("3", "Cai"), ("4", "Dot"))
        )
        council.load("people", (HEAD + rows).encode(), as_at=date(2026, 5, 2), part=True)
        council.load(
            "absences",
            b"person_ref,kind,first_day,last_day\n2,other,2026-05-01,\n3,other,2026-05-01,\n4,other,2026-05-01,\n",
        )
    assert len(made(council, "reorganisation").tables[0].rows) == 4
    assert counted[0] == counted[1]


# --- the trail

SUBJECTS = {
    "account": "account.enabled",
    "assurance": "assurance.recorded",
    "batch": "batch.undone",
    "booking": "booking.accepted",
    "declared": "headcount.declared",
    "import": "import.begun",
    "key": "issuer.trusted",
    "letter_run": "letters.printed",
    "limit": "limit.reached",
    "message": "message.sent",
    "person": "absence.added",
    "reminder_run": "reminders.planned",
    "report": "report.frozen",
    "schedule": "report.scheduled",
    "workshop": "workshop.planned",
}
WITHOUT_KIND = (
    "export.made", "mail.halted", "programme.loaded", "rule_draft.begun", "demo.loaded", "import.swept",
    "evidence.swept",
)  # fmt: skip


def trail(product: Product, day: date = TODAY) -> list[dict[str, Cell]]:
    return rows_of(made(product, "trail", day).tables[0])


def write(product: Product, *events: tuple[str, str], actor: str = "command:tester") -> None:
    stamp = product.stamp()
    with transaction(product.session) as session:
        for name, subject in events:
            audit.record(session, Stamp(actor, stamp.at), name, subject, course="PREV-AW")


def test_every_act_of_the_quarter_is_there_the_latest_first(council: Product) -> None:
    found = trail(council)
    every = council.session.scalar(select(func.count()).select_from(AuditEventRow))
    assert len(found) == every
    assert found[-1]["event"] == "Rule book loaded"
    assert found[0]["event"] == "Exemptions imported"
    moments = [row["at"] for row in found]
    assert moments == sorted(moments, key=str, reverse=True)


def test_a_row_of_every_kind_of_record_has_words(council: Product) -> None:
    write(
        council,
        *((name, f"{kind}:5f0c") for kind, name in SUBJECTS.items()),
        *((one, "") for one in WITHOUT_KIND),
    )
    found = trail(council)[: len(SUBJECTS) + len(WITHOUT_KIND)]
    for row in found:
        assert row["event"]
        assert row["record"]
        assert row["details"] == "Course: PREV-AW"
        assert (row["who"], row["actor"]) == ("The command line", "command:tester")
    assert [row["reference"] for row in reversed(found)] == ["5f0c"] * len(SUBJECTS) + [""] * len(
        WITHOUT_KIND
    )


def test_a_quarter_holds_its_own_days_in_london(product: Product) -> None:
    first, last = datetime(2026, 3, 31, 23, tzinfo=UTC), datetime(2026, 6, 30, 22, 59, tzinfo=UTC)
    before, after = first - timedelta(seconds=1), last + timedelta(minutes=1)
    for at in (before, first, last, after):
        with transaction(product.session) as session:
            audit.record(session, Stamp("command:tester", at), "mail.halted")
    found = [row["at"] for row in trail(product, date(2026, 6, 30))]
    assert found == [last, first]
    assert not trail(product, date(2026, 3, 30))


def test_an_account_has_the_name_of_its_person_or_a_masked_address(council: Product) -> None:
    with transaction(council.session) as session:
        stamp = council.stamp()
        hers, nobodys = (
            create_account(session, stamp, address, PASSWORD, person_ref=person)
            for address, person in (("asha@council.example", "1"), ("audit@council.example", None))
        )
    for actor in (f"account:{hers}", f"account:{nobodys}", "account:gone", "anonymous", "service:notify"):
        write(council, ("mail.halted", ""), actor=actor)
    assert [row["who"] for row in trail(council)[:5]] == [
        "The service",
        "Somebody not signed in",
        "An account that is no more",
        "a****@council.example",
        "Asha Example",
    ]


def test_a_payroll_number_in_the_trail_is_shown_as_the_random_id_of_the_person(council: Product) -> None:
    public_id = council.session.scalar(select(PersonRow.public_id).where(PersonRow.person_ref == "1"))
    write(council, ("certificate.issued", "person:1"), ("absence.added", f"person:{public_id}"))
    assert [row["reference"] for row in trail(council)[:2]] == [public_id, public_id]


# --- all of them


@pytest.mark.parametrize("key", KEYS)
def test_of_an_empty_record_they_say_that_there_is_nothing(product: Product, key: str) -> None:
    first = made(product, key).tables[0]
    assert not first.rows
    assert first.empty


def account_with(*permissions: Permission, is_manager: bool = False) -> Account:
    leads = frozenset({1}) if Permission.PARTNER_LEAD in permissions else frozenset()
    return Account(1, "a", "a@council.example", 1, frozenset(permissions), leads, is_manager)


@pytest.mark.parametrize(
    "account, offered",
    [
        (account_with(), set()),
        (account_with(is_manager=True), set()),
        (account_with(Permission.PARTNER_LEAD), set()),
        (account_with(Permission.COORDINATOR), {"exemptions", "reorganisation"}),
        (account_with(Permission.LEARNING), {"exemptions", "imports", "reorganisation"}),
        (account_with(Permission.AUDITOR), set(KEYS)),
    ],
    ids=["staff", "manager", "partner lead", "coordinator", "learning", "auditor"],
)
def test_each_is_offered_to_those_who_may_see_what_is_in_it(account: Account, offered: set[str]) -> None:
    assert {one.key for one in building.offered(account)} & set(KEYS) == offered


def test_narrowed_to_some_organisations_there_is_nothing_to_read(council: Product) -> None:
    move(council, RESOURCES, "Clerk", date(2026, 5, 1))
    for key in KEYS:
        whole = building.build(council.session, key, TODAY, START, "tests", "Council")
        narrowed = building.build(council.session, key, TODAY, START, "tests", "Council", frozenset({1}))
        assert whole.tables[0].rows
        assert not narrowed.tables[0].rows
    assert UpkeepRecord(council.session, frozenset({1})).gaps(TODAY).no_manager == 0


def test_a_very_long_name_is_in_every_format(council: Product) -> None:
    long = ("Maximiliana-Theodora " * 9).strip()
    people = FILES["people"].replace("Asha", long).replace("Gus", long).replace("Hal", long)
    council.load("people", people.encode())
    move(council, RESOURCES, "Clerk", date(2026, 5, 1), name=long)
    for key in KEYS:
        for form in Format:
            assert rendered(made(council, key), form)
