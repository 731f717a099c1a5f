"""A file of schools through the pages: no figure moves, a row is set aside, the batch is taken back."""

from people.domain import SchoolDetails
from people.services.schools import school_facts
from tests.borough import SCHOOL
from tests.integration.web.importing.page_desk import PageDesk
from tests.pages import text_of


def standing(desk: PageDesk) -> SchoolDetails | None:
    desk.session.rollback()
    found = school_facts(desk.session).get(desk.borough.organisations[SCHOOL])
    desk.session.rollback()
    return found.details if found else None


def test_a_file_of_schools_is_looked_over_loaded_and_taken_back(desk: PageDesk) -> None:
    rows = [
        {"school": SCHOOL, "phase": "primary", "urn": "900123"},
        {"school": "Nowhere", "phase": "primary"},
    ]
    run = desk.looked_over("schools", rows)
    found = desk.row(run).found
    assert found["counts"] == {"school_added": 1, "school_corrected": 0}
    assert all(one["before"] == one["after"] for one in found["figures"])
    assert standing(desk) is None
    number = desk.load("schools", rows)
    loaded = desk.text(desk.started[-1])
    assert "The pages and reports of schools show it from now on." in loaded
    assert "figures" not in loaded
    assert standing(desk) == SchoolDetails("primary", "900123")
    page = desk.client.page(f"/imports/batches/{number}")
    assert "Schools described for the first time" in text_of(page)
    run = desk.undo(number)
    desk.work()
    assert desk.confirm(run).status_code == 302
    desk.work()
    assert standing(desk) is None
