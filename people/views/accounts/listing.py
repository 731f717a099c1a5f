"""The accounts: whose they are, what they may do, whether they can sign in; and the same as a file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from flask import Response, render_template, request, stream_with_context

from foundation import clock
from foundation.db import db
from foundation.errors import NotFound
from foundation.tables import csv_pieces
from people import auth
from people.domain import Account, Permission
from people.services.granting.listing import AccountEntry, Filters, State, accounts, every_account
from people.services.scope import masked
from people.views.blueprint import blueprint
from people.views.exports import recorded
from people.wording import PERMISSION_NAMES

READERS = (Permission.LEARNING, Permission.AUDITOR)
STATE_WORDS = {
    State.ACTIVE: "Can sign in",
    State.INVITED: "Invited, has not set a password",
    State.LEFT: "Has left, cannot sign in",
    State.DISABLED: "Disabled",
}
ASKED = "asked"
"""The choice that shows accounts for which a permission waits to be granted."""
LONGEST = 200
HEADERS = ("email", "name", "state", "permissions", "two_step_sign_in", "last_signed_in_on", "created_on")


@dataclass(frozen=True, slots=True)
class AccountLine:
    """An account in words."""

    public_id: str
    email: str
    name: str
    state: str
    permissions: list[str]
    waiting: bool
    signed_in_on: date | None


def may_change(account: Account) -> bool:
    """Whether a reader of these pages changes anything on them; an auditor does not."""
    return Permission.LEARNING in account.permissions


def shown_email(entry: AccountEntry) -> str:
    """The address as this reader may see it: an auditor sees enough to tell accounts apart."""
    return entry.email if may_change(auth.reader()) else masked(entry.email)


def permission_words(entry: AccountEntry) -> list[str]:
    """What an account may do, in words."""
    return [
        f"{PERMISSION_NAMES[held.permission]}{': ' + held.organisation if held.organisation else ''}"
        for held in entry.held
    ]


def asked() -> Filters:
    """Read the filters. An auditor, who sees no whole address, cannot look for one either."""
    state, permission = request.args.get("state", ""), request.args.get("permission", "")
    if state not in ("", *State) or permission not in ("", ASKED, *Permission):
        raise NotFound("There is no such choice.")
    text = " ".join(request.args.get("q", "").split())[:LONGEST]
    return Filters(
        text=text if may_change(auth.reader()) else "",
        permission=Permission(permission) if permission in set(Permission) else None,
        state=State(state) if state else None,
        asked=permission == ASKED,
    )


def where(filters: Filters) -> dict[str, str]:
    """The same filters, for links."""
    chosen = {
        "q": filters.text,
        "permission": ASKED if filters.asked else filters.permission,
        "state": filters.state,
    }
    return {name: str(value) for name, value in chosen.items() if value}


@blueprint.get("/accounts", endpoint="accounts")
@auth.only_for(*READERS)
def account_list() -> str:
    """A page of the accounts."""
    filters = asked()
    entries, page = accounts(db.session(), filters, clock.today(), request.args.get("page"))
    permissions = [("", "Any"), *((one.value, PERMISSION_NAMES[one]) for one in Permission)]
    return render_template(
        "people/accounts/list.html",
        lines=[_line(entry) for entry in entries],
        page=page,
        text=filters.text,
        permission=where(filters).get("permission", ""),
        permission_options=[*permissions, (ASKED, "Waiting to be granted")],
        state=where(filters).get("state", ""),
        state_options=[("", "Any"), *((one.value, STATE_WORDS[one]) for one in State)],
        changes=may_change(auth.reader()),
        where=where(filters),
    )


@blueprint.get("/accounts.csv")
@auth.only_for(*READERS)
def accounts_csv() -> Response:
    """The same accounts as a file."""
    filters = asked()
    entries = every_account(db.session(), filters, clock.today())
    response = Response(
        stream_with_context(csv_pieces(recorded(_rows(entries)), HEADERS)), mimetype="text/csv"
    )
    name = f"accounts-{clock.today().isoformat()}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _line(entry: AccountEntry) -> AccountLine:
    return AccountLine(
        public_id=entry.public_id,
        email=shown_email(entry),
        name=entry.name,
        state=STATE_WORDS[entry.state],
        permissions=permission_words(entry),
        waiting=bool(entry.asked),
        signed_in_on=clock.london_day(entry.signed_in_at) if entry.signed_in_at else None,
    )


def _rows(entries: Sequence[AccountEntry]) -> Iterator[Sequence[str]]:
    for entry in entries:
        yield (
            shown_email(entry),
            entry.name,
            entry.state.value,
            "; ".join(permission_words(entry)),
            "yes" if entry.has_second_step else "no",
            clock.london_day(entry.signed_in_at).isoformat() if entry.signed_in_at else "",
            clock.london_day(entry.created_at).isoformat() if entry.created_at else "",
        )
