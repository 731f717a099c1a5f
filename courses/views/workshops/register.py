"""The register of a workshop on a screen: an outcome for each person, saved as it comes; and what the workshop's page
says of it."""

from dataclasses import dataclass
from typing import Any

from flask import flash, render_template, request, url_for
from werkzeug.wrappers import Response

from courses.domain.registers import door_is_open, opens_at
from courses.domain.workshops import BookingState, Outcome
from courses.forms.attending import CLOSE, NOT_YET, RegisterForm, entries
from courses.services.workshops import attending
from courses.services.workshops.attending import Line, Register
from courses.store.attenders import Attender
from courses.store.workshops import Workshop
from courses.views.blueprint import blueprint
from courses.views.registers.access import reads, runs, workshop_to_read, workshop_to_run
from courses.views.workshops.words import day_words, time_words
from courses.wording import OUTCOME_WORDS
from foundation import clock
from foundation.clock import LONDON
from foundation.db import Session, db
from foundation.errors import DomainError
from foundation.formats import long_date
from foundation.stamp import Stamp
from people import auth
from people.domain import Account
from people.forms.once import act_once

CHOICES = [*((one.value, words) for one, words in OUTCOME_WORDS.items()), (NOT_YET, "Not yet known")]
STATE_WORDS = {
    BookingState.OFFERED: "Was offered a place",
    BookingState.WAITING: "Was on the waiting list",
    BookingState.LATE_CANCELLED: "Cancelled late",
}
IMPORTANT = "important"


@dataclass(frozen=True, slots=True)
class Shown:
    """Somebody on the page. `was` is what the record says, `chosen` the button that is pressed."""

    public_id: str
    name: str
    employer: str
    notes: list[str]
    was: str
    chosen: str
    words: str
    own: bool


def shown_line(line: Line, account: Account) -> Shown:
    """A line of the register in words."""
    notes = []
    if line.instead_of:
        notes.append(f"In place of {line.instead_of}")
    if line.goes_instead:
        notes.append(f"{line.goes_instead} was to come instead")
    if line.state is not None and line.state in STATE_WORDS:
        notes.append(STATE_WORDS[line.state])
    elif line.is_walk_in:
        notes.append("Came without a booking")
    if line.found is not None and line.found.arrived_at is not None:
        notes.append(f"Signed in at {line.found.arrived_at.astimezone(LONDON):%H:%M}")
    return Shown(
        line.person.public_id,
        line.person.name,
        line.person.organisation,
        notes,
        line.found.outcome.value if line.found else NOT_YET,
        line.outcome.value if line.outcome else NOT_YET,
        OUTCOME_WORDS[line.outcome] if line.outcome else "Not yet known",
        line.person.id == account.person_id,
    )


def register_part(workshop: Workshop, account: Account) -> dict[str, Any] | None:
    """What the workshop's page says of its register; None where the reader does not see it."""
    if not reads(account, workshop) or workshop.sitting.is_cancelled:
        return None
    now, register = clock.now(), attending.register_of(db.session(), workshop)
    return {
        "public_id": workshop.public_id,
        "runs": runs(account, workshop),
        "is_open": now >= opens_at(workshop.sitting),
        "door_is_open": door_is_open(workshop.sitting, now) and register.closed is None,
        "closed_on": clock.london_day(register.closed.at) if register.closed else None,
        "counts": counts_words(register),
        "guests": len(register.guests),
        "lacking": len(register.lacking),
    }


def counts_words(register: Register) -> list[tuple[str, int]]:
    """How many people have each outcome."""
    return [(OUTCOME_WORDS[outcome], len(register.of(outcome))) for outcome in Outcome]


@blueprint.route("/workshops/<public_id>/register", methods=["GET", "POST"])
@auth.signed_in
def workshop_register(public_id: str) -> str | Response | tuple[str, int]:
    """Everybody who is booked or came, with what became of each. What is known is saved; the rest comes later."""
    if request.method == "POST":
        workshop = workshop_to_run(public_id)
    else:
        workshop = workshop_to_read(public_id)
    form = RegisterForm()
    problems: list[str] = []
    if form.is_submitted():
        answer, problems = _save(form, workshop)
        if answer is not None:
            return answer
    page = _page(workshop, form, problems)
    return page, 422 if problems else 200


def _save(form: RegisterForm, workshop: Workshop) -> tuple[Response | None, list[str]]:
    """Save what was chosen: where to go from here, or why it could not be saved."""
    register = attending.register_of(db.session(), workshop)
    said = entries(request.form, {line.person.public_id: line.person.id for line in register.lines})
    if not form.validate() or said is None:
        return None, [*(message for message, _ in form.error_lines())] or ["Choose an outcome from the list"]
    late: list[Attender] = []

    def act(session: Session, stamp: Stamp) -> str:
        late.extend(attending.save(session, stamp, workshop, said))
        following = "workshop_register" if late or request.form.get("go") != CLOSE else "register_close"
        return url_for(f"courses.{following}", public_id=workshop.public_id)

    try:
        answer = act_once(form, act, "The register was saved.")
    except DomainError as error:
        return None, [str(error)]
    if late:
        names = ", ".join(one.name for one in late)
        flash(f"Changed by somebody else meanwhile, and left as it is now: {names}.", IMPORTANT)
    return answer, []


def _page(workshop: Workshop, form: RegisterForm, problems: list[str]) -> str:
    session, account, now = db.session(), auth.reader(), clock.now()
    register = attending.register_of(session, workshop)
    is_open = now >= opens_at(workshop.sitting) and not workshop.sitting.is_cancelled
    lines = [shown_line(line, account) for line in register.lines]
    if problems:
        lines = [_as_chosen(line) for line in lines]
    template = "register" if register.closed is None and is_open else "read"
    return render_template(
        f"courses/registers/{template}.html",
        problems=problems,
        workshop=workshop,
        day=day_words(workshop.sitting),
        time=time_words(workshop.sitting),
        lines=lines,
        given_up=register.given_up,
        guests=register.guests,
        counts=counts_words(register),
        lacking=len(register.lacking),
        runs=runs(account, workshop),
        door_is_open=door_is_open(workshop.sitting, now),
        **(
            {"form": form, "choices": CHOICES}
            if template == "register"
            else {
                "closed_on": long_date(clock.london_day(register.closed.at)) if register.closed else "",
                "is_open": is_open,
            }
        ),
    )


def _as_chosen(line: Shown) -> Shown:
    """The line with what was chosen and could not be saved: nothing has to be chosen twice."""
    typed = request.form.get(f"outcome-{line.public_id}", line.chosen)
    chosen = typed if typed in dict(CHOICES) else line.chosen
    return Shown(line.public_id, line.name, line.employer, line.notes, line.was, chosen, line.words, line.own)
