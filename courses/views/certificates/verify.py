"""Checking a certificate by its number: open to everybody, and no use to anybody who guesses (promise S17)."""

from dataclasses import replace
from datetime import date, timedelta

from flask import current_app, redirect, render_template, url_for
from werkzeug.wrappers import Response

from courses.domain.certificates import Standing, printed, read_number
from courses.forms.certificates import CHECK_THE_NUMBER, NumberForm, SurnameForm
from courses.services.verifying import Truth, is_surname, truth_of
from courses.views.blueprint import blueprint
from courses.wording import STANDING_TONES, STANDING_WORDS
from foundation import clock
from foundation.db import db
from foundation.formats import long_date
from people import auth
from people.services.limits import Limit, Taken

TRIES = Limit("verify.address", 10, timedelta(minutes=1))
"""Numbers looked up, surnames typed and files checked from one network, right or wrong."""


SURNAMES = Limit("verify.number", 10, timedelta(hours=1))
"""Wrong surnames typed for one certificate, from all networks together: surnames that are common are few."""


def sees_names() -> bool:
    """Whether the reader sees everybody by name in any case: then nothing is left to guess (authorization matrix)."""
    account = auth.account()
    return account is not None and account.sees_everybody


def count_try() -> None:
    """Count a try before anything is looked up; answers 429 where there were too many."""
    if not sees_names():
        auth.refuse_while(auth.take([(TRIES, auth.network_subject())]).wait)


def _count_surname(number: str) -> Taken | None:
    """Count a surname before it is compared; answers 429 where too many were wrong. Whoever sees names guesses none."""
    if sees_names():
        return None
    taken = auth.take([(SURNAMES, auth.thing_subject("certificate", number))])
    auth.refuse_while(taken.wait)
    return taken


@blueprint.route("/verify", methods=["GET", "POST"])
@auth.public
def verify() -> str | Response | tuple[str, int]:
    """Ask for the number."""
    form = NumberForm()
    if form.validate_on_submit():
        number = read_number(form.number.data)
        if number is not None:
            return redirect(url_for("courses.verify_number", number=number))
        form.refuse(CHECK_THE_NUMBER)
    return _asking(form), 422 if form.errors else 200


def _asking(form: NumberForm) -> str:
    return render_template("courses/certificates/verify.html", form=form)


@blueprint.route("/verify/<number>", methods=["GET", "POST"])
@auth.public
def verify_number(number: str) -> str | tuple[str, int]:
    """Say what the register says. A number that is none is answered before anything is counted or looked up."""
    read = read_number(number[:100])
    if read is None:
        form = NumberForm()
        form.number.data = number[:40]
        form.refuse(CHECK_THE_NUMBER)
        return _asking(form), 404
    count_try()
    truth, surname = truth_of(db.session(), read, clock.today()), SurnameForm()
    is_known = sees_names() and truth.name != ""
    if surname.validate_on_submit():
        taken = _count_surname(read) if surname.surname.data else None
        # Asked of an unknown number as well, and of everybody in the same time.
        found = is_surname(truth.name, surname.surname.data)
        if not surname.surname.data:
            surname.refuse("Enter the surname on the certificate")
        elif not found:
            surname.refuse("That is not the surname on the certificate. Check it and try again")
        elif taken is not None:
            auth.give_back(taken)
        is_known = is_known or found
    page = render_template(
        "courses/certificates/verify_number.html",
        form=surname,
        **shown(truth, with_name=is_known),
    )
    return page, 422 if surname.errors else 200


def shown(truth: Truth, *, with_name: bool) -> dict[str, object]:
    """What the pages say of a number. The name leaves the truth here, unless it may be read."""
    said = truth.certificate
    known = truth.standing is not Standing.UNKNOWN
    rows: list[tuple[str, str]] = [("Number", printed(truth.number))]
    if known:
        rows.append(("Name" if with_name else "Initials", truth.name if with_name else truth.initials))
    if said is not None:
        rows += [
            ("Course", said.course_title),
            ("Completed on", long_date(said.completed_on)),
            ("Valid until", long_date(said.valid_until) if said.valid_until else "Does not expire"),
        ]
    if known and truth.issued_at is not None:
        rows.append(("Issued by", truth.council))
        rows.append(("Issued on", long_date(clock.london_day(truth.issued_at))))
    return {
        "truth": replace(truth, name=truth.name if with_name else ""),
        "status": STANDING_WORDS[truth.standing],
        "tone": STANDING_TONES[truth.standing],
        "sentence": sentence(truth, clock.today()),
        "rows": rows,
        "entries": [
            (one.entry, STANDING_WORDS[one.standing], STANDING_TONES[one.standing]) for one in truth.entries
        ],
        "with_name": with_name,
        "host": current_app.config["BASE_URL"],
    }


def sentence(truth: Truth, today: date) -> str:
    """What holds, in a sentence (bad inputs V02 to V04)."""
    what = "training passport" if truth.is_passport else "certificate"
    ended = clock.london_day(truth.ended_at) if truth.ended_at is not None else truth.ended_on
    on = f" on {long_date(ended)}" if ended is not None and ended <= today else ""
    said = truth.certificate
    if truth.standing is Standing.UNKNOWN:
        return "We have no certificate or training passport with this number."
    if truth.standing is Standing.REVOKED:
        return f"This {what} was withdrawn{on}. It is no longer valid."
    if truth.standing is Standing.SUPERSEDED:
        return f"This {what} was replaced by a newer one{on}. Ask to see the newer one."
    if truth.is_passport:
        if truth.standing is Standing.EXPIRED:
            return "This training passport was issued by us, but nothing in it is valid today."
        return "This training passport was issued by us. What in it is valid today is listed below."
    if truth.standing is Standing.EXPIRED and said is not None and said.valid_until is not None:
        return f"This certificate was valid until {long_date(said.valid_until)}. It has expired."
    return "This certificate is valid."
