"""Signing in: what people type, and the words for what is wrong with it."""

from wtforms import EmailField, HiddenField, PasswordField
from wtforms.validators import DataRequired, Length

from people.forms.page_form import PageForm


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

    def slow_down(self, minutes: int) -> None:
        """Say that there were too many tries, and what may be done instead of waiting (bad input G03)."""
        wait = "1 minute" if minutes == 1 else f"{minutes} minutes"
        self.email.errors = [*self.email.errors, f"Too many tries. Wait {wait}, or set a new password."]
