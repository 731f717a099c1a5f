"""Loads files through the pages, as a browser would."""

import json
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from compliance.models import ImportRunRow
from compliance.services.importing.folder import ImportFolder, RunFolder
from compliance.services.importing.runs import State
from compliance.services.importing.working import work_on
from foundation import clock
from tests.borough import COUNCIL, HOMES, Borough
from tests.integration.imports.desk import Rows, as_csv
from tests.pages import PageClient, text_of


def worker(name: str, **more: object) -> dict[str, object]:
    """A row of a people file that says what the borough knows of somebody of the homes."""
    return {
        "person_ref": f"N-{name}",
        "first_name": name,
        "last_name": "Tester",
        "email": f"{name.lower()}@council.example",
        "organisation": COUNCIL,
        "unit": HOMES,
        "post_ref": f"P-{name}-{HOMES}",
        "job_title": "Officer",
        "manager_ref": "N-Mo",
        **more,
    }


def newcomers(number: int, **more: object) -> list[dict[str, object]]:
    """Rows of people whom nobody knows yet, and one of somebody whom it says nothing new of."""
    return [worker("Sam"), *(worker(f"New{at:03}", **more) for at in range(number))]


@dataclass
class PageDesk:
    """Learning and development at its pages."""

    app: Flask
    session: Session
    borough: Borough
    client: PageClient
    started: list[str]

    def upload(self, kind: str, rows: Rows | bytes, name: str = "", **fields: Any) -> TestResponse:
        """Send a file; the answer is what the browser gets."""
        address = f"/imports/new/{kind}"
        form = self.client.page(address).select_one("main form")
        assert form is not None
        data: dict[str, Any] = {
            str(one["name"]): str(one.get("value", "")) for one in form.select("input[type=hidden]")
        }
        content = rows if isinstance(rows, bytes) else as_csv(rows)
        data["file"] = (BytesIO(content), name or f"{kind}.csv")
        return self.client.post(address, data={**data, **fields}, content_type="multipart/form-data")

    def send(self, kind: str, rows: Rows | bytes, **fields: Any) -> str:
        """Send a file that is taken; gives its run."""
        answer = self.upload(kind, rows, **fields)
        assert answer.status_code == 302, answer.get_data(as_text=True)
        return str(answer.headers["Location"]).rpartition("/")[2]

    def work(self) -> State | None:
        """Do what the process that was started last would do."""
        self.session.rollback()
        found = work_on(
            self.session,
            ImportFolder.in_instance(self.app.instance_path),
            self.started[-1],
            clock.now,
            clock.today(),
        )
        self.session.rollback()
        return found

    def looked_over(self, kind: str, rows: Rows | bytes, **fields: Any) -> str:
        """Send a file and have it looked over; gives its run."""
        run = self.send(kind, rows, **fields)
        assert self.work() is State.PREVIEWED
        return run

    def load(self, kind: str, rows: Rows | bytes, **fields: Any) -> int:
        """Send a file, confirm it, and have it loaded; gives its batch."""
        run = self.looked_over(kind, rows, **fields)
        assert self.confirm(run).status_code == 302
        assert self.work() is State.APPLIED
        number = self.row(run).batch_id
        assert number is not None
        return number

    def page(self, run: str, below: str = "") -> BeautifulSoup:
        return self.client.page(f"/imports/{run}{below}")

    def text(self, run: str) -> str:
        main = self.page(run).select_one("main")
        assert main is not None
        return text_of(main)

    def press(self, run: str, step: str, **fields: str) -> TestResponse:
        """Press the button of a form on the page of a run."""
        action = f"/imports/{run}{step and f'/{step}'}"
        form = self.page(run).select_one(f"main form[action='{action}']")
        assert form is not None, f"there is no form {action} on the page"
        hidden = {str(one["name"]): str(one.get("value", "")) for one in form.select("input[type=hidden]")}
        return self.client.post(str(form["action"]), data={**hidden, **fields})

    def confirm(self, run: str, **fields: str) -> TestResponse:
        return self.press(run, "", **fields)

    def state(self, run: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.client.get(f"/imports/{run}/state").get_data(as_text=True))
        return found

    def undo(self, number: int) -> str:
        """Ask what taking a batch back would do; gives the run."""
        address = f"/imports/batches/{number}"
        form = self.client.page(address).select_one("main form")
        assert form is not None
        hidden = {str(one["name"]): str(one["value"]) for one in form.select("input[type=hidden]")}
        answer = self.client.post(str(form["action"]), data=hidden)
        assert answer.status_code == 302
        return str(answer.headers["Location"]).rpartition("/")[2]

    def row(self, run: str) -> ImportRunRow:
        self.session.rollback()
        return self.session.scalars(
            select(ImportRunRow)
            .where(ImportRunRow.public_id == run)
            .execution_options(populate_existing=True)
        ).one()

    def folder(self, run: str) -> RunFolder:
        return ImportFolder.in_instance(self.app.instance_path).of(self.row(run).stored_as)
