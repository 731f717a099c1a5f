"""What the pages have in common that ask once more before they act."""

from collections.abc import Callable

from werkzeug.wrappers import Response

from foundation.db import Session
from foundation.errors import DomainError, NotFound
from foundation.stamp import Stamp
from people.forms.once import OnceForm, act_once


def act_if_sent(
    form: OnceForm,
    act: Callable[[Session, Stamp], str],
    notice: str = "",
    words: Callable[[DomainError], str] = str,
) -> tuple[Response | None, list[str]]:
    """Act at most once if the form was sent: where to go from here, or why it could not be done, in `words`.

    Neither where the form was not sent. NotFound is not a problem to show: the page does not exist for this reader.
    """
    problems: list[str] = []
    if form.validate_on_submit():
        try:
            return act_once(form, act, notice), []
        except NotFound:
            raise
        except DomainError as error:
            problems = [words(error)]
    return None, problems + [message for message, _ in form.error_lines()]
