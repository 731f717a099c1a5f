"""The shape of what people type, and the words for what is wrong with it."""

from flask_wtf import FlaskForm
from wtforms import EmailField, HiddenField, PasswordField
from wtforms.validators import DataRequired, Length


class PageForm(FlaskForm):
    """A form of a page: its errors become the lines of the error summary, each leading to its input."""

    def error_lines(self) -> list[tuple[str, str]]:
        """(message, id of the input) in the order of the inputs; at most one for each."""
        lines = [(str(field.errors[0]), str(field.id)) for field in self if field.errors]
        return [(str(message), str(next(iter(self)).id)) for message in self.form_errors] + lines


class SignInForm(PageForm):
    """E-mail and password. `next` is the page that asked for the sign-in; the view judges it."""

    email = EmailField(
        "Email address",
        [DataRequired("Enter your email address"), Length(max=254, message="Enter a shorter email address")],
    )
    password = PasswordField("Password", [DataRequired("Enter your password")])
    next = HiddenField()

    def refuse(self) -> None:
        """Say that the two do not belong together, and never which of them is wrong."""
        self.email.errors = [*self.email.errors, "Email address or password is not right"]
