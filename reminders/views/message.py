"""One message of the outbox: what it was about, what happened to it, what it says; and deciding about it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import render_template, url_for

from compliance.store.rules import load_rule_book
from foundation.db import Session, db
from foundation.errors import NotFound
from foundation.mail import State
from foundation.stamp import Stamp
from people import auth
from people.domain import Account, Permission
from reminders import wording
from reminders.domain.outbox import KEPT, Line
from reminders.forms.deciding import DecideForm
from reminders.services.outbox import deciding
from reminders.store import outbox, story
from reminders.store.story import About, Happened
from reminders.views.acting import Check, Page, ask_first
from reminders.views.blueprint import blueprint
from reminders.views.lists import NOBODY, READERS, may_act, moment_words, names_of, shown_address
from reminders.views.told_lines import requirement_title, step_words


@dataclass(frozen=True, slots=True)
class Act:
    """Something that can be decided about a message: its words, what it means, and the deed.

    `of` says in which states of a message it is offered; whether it still holds is asked again when it is done.
    `means_told`: what else it means where the message tells somebody of duties.
    """

    title: str
    button: str
    means: str
    means_told: str
    notice: str
    act: Callable[[Session, Stamp, str], None]
    of: frozenset[State]


_ENDED_BY_DECISION = (State.SENT, State.SUPERSEDED, State.CANCELLED)
ACTS: Mapping[str, Act] = {
    "send-again": Act(
        "Send this message again",
        "Send it again",
        "If the first copy arrived, they get a second one.",
        "It leaves only if it still applies.",
        "The message is sent again at the next round.",
        deciding.send_again,
        deciding.MAY_SEND_AGAIN,
    ),
    "mark-sent": Act(
        "Mark this message as sent",
        "Mark it as sent",
        "Do this when you know that it arrived, for example because they told you. Nothing leaves.",
        "",
        "The message is marked as sent.",
        deciding.mark_sent,
        deciding.MAY_MARK_SENT,
    ),
    "give-up": Act(
        "Give this message up",
        "Give it up",
        "It is not sent any more.",
        (
            "It is not told again: what it was about counts as told at this step. Later steps speak of it, as long as "
            "there is something to do."
        ),
        "The message is given up.",
        deciding.give_up,
        deciding.MAY_GIVE_UP,
    ),
}


@dataclass(frozen=True, slots=True)
class AboutLine:
    """One reminder in a message, in words."""

    public_id: str
    name: str
    requirement: str
    step: str
    deadline: date
    became: str


@dataclass(frozen=True, slots=True)
class EventLine:
    """One thing that happened to a message, in words."""

    at: str
    what: str
    by: str
    detail: str


@blueprint.get("/reminders/messages/<public_id>")
@auth.only_for(*READERS)
def message(public_id: str) -> str:
    """All there is to know of one message; what it says for learning and development alone."""
    session, account, one = db.session(), auth.reader(), _line(public_id)
    number = story.message_id(session, public_id) or 0
    about = story.about(session, number)
    acts = may_act(account)
    return render_template(
        "reminders/message.html",
        public_id=public_id,
        title=one.subject or wording.kind_words(one.kind),
        rows=_rows(session, account, one),
        about=_about(session, about),
        events=[_event(event, account) for event in story.history(session, f"message:{number}")],
        reads=acts,
        text=outbox.text_of(session, public_id) if acts else "",
        no_text=_no_text(one),
        is_untried=one.state == State.WAITING and one.tries == 0,
        offers=_offers(one) if acts and not is_own(account, one, about) else [],
        is_own=acts and is_own(account, one, about),
    )


@blueprint.route("/reminders/messages/<public_id>/<act>", methods=["GET", "POST"])
@auth.only_for(Permission.LEARNING)
def decide(public_id: str, act: str) -> Page:
    """Do something with a message, after asking whether it is meant."""
    what = ACTS.get(act)
    if what is None:
        raise NotFound("There is no such page.")
    session, one, account = db.session(), _line(public_id), auth.reader()
    here = url_for("reminders.message", public_id=public_id)
    about = story.about(session, story.message_id(session, public_id) or 0)
    form = DecideForm()
    if is_own(account, one, about):
        page = render_template("reminders/own_message.html", title=what.title, back_href=here)
        return page, 422 if form.is_submitted() else 200

    def deed(session: Session, stamp: Stamp) -> str:
        what.act(session, stamp, public_id)
        return here

    check = Check(
        what.title,
        what.button,
        [what.means, *([what.means_told] if about and what.means_told else [])],
        what.notice,
        here,
        "Back to the message",
        rows=_rows(session, account, one)[:4],
        caption=one.subject or wording.kind_words(one.kind),
    )
    return ask_first(form, check, deed)


def is_own(account: Account, one: Line, about: Sequence[About]) -> bool:
    """Whether a message is to the reader, or about them: then a colleague decides (docs/security.md, rule 7)."""
    if one.address and one.address.lower() == account.email.lower():
        return True
    if account.person_id is None:
        return False
    return account.person_id == one.person_id or any(each.person_id == account.person_id for each in about)


def _no_text(one: Line) -> str:
    """Why what a message says is not shown, where it is not."""
    if one.is_secret:
        return "It holds a link that acts, so nobody but its reader sees it. Its text is deleted when it is done with."
    if one.handed_at is None and one.state in (State.WAITING, State.CLAIMED):
        return "It is written when it leaves, so that it says what holds then."
    if one.handed_at is None and one.state in (State.CANCELLED, State.SUPERSEDED, State.FAILED):
        return "There is no text: it did not leave, or its text has been deleted."
    return (
        f"Its text has been deleted. Texts are kept for {KEPT.days} days from when a message was written down, and "
        "then until it is done with."
    )


def _offers(one: Line) -> list[tuple[str, str]]:
    """What can be decided about a message now. A link that acts is never sent twice: its text is gone."""
    return [
        (key, act.title)
        for key, act in ACTS.items()
        if one.state in act.of and not (one.is_secret and act.act is deciding.send_again)
    ]


def _line(public_id: str) -> Line:
    found = outbox.message(db.session(), public_id)
    if found is None:
        raise NotFound("There is no such message.")
    return found


def _rows(session: Session, account: Account, one: Line) -> list[tuple[str, str]]:
    to = names_of(session, [one]).get(one.person_id or 0, NOBODY).name
    address = shown_address(account, one.address)
    rows = [
        ("To", f"{to}, {address}" if to and address else to or address or "Nobody yet"),
        ("What it is", wording.kind_words(one.kind)),
        ("State", wording.state_words(one.state)),
        ("Written", moment_words(one.made_at)),
    ]
    if one.sent_at:
        rows.append(("Sent", moment_words(one.sent_at)))
    elif one.state == State.WAITING:
        rows.append(("Leaves", f"From {moment_words(one.next_try_at)} on"))
    rows.append(("Tries", f"{one.tries:,}"))
    if one.ambiguous:
        rows.append(("Handed over without an answer", f"{one.ambiguous:,}"))
    if one.problem:
        label = "Why" if one.state in _ENDED_BY_DECISION else "What went wrong"
        rows.append((label, wording.problem_words(one.problem)))
    if one.code:
        rows.append(("Last answer of the mail server", str(one.code)))
    if one.receipt:
        when = f" on {moment_words(one.receipt_at)}" if one.receipt_at else ""
        rows.append(("What the provider reported", f"{wording.receipt_words(one.receipt)}{when}"))
    return rows


def _about(session: Session, found: list[About]) -> list[AboutLine]:
    if not found:
        return []
    book = load_rule_book(session)
    return [
        AboutLine(
            one.public_id,
            one.name or "Name not recorded",
            requirement_title(book, one.requirement),
            step_words(book, one.requirement, one.step, one.on),
            one.deadline,
            wording.became_words(one.outcome, one.why, None, None, "email")
            if one.outcome != "planned" or one.why
            else "",
        )
        for one in found
    ]


def _event(event: Happened, account: Account) -> EventLine:
    by = event.name or (shown_address(account, event.email) if event.email else "")
    receipt = event.details.get("receipt")
    reported = wording.receipt_words(str(receipt)) if receipt else ""
    said = event.details.get("why") or event.details.get("problem") or reported
    return EventLine(
        moment_words(event.at),
        wording.event_words(event.event),
        by or "The service",
        str(said)[:200],
    )
