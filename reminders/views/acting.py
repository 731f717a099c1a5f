"""What the pages have in common that ask whether something is meant before they do it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import render_template
from werkzeug.wrappers import Response

from foundation.db import Session
from foundation.errors import DomainError, NotFound
from foundation.stamp import Stamp
from people.forms.once import OnceForm, act_once

Page = str | Response | tuple[str, int]


@dataclass(frozen=True, slots=True)
class Check:
    """A page that asks first. `rows`: what it is about, as (name, value); `means`: what happens then.

    `can_send`: whether there is anything to be done; without it the page says why not, and has no button.
    """

    title: str
    button: str
    means: Sequence[str]
    notice: str
    back_href: str
    back_text: str
    rows: Sequence[tuple[str, str]] = ()
    caption: str = ""
    warning: bool = True
    can_send: bool = True


def ask_first(form: OnceForm, check: Check, act: Callable[[Session, Stamp], str]) -> Page:
    """Show the check page; once it is sent, act at most once and go on to the address that `act` gives back.

    What has changed meanwhile is refused with 409 and the reason, and the page can be left by its back link.
    """
    problems: list[tuple[str, str | None]] = []
    status = 200
    if form.is_submitted():
        if form.validate():
            try:
                return act_once(form, act, check.notice)
            except NotFound:
                raise
            except DomainError as error:
                problems, status = [(str(error), None)], 409
        else:
            problems, status = list(form.error_lines()), 422
    page = render_template(
        "reminders/check.html",
        form=form,
        check=check,
        problems=problems,
        can_send=check.can_send and status != 409,
    )
    return (page, status) if status != 200 else page
