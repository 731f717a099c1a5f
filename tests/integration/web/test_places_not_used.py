"""Places that were not used: who did not come or cancelled late, by course, organisation and place."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy.orm import Session

from courses.domain.workshops import BookingState
from tests.borough import COUNCIL, Borough
from tests.integration.courses.register_desk import ATTENDED, MISSING, PARTIAL, RegisterDesk
from tests.pages import PageClient, text_of

SignIn = Callable[[str], PageClient]


@pytest.fixture
def desk(app: Flask, session: Session, borough: Borough) -> RegisterDesk:
    return RegisterDesk(session, borough, Path(app.instance_path))


def words(page: BeautifulSoup) -> str:
    main = page.select_one("main")
    assert main is not None
    return text_of(main)


def test_places_not_used_by_course_organisation_and_place(
    app: Flask, sign_in: SignIn, desk: RegisterDesk
) -> None:
    workshop = desk.held("Sam", "Ola", "Kit", "Pia", days_ago=3)
    early = (desk.now - timedelta(days=400)).date().isoformat()
    desk.booked(workshop, "Per", BookingState.LATE_CANCELLED)
    desk.save(workshop, Sam=ATTENDED, Ola=MISSING, Kit=PARTIAL, Pia=MISSING)
    client = sign_in("learning")
    page = client.page("/workshops/places-not-used", {"from": early})
    assert "1 register of this period is not closed yet" in words(page)
    desk.close(workshop)
    page = client.page("/workshops/places-not-used", {"from": early})
    rows = [text_of(one) for one in page.select("#by-organisation tbody tr")]
    assert rows == [
        f"{COUNCIL} 1 1 1 0 1 of 3 (33.3%) 1",
        "Harbour Trust 0 0 1 1 1 of 1 (100.0%) 2",
    ]
    app.config["RECHARGE_POUNDS"] = 25
    page = client.page("/workshops/places-not-used", {"from": early})
    assert "together they come to £75.00" in words(page)
    file = client.get("/workshops/places-not-used.csv", query_string={"from": early, "by": "place"})
    lines = file.get_data().decode("utf-8-sig").splitlines()
    assert [line.split(",")[-3:] for line in lines[1:]] == [
        ["Ola Tester", "Did not attend", "25.00"],
        ["Per Tester", "Cancelled late", "25.00"],
        ["Pia Tester", "Did not attend", "25.00"],
    ]
    assert client.get("/workshops/places-not-used.csv?by=names").status_code == 404
    later = client.page("/workshops/places-not-used", {"from": "2026-05-02", "to": "2026-05-01"}, status=422)
    assert "To must be on or after From" in words(later)
    assert sign_in("manager").get("/workshops/places-not-used").status_code == 403
