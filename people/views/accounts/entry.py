"""One account: inviting, its page, giving a permission, and every change that asks first whether it is meant."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from foundation import clock
from foundation.db import Session, db
from foundation.errors import DomainError, NotFound
from foundation.stamp import Stamp
from people import auth
from people.domain import Permission
from people.forms.accounts import ChangeForm, GiveForm, InviteForm
from people.forms.links import words
from people.forms.once import act_once
from people.services.granting import doors, permissions
from people.services.granting.listing import AccountEntry, State, account_entry
from people.services.granting.permissions import NEEDS_TWO
from people.views.accounts.listing import READERS, STATE_WORDS, may_change, shown_email
from people.views.blueprint import blueprint
from people.wording import PERMISSION_NAMES

Page = str | Response | tuple[str, int]
Act = Callable[[Session, Stamp, AccountEntry, int], None]


@dataclass(frozen=True, slots=True)
class Change:
    """Something that can be done with an account: its words, what it means, and the deed.

    `of` says on what it works: the account as a whole, a permission held, or one asked for.
    """

    title: str
    button: str
    means: str
    notice: str
    act: Act
    of: str = "account"
    warning: bool = True


@dataclass(frozen=True, slots=True)
class PermissionItem:
    """A permission that is held or asked for, in words; `by_reader`: the reader asked for it."""

    fact_id: int
    words: str
    asked_on: date | None = None
    by_reader: bool = False


def _agree(session: Session, stamp: Stamp, entry: AccountEntry, fact_id: int) -> None:
    permissions.agree(session, stamp, auth.reader(), entry, fact_id)


def _turn_down(session: Session, stamp: Stamp, entry: AccountEntry, fact_id: int) -> None:
    permissions.turn_down(session, stamp, auth.reader(), entry, fact_id)


def _take(session: Session, stamp: Stamp, entry: AccountEntry, fact_id: int) -> None:
    permissions.take_away(session, stamp, auth.reader(), entry, fact_id)


def _disable(session: Session, stamp: Stamp, entry: AccountEntry, _fact_id: int) -> None:
    doors.disable(session, stamp, auth.reader(), entry)


def _enable(session: Session, stamp: Stamp, entry: AccountEntry, _fact_id: int) -> None:
    doors.enable(session, stamp, auth.reader(), entry)


def _sign_out(session: Session, stamp: Stamp, entry: AccountEntry, _fact_id: int) -> None:
    doors.sign_out(session, stamp, entry)


def _reset(session: Session, stamp: Stamp, entry: AccountEntry, _fact_id: int) -> None:
    doors.reset_second_step(session, stamp, auth.reader(), entry)


def _invite_again(session: Session, stamp: Stamp, entry: AccountEntry, _fact_id: int) -> None:
    doors.invite_again(session, stamp, entry, words)


CHANGES: Mapping[str, Change] = {
    "grant": Change(
        "Grant this permission",
        "Grant the permission",
        "It holds from their next page on.",
        "The permission is granted.",
        _agree,
        of="asked",
        warning=False,
    ),
    "turn-down": Change(
        "Turn this request down",
        "Turn it down",
        "The account stays as it is.",
        "The request is turned down.",
        _turn_down,
        of="asked",
    ),
    "take-away": Change(
        "Take this permission away",
        "Take the permission away",
        "It ends from their next page on, and they are signed out everywhere.",
        "The permission is taken away.",
        _take,
        of="held",
    ),
    "disable": Change(
        "Disable this account",
        "Disable the account",
        "They are signed out at once and cannot sign in again until somebody enables the account.",
        "The account is disabled.",
        _disable,
    ),
    "enable": Change(
        "Enable this account",
        "Enable the account",
        "They can sign in again with the password that they had.",
        "The account is enabled.",
        _enable,
        warning=False,
    ),
    "sign-out": Change(
        "Sign them out everywhere",
        "Sign them out",
        "Every browser in which they are signed in is signed out. They can sign in again.",
        "They are signed out everywhere.",
        _sign_out,
    ),
    "lost-phone": Change(
        "Reset two-step sign-in",
        "Reset two-step sign-in",
        "Do this only when you are sure that it is really them who ask, for example in person or by a video call. "
        "They are signed out, told by email, and asked to set it up again where their account needs it.",
        "Two-step sign-in is reset.",
        _reset,
    ),
    "invite-again": Change(
        "Send a new invitation",
        "Send the invitation",
        "They get an email with a new link to set a password. The earlier link stops working.",
        "The invitation is on its way.",
        _invite_again,
        warning=False,
    ),
}


@blueprint.route("/accounts/invite", methods=["GET", "POST"])
@auth.only_for(Permission.LEARNING)
def invite_account() -> Page:
    """Make an account for somebody and send them a link to set a password."""
    form = InviteForm()

    def act(session: Session, stamp: Stamp) -> str:
        ref = str(form.person_ref.data or "") or None
        public_id = doors.invite_new(session, stamp, str(form.email.data), ref, words)
        return url_for("people.account_page", public_id=public_id)

    if form.validate_on_submit():
        try:
            return act_once(form, act, "The invitation is on its way.")
        except DomainError as error:
            form.refuse(str(error))
    page = render_template("people/accounts/invite.html", form=form)
    return (page, 422) if form.errors else page


@blueprint.get("/accounts/<public_id>")
@auth.only_for(*READERS)
def account_page(public_id: str) -> str:
    """One account: what it may do, and what can be done with it."""
    entry, reader = _entry(public_id), auth.reader()
    changes = may_change(reader)
    own = entry.id == reader.id
    return render_template(
        "people/accounts/account.html",
        entry=entry,
        email=shown_email(entry),
        state=STATE_WORDS[entry.state],
        created_on=clock.london_day(entry.created_at) if entry.created_at else None,
        signed_in_on=clock.london_day(entry.signed_in_at) if entry.signed_in_at else None,
        held=[PermissionItem(one.fact_id, _words(one.permission, one.organisation)) for one in entry.held],
        asked=[
            PermissionItem(
                one.fact_id,
                _words(one.permission),
                clock.london_day(one.at),
                one.by == auth.stamp().actor,
            )
            for one in entry.asked
        ],
        own=own,
        changes=changes and not own,
        doors=_doors(entry) if changes and not own else [],
    )


@blueprint.route("/accounts/<public_id>/give", methods=["GET", "POST"])
@auth.only_for(Permission.LEARNING)
def give_permission(public_id: str) -> Page:
    """Give a permission, or ask a colleague to grant it."""
    session, entry = db.session(), _entry(public_id)
    form = GiveForm()
    form.offer([(str(number), name) for number, name in permissions.partner_organisations(session)])
    if form.is_submitted():
        valid = form.validate()
        if form.choices_hold() and valid:
            permission = Permission(form.permission.data)
            organisation = int(form.organisation.data) if form.leads else None

            def act(session: Session, stamp: Stamp) -> str:
                now = _entry(public_id, session)
                permissions.give(session, stamp, auth.reader(), now, permission, organisation)
                return url_for("people.account_page", public_id=public_id)

            asks = permission in NEEDS_TWO
            try:
                return act_once(form, act, ASKS_NOTICE if asks else "The permission is given.")
            except NotFound:
                raise
            except DomainError as error:
                form.refuse(str(error))
    page = render_template(
        "people/accounts/give.html", form=form, entry=entry, own=entry.id == auth.reader().id
    )
    return (page, 422) if form.is_submitted() else page


ASKS_NOTICE = "The permission is asked for. Somebody else in your team must grant it before it holds."


@blueprint.route("/accounts/<public_id>/<change>", methods=["GET", "POST"])
@auth.only_for(Permission.LEARNING)
def change_account(public_id: str, change: str) -> Page:
    """Do something with an account, after asking whether it is meant."""
    what = CHANGES.get(change)
    if what is None:
        raise NotFound("There is no such page.")
    entry, form = _entry(public_id), ChangeForm()
    fact_id = _fact(request.args.get("of"))
    problems: list[tuple[str, str | None]] = []
    status = 200

    def act(session: Session, stamp: Stamp) -> str:
        what.act(session, stamp, _entry(public_id, session), fact_id)
        return url_for("people.account_page", public_id=public_id)

    if form.is_submitted():
        if form.validate():
            try:
                return act_once(form, act, what.notice)
            except NotFound:
                problems, status = [(permissions.GONE, None)], 409
            except DomainError as error:
                problems, status = [(str(error), None)], 422
        else:
            problems, status = list(form.error_lines()), 422
    about = _about(entry, what, fact_id)
    if about is None and not problems:
        raise NotFound("There is no such permission.")
    page = render_template(
        "people/accounts/change.html",
        form=form,
        entry=entry,
        what=what,
        about=about or "",
        problems=problems,
        address=url_for("people.change_account", public_id=public_id, change=change, of=fact_id or None),
    )
    return (page, status) if status != 200 else page


def _fact(text: str | None) -> int:
    """The fact that an address names; 0 for what is no number."""
    typed = text or ""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


def _about(entry: AccountEntry, what: Change, fact_id: int) -> str | None:
    """The permission that a change is about, in words; empty for the account as a whole, None when it is gone."""
    if what.of == "account":
        return ""
    if what.of == "held":
        return next(
            (_words(one.permission, one.organisation) for one in entry.held if one.fact_id == fact_id), None
        )
    return next((_words(one.permission) for one in entry.asked if one.fact_id == fact_id), None)


def _entry(public_id: str, session: Session | None = None) -> AccountEntry:
    found = account_entry(session or db.session(), public_id, clock.today())
    if found is None:
        raise NotFound("There is no such account.")
    return found


def _words(permission: Permission, organisation: str = "") -> str:
    name = PERMISSION_NAMES[permission]
    return f"{name}: {organisation}" if organisation else name


def _doors(entry: AccountEntry) -> list[tuple[str, str]]:
    """What can be done with the account as a whole now: (key of the change, its words)."""
    keys = []
    if entry.state is State.INVITED:
        keys.append("invite-again")
    if entry.state is State.ACTIVE:
        keys.append("sign-out")
    if entry.has_second_step:
        keys.append("lost-phone")
    keys.append("enable" if entry.state is State.DISABLED else "disable")
    return [(key, CHANGES[key].title) for key in keys]
