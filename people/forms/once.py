"""Forms that change something carry a key, so that a double click or the back button changes it once."""

from collections.abc import Callable

from flask import flash, redirect
from werkzeug.wrappers import Response
from wtforms import HiddenField
from wtforms.validators import Length

from foundation.clock import LONDON
from foundation.db import Session, db, transaction
from foundation.formats import long_date
from foundation.once import KEY_LENGTH, done_before, new_key, remember
from foundation.stamp import Stamp
from people import auth
from people.forms.page_form import PageForm

NOTICE = "success"
"""The kind of flashed message that the frame shows as a notification banner."""


class KeyField(HiddenField):
    """The key of a form. A form that is sent without one has none: it must not act as if it were a new one."""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = valuelist[0] if valuelist else ""


class OnceForm(PageForm):
    """A form that acts at most once however often it is sent. Its template writes `form.once()` out."""

    once = KeyField(
        default=new_key,
        validators=[Length(KEY_LENGTH, KEY_LENGTH, message="Open this page again and send it from there")],
    )


def act_once(form: OnceForm, act: Callable[[Session, Stamp], str], notice: str) -> Response:
    """Do what the form asks in one transaction, and lead to the page whose address `act` gives back.

    Sent a second time by the same account, nothing is done: the same page says that it was saved, and when. The notice
    is empty where that page says so by itself. What `act` raises is the caller's to show; nothing is kept then, so the
    mended form may be sent with the same key.
    """
    key = str(form.once.data)
    with transaction(db.session()) as session:
        stamp = auth.stamp()
        before = done_before(session, stamp, key)
        led_to = before.led_to if before else act(session, stamp)
        if before is None:
            remember(session, stamp, key, led_to)
    if before is not None:
        when = before.at.astimezone(LONDON)
        flash(f"This was saved already, on {long_date(when.date())} at {when:%H:%M}.", NOTICE)
    elif notice:
        flash(notice, NOTICE)
    return redirect(led_to)
