"""Everybody's exemptions: a page and a file. The reason is for learning and development and auditors alone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import Response, render_template, request

from compliance.store.exemptions import (
    LATER_DAYS,
    SOON_DAYS,
    Narrow,
    RecordedExemption,
    Show,
    count_exemptions,
    listed_exemptions,
)
from compliance.store.rules import load_rule_book
from compliance.views.blueprint import blueprint
from compliance.views.exceptions.exemptions import EVERY, requirement_titles
from compliance.views.lines import csv_response
from compliance.views.shown import kept
from foundation import clock
from foundation.db import Session, db
from foundation.errors import NotFound
from foundation.pagination import Page
from people import auth
from people.domain import Account, Permission
from people.store import Unit, units

SHOW_WORDS = {
    Show.CURRENT: "Exempt today",
    Show.SOON: f"Ending within {SOON_DAYS} days",
    Show.LATER: f"Ending within {LATER_DAYS} days",
    Show.TO_COME: "Beginning later",
    Show.ENDED: "Ended",
    Show.ALL: "All of them",
}
_READERS = (Permission.LEARNING, Permission.COORDINATOR, Permission.AUDITOR, Permission.PARTNER_LEAD)


@dataclass(frozen=True, slots=True)
class ExemptionLine:
    """An exemption on the page. `reason` is empty for readers who may not know it."""

    public_id: str
    name: str
    requirement: str
    first_day: date
    last_day: date
    approved_by: str
    reason: str
    ends_in_days: int | None


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters of the page, and whose exemptions they may reach."""

    account: Account
    today: date
    show: Show
    requirement: str
    organisation: Unit | None
    organisations: Sequence[Unit]

    @property
    def where(self) -> dict[str, str]:
        """The same filters, for links."""
        return kept(
            show=self.show.value,
            requirement=self.requirement,
            organisation=self.organisation.public_id if self.organisation else None,
        )

    @property
    def narrow(self) -> Narrow:
        """What narrows the list; a partner lead never reaches beyond the own organisations."""
        ids = None if self.account.sees_everybody else self.account.organisation_ids
        if self.organisation is not None:
            ids = frozenset({self.organisation.organisation_id})
        return Narrow(self.today, self.show, self.requirement or None, ids)


def sees_reasons(account: Account) -> bool:
    """Whether the reasons of everybody's exemptions may be read; a manager never reads one."""
    return bool(account.permissions & {Permission.LEARNING, Permission.AUDITOR})


def _asked(session: Session) -> Asked:
    account = auth.reader()
    whole = [unit for unit in units(session) if unit.depth == 0]
    if not account.sees_everybody:
        whole = [unit for unit in whole if unit.organisation_id in account.organisation_ids]
    wanted, show = request.args.get("organisation", ""), request.args.get("show", "") or Show.CURRENT
    organisation = next((unit for unit in whole if unit.public_id == wanted), None)
    if show not in set(Show) or (wanted and organisation is None):
        raise NotFound("There is no such list.")
    return Asked(account, clock.today(), Show(show), request.args.get("requirement", ""), organisation, whole)


@blueprint.get("/exemptions")
@auth.only_for(*_READERS)
def exemptions() -> str:
    """Who is exempt from what, until when, and on whose word."""
    session = db.session()
    asked = _asked(session)
    titles = requirement_titles(load_rule_book(session), asked.today)
    page = Page.of(request.args.get("page"), count_exemptions(session, asked.narrow))
    rows = listed_exemptions(session, asked.narrow, page.offset, page.size)
    return render_template(
        "compliance/exceptions/exemptions.html",
        as_at=asked.today,
        show=asked.show.value,
        show_options=[(show.value, words) for show, words in SHOW_WORDS.items()],
        show_words=SHOW_WORDS[asked.show],
        requirement=asked.requirement,
        requirement_options=[("", EVERY), *titles.items()],
        organisation=asked.organisation.public_id if asked.organisation else "",
        organisation_options=[
            ("", "All organisations"),
            *((unit.public_id, unit.organisation) for unit in asked.organisations),
        ],
        with_reasons=sees_reasons(asked.account),
        rows=[_line(one, titles, asked) for one in rows],
        page=page,
        where=asked.where,
    )


def _line(one: RecordedExemption, titles: Mapping[str, str], asked: Asked) -> ExemptionLine:
    ends_in = (one.last_day - asked.today).days
    return ExemptionLine(
        public_id=one.public_id,
        name=one.name or "Name not recorded",
        requirement=EVERY if one.requirement is None else titles.get(one.requirement, one.requirement),
        first_day=one.first_day,
        last_day=one.last_day,
        approved_by=one.approved_by,
        reason=one.reason if sees_reasons(asked.account) else "",
        ends_in_days=ends_in if 0 <= ends_in <= LATER_DAYS else None,
    )


_HEADERS = ("name", "requirement", "first_day", "last_day", "approved_by")


@blueprint.get("/exemptions.csv")
@auth.only_for(*_READERS)
def exemptions_csv() -> Response:
    """The same exemptions as a file."""
    session = db.session()
    asked = _asked(session)
    headers = (*_HEADERS, "reason") if sees_reasons(asked.account) else _HEADERS
    rows = listed_exemptions(session, asked.narrow)
    return csv_response(_rows(rows, asked), headers, f"exemptions-{asked.today.isoformat()}")


def _rows(rows: Sequence[RecordedExemption], asked: Asked) -> Iterator[Sequence[str]]:
    for one in rows:
        cells = (one.name, one.requirement or "*", one.first_day.isoformat(), one.last_day.isoformat())
        reason = (one.reason,) if sees_reasons(asked.account) else ()
        yield (*cells, one.approved_by, *reason)
