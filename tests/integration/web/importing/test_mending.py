"""Rows that were set aside are mended on the page and loaded as a part; a batch is taken back on the page."""

from datetime import timedelta

import pytest
from bs4 import Tag
from sqlalchemy import func, select

from compliance import timelines
from compliance.services.importing.runs import State
from foundation import clock
from people.models import PersonRow, PostSpellRow
from tests.integration.imports.desk import everything
from tests.integration.web.importing.page_desk import PageDesk, newcomers, worker
from tests.pages import text_of

BAD = "31/06/2024"


def boxes(desk: PageDesk, run: str, page: int = 1) -> tuple[dict[str, str], str]:
    """What the form of rows would send, and where to."""
    form = desk.client.page(f"/imports/{run}/mend", {"page": str(page)}).select_one("main form")
    assert form is not None
    return {str(one["name"]): str(one.get("value", "")) for one in form.select("input")}, str(form["action"])


def faulty(desk: PageDesk, run: str) -> list[Tag]:
    return list(desk.client.page(f"/imports/{run}/mend").select("input[aria-describedby]"))


def people(desk: PageDesk) -> int:
    desk.session.rollback()
    return desk.session.scalar(select(func.count(PersonRow.id))) or 0


def posts_of(desk: PageDesk, ref: str) -> int:
    desk.session.rollback()
    query = select(func.count(PostSpellRow.id)).join(PersonRow, PersonRow.id == PostSpellRow.person_id)
    return desk.session.scalar(query.where(PersonRow.person_ref == ref)) or 0


def test_a_row_is_mended_beside_its_message_and_loaded_as_a_part(desk: PageDesk) -> None:
    before = people(desk)
    run = desk.looked_over(
        "people", [*newcomers(2), worker("Sam", post_ref="P-2", post_start=BAD)], is_part="y"
    )
    desk.confirm(run)
    desk.work()
    assert people(desk) == before + 2
    assert "One row was set aside and changed nothing." in desk.text(run)
    (wrong,) = faulty(desk, run)
    assert wrong["value"] == BAD
    message = desk.client.page(f"/imports/{run}/mend").find(id=str(wrong["aria-describedby"]))
    assert isinstance(message, Tag)
    assert "is not a real date" in text_of(message)
    fields, action = boxes(desk, run)
    answer = desk.client.post(action, data={**fields, str(wrong["name"]): "30/06/2024", "go": "load"})
    mended = str(answer.headers["Location"]).rpartition("/")[2]
    assert desk.work() is State.PREVIEWED
    row = desk.row(mended)
    assert (row.is_part, row.found["counts"]["post_missing"], row.found["set_aside_rows"]) == (True, 0, 0)
    assert row.file_name == "1 mended row of people.csv"
    desk.confirm(mended)
    assert desk.work() is State.APPLIED
    assert posts_of(desk, "N-Sam") == 2


def test_a_row_that_stays_wrong_is_set_aside_again_and_says_why(desk: PageDesk) -> None:
    rows = [{"person_ref": "N-Sam", "course_code": "NOPE", "completed_on": "2026-01-05", "provider": "=1+1"}]
    run = desk.looked_over("completions", rows)
    (wrong,) = faulty(desk, run)
    assert wrong["value"] == "NOPE"
    fields, action = boxes(desk, run)
    assert "=1+1" in fields.values(), "the guard of the file shows on the page"
    answer = desk.client.post(action, data={**fields, "go": "load"})
    again = str(answer.headers["Location"]).rpartition("/")[2]
    desk.work()
    assert desk.row(again).found["set_aside_rows"] == 1
    fields, action = boxes(desk, again)
    name = str(faulty(desk, again)[0]["name"])
    answer = desk.client.post(action, data={**fields, name: "PREV", "go": "load"})
    good = str(answer.headers["Location"]).rpartition("/")[2]
    desk.work()
    assert desk.row(good).found["counts"] == {"completion_added": 1, "completion_corrected": 0}


def test_what_is_typed_is_kept_from_page_to_page(desk: PageDesk) -> None:
    run = desk.looked_over(
        "people", [worker("Sam"), *(worker(f"Bad{at:02}", post_start=BAD) for at in range(25))], is_part="y"
    )
    fields, action = boxes(desk, run)
    assert len([name for name, value in fields.items() if value == BAD]) == 20
    name = next(name for name, value in fields.items() if value == BAD)
    answer = desk.client.post(action, data={**fields, name: "2024-06-30", "go": "2"})
    assert answer.headers["Location"].endswith("/mend?page=2")
    later, action = boxes(desk, run, 2)
    assert len([value for value in later.values() if value == BAD]) == 5
    assert "1 changed so far" in text_of(desk.client.page(f"/imports/{run}/mend").select_one("main"))  # type: ignore[arg-type]  # there is one
    fields, _ = boxes(desk, run)
    assert fields[name] == "2024-06-30"
    answer = desk.client.post(action, data={**later, "go": "load"})
    mended = str(answer.headers["Location"]).rpartition("/")[2]
    desk.work()
    found = desk.row(mended).found
    assert (found["rows"], found["set_aside_rows"], found["counts"]["person_added"]) == (25, 24, 1)


def test_the_file_of_another_system_is_mended_under_its_own_headings(desk: PageDesk) -> None:
    rows = [
        {
            "Person Reference no": f"M-{at}",
            "Known As": "Asha",
            "Surname": "Example",
            "Institution": "Example Borough Council",
            "Location": "Resources",
            "Position": "Officer",
            "Position Reference no": f"Q-{at}",
            "Category": "Staff" if at else "Nobody",
            "Reporting Manager Person Reference no": "",
        }
        for at in range(2)
    ]
    run = desk.looked_over("people", [*rows], is_part="y", map_name="itrent")
    (wrong,) = faulty(desk, run)
    fields, action = boxes(desk, run)
    answer = desk.client.post(action, data={**fields, str(wrong["name"]): "Permanent", "go": "load"})
    mended = str(answer.headers["Location"]).rpartition("/")[2]
    assert desk.work() is State.PREVIEWED
    assert desk.row(mended).found["set_aside_rows"] == 0


def test_the_rows_are_there_as_the_file_that_the_command_writes(desk: PageDesk) -> None:
    run = desk.looked_over("people", [worker("Sam"), worker("Late", post_start=BAD)], is_part="y")
    lines = desk.client.get(f"/imports/{run}/rows.csv").get_data(as_text=True).splitlines()
    assert lines[0].endswith(",line,column,reason")
    assert len(lines) == 2
    assert desk.press(run, "remove").status_code == 302
    assert desk.client.get(f"/imports/{run}/rows.csv").status_code == 404
    assert desk.client.get(f"/imports/{run}/mend").status_code == 404


@pytest.mark.parametrize("kind", ["people", "absences", "completions", "exemptions"])
def test_a_batch_is_taken_back_after_a_look_at_what_that_does(desk: PageDesk, kind: str) -> None:
    from tests.integration.web.importing.test_loading import FILES

    before = everything(desk.session, facts_only=True)
    number = desk.load(kind, FILES[kind], **({"is_part": "y"} if kind == "people" else {}))
    assert everything(desk.session, facts_only=True) != before
    run = desk.undo(number)
    assert desk.work() is State.PREVIEWED
    changed = everything(desk.session, facts_only=True)
    assert "Facts taken back" in desk.text(run)
    assert desk.confirm(run).status_code == 302
    assert desk.work() is State.APPLIED
    assert everything(desk.session, facts_only=True) == before != changed
    assert f"Batch {number} was taken back" in desk.text(run)
    assert list(timelines.differences(desk.session)) == []
    history = text_of(desk.client.page("/imports").select_one("#batches"))  # type: ignore[arg-type]  # there is one
    assert f"Taken back by batch {number + 1}" in history
    assert desk.client.page(f"/imports/batches/{number}").select_one("main form") is None


def test_a_batch_on_which_another_stands_is_not_taken_back(desk: PageDesk) -> None:
    first = desk.load("people", newcomers(2), is_part="y")
    day = (clock.today() - timedelta(days=0)).isoformat()
    second = desk.load(
        "people", [worker("Sam"), worker("New000", job_title="Other", changed_on=day)], is_part="y"
    )
    run = desk.undo(first)
    assert desk.work() is State.REFUSED
    text = desk.text(run)
    assert f"Batch {first} cannot be taken back" in text
    assert f"Batch {second} (people.csv) builds on batch {first}" in text


def test_an_undo_that_is_not_what_was_looked_at_is_shown_again(desk: PageDesk) -> None:
    first = desk.load("people", newcomers(2), is_part="y")
    run = desk.undo(first)
    desk.work()
    second = desk.load("people", [worker("Sam"), worker("New000", job_title="Other")], is_part="y")
    desk.confirm(run)
    desk.started.append(run)
    assert desk.work() is State.REFUSED
    assert f"builds on batch {first}" in desk.text(run)
    assert desk.client.page(f"/imports/batches/{second}").select_one("main form") is not None


def test_a_batch_that_is_not_there_is_not_found(desk: PageDesk) -> None:
    assert desk.client.get("/imports/batches/999").status_code == 404
