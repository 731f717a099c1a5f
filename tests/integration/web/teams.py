"""What tests of a manager's pages do to the borough: people join teams, teams are handed over, files are read."""

import csv
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta

from python_calamine import CalamineWorkbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation import clock, facts
from foundation.db import transaction
from foundation.facts import recorded, retract
from people.models import DelegationRow, PostSpellRow, UnitRow
from people.services.accounts import create_account
from tests.borough import PASSWORD, Borough, Builder, email_of
from tests.pages import PageClient, text_of

Row = dict[str, str]
DELEGATES = "/my-team/delegates"
COLUMNS = ("name", "requirement_title", "status_words", "situation", "due_on", "valid_until")
"""What the page shows and the files hold."""


def today_and(days_later: int) -> date:
    """A day so many days from now."""
    return clock.today() + timedelta(days=days_later)


def address_of(borough: Borough, delegate: str, begins: int, what: str) -> str:
    """The page that changes or ends a delegation, which began so many days from now."""
    return f"/my-team/delegates/{borough.people[delegate]}/{today_and(begins).isoformat()}/{what}"


@contextmanager
def changes(session: Session, borough: Borough) -> Iterator[Builder]:
    """A builder that goes on with the borough in one transaction."""
    with transaction(session):
        builder = Builder(session, clock.today())
        builder.found = borough
        by_public_id = {row.public_id: row.id for row in session.scalars(select(UnitRow))}
        builder._unit_ids = {key: by_public_id[public_id] for key, public_id in borough.units.items()}
        yield builder
        session.flush()
        facts.touch(session, borough.ids.values())


def end_posts(session: Session, borough: Borough, *names: str) -> None:
    """The posts of these people leave the record: they have left."""
    with changes(session, borough) as builder:
        ids = [borough.ids[name] for name in names]
        posts = session.scalars(select(PostSpellRow.id).where(PostSpellRow.person_id.in_(ids))).all()
        retract(session, PostSpellRow, posts, builder.stamp, "left")


def give_account(session: Session, borough: Borough, *names: str) -> None:
    """Accounts of their own for people of the borough; they sign in under their first names."""
    with changes(session, borough) as builder:
        for name in names:
            create_account(session, builder.stamp, email_of(name.lower()), PASSWORD, person_ref=f"N-{name}")


def handed_over(
    session: Session, borough: Borough, manager: str, delegate: str, began: int = 1, ends: int = 30
) -> None:
    """A team handed over `began` days ago, until so many days from now; negative: the other way round."""
    with changes(session, borough) as builder:
        session.add(
            DelegationRow(
                manager_id=borough.ids[manager],
                delegate_id=borough.ids[delegate],
                first_day=builder.ago(began),
                last_day=builder.ago(-ends),
                **recorded(builder.stamp),
            )
        )


def named(client: PageClient, address: str = "/my-team") -> set[str]:
    """The first names on a page or in a file."""
    text = client.get(address).get_data(as_text=True)
    return set(re.findall(r"(\w+) Tester", text))


def page_rows(client: PageClient, query: dict[str, str]) -> list[Row]:
    """The lines of every page of the list, in order."""
    found: list[Row] = []
    page = client.page("/my-team", query)
    while True:
        for line in page.select("#team tbody tr"):
            name, requirement, status, due, until = line.find_all(["th", "td"])
            link, tag, detail = name.find("a"), status.find("strong"), status.find("span")
            assert link
            assert tag
            assert detail
            cells = map(text_of, (link, requirement, tag, detail, due, until))
            found.append(dict(zip(COLUMNS, cells, strict=True)))
        following = page.select_one("a[rel=next]")
        if following is None:
            return found
        page = client.page(str(following["href"]))


def csv_rows(client: PageClient, query: dict[str, str]) -> list[Row]:
    """The lines of the CSV file, with every column."""
    text = client.get("/my-team.csv", query_string=query).get_data().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def xlsx_rows(client: PageClient, query: dict[str, str]) -> list[Row]:
    """The lines of the spreadsheet, with every column; its days as CSV has them."""
    content = client.get("/my-team.xlsx", query_string=query).get_data()
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    header, *lines = book.get_sheet_by_index(0).to_python()
    return [dict(zip(map(str, header), map(_cell, line), strict=True)) for line in lines]


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)
