"""Links to set a password: what people type to get and to use one, and the words of the messages that carry it."""

from datetime import datetime

from flask import current_app
from wtforms import EmailField, PasswordField
from wtforms.validators import DataRequired, Length, Regexp

from foundation.clock import LONDON
from foundation.formats import long_date
from people.forms.once import OnceForm
from people.forms.page_form import PageForm
from people.services.links import VALID, Kind

EMAIL_WANTED = "Enter an email address in the correct format, like name@example.com"


class GetLinkForm(OnceForm):
    """The work e-mail of whoever comes for the first time, or has forgotten the password."""

    email = EmailField(
        "Work email address",
        [
            DataRequired("Enter your work email address"),
            Length(max=254, message="Enter a shorter email address"),
            Regexp(r"[^\s@]+@[^\s@]+\Z", message=EMAIL_WANTED),
        ],
        filters=[lambda typed: typed.strip() if typed else typed],
    )


class SetPasswordForm(PageForm):
    """The new password, once: whoever wants to see it can show it."""

    password = PasswordField("New password", [DataRequired("Enter a new password")])

    def refuse(self, problem: str) -> None:
        """Say why this password will not do."""
        self.password.errors = [*self.password.errors, problem]


def own_names() -> tuple[str, str]:
    """The names of the council and of the service, which nobody should choose as a password."""
    names = current_app.jinja_env.globals
    return str(names["council_name"]), str(names["service_name"])


def address_of(endpoint: str, **values: str) -> str:
    """A page's address as a message gives it. The host is BASE_URL's, whatever host was asked for (promise S9)."""
    path = current_app.url_map.bind("").build(endpoint, values)
    return f"{current_app.config['BASE_URL']}{path}"


def link_address(token: str) -> str:
    """The address of a link to set a password."""
    return address_of("people.set_password", token=token)


def until_words(moment: datetime) -> str:
    """A moment as people here tell it.

    >>> from datetime import UTC
    >>> until_words(datetime(2026, 5, 8, 12, 5, tzinfo=UTC))
    '13:05 on 8 May 2026'
    """
    local = moment.astimezone(LONDON)
    return f"{local:%H:%M} on {long_date(local.date())}"


def words(kind: Kind, token: str, expires_at: datetime) -> tuple[str, str]:
    """Subject and body of the message that carries a link: templates/emails/<kind>, as plain text."""
    values = {
        "link": link_address(token),
        "until": until_words(expires_at),
        "days": VALID[kind].days,
        "minutes": VALID[kind].seconds // 60,
        "get_link": address_of("people.get_link"),
    }
    environment = current_app.jinja_env
    subject, body = (
        environment.get_template(f"emails/{kind.value}/{part}.txt").render(values)
        for part in ("subject", "body")
    )
    return subject, f"{body}\n"
