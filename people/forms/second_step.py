"""Two-step sign-in: what people type, and the words for what is wrong with it (promises G08)."""

import re

from wtforms import HiddenField, PasswordField, StringField, ValidationError
from wtforms.validators import DataRequired, Length

from people.forms.page_form import PageForm

CODE_WANTED = "Enter the 6 digits of the security code"
CODE_WRONG = "The security code is not right, or was used already. Enter the one that the app shows now."
RECOVERY_CODE_WANTED = "Enter one of your recovery codes"
RECOVERY_CODE_WRONG = "The recovery code is not right, or was used already. Enter another one."
LONGEST_RECOVERY_CODE = 40  # twelve characters, and whatever blanks and hyphens people put between them
_CODE = re.compile(r"[0-9]{6}")


def _six_digits(_form: "CodeForm", field: StringField) -> None:
    if _CODE.fullmatch(field.data) is None:
        raise ValidationError(CODE_WANTED)


def _closed_up(typed: str | None) -> str:
    """The code without the blanks and hyphens that apps show and people copy.

    >>> _closed_up(" 123 456 ")
    '123456'
    """
    return re.sub(r"[\s-]", "", typed or "")


class CodeForm(PageForm):
    """The security code that the authenticator app shows. `next` is the page that is wanted; the view judges it."""

    code = StringField("Security code", [_six_digits], filters=[_closed_up])
    next = HiddenField()

    def refuse(self) -> None:
        """Say that the code does not open the door, and not whether it is wrong, old or used."""
        self.code.errors = [*self.code.errors, CODE_WRONG]


class RecoveryCodeForm(PageForm):
    """One of the codes that were kept for the day on which the telephone is lost."""

    recovery_code = StringField(
        "Recovery code",
        [
            DataRequired(RECOVERY_CODE_WANTED),
            Length(max=LONGEST_RECOVERY_CODE, message=RECOVERY_CODE_WANTED),
        ],
    )
    next = HiddenField()

    def refuse(self) -> None:
        """Say that the code does not open the door."""
        self.recovery_code.errors = [*self.recovery_code.errors, RECOVERY_CODE_WRONG]


class PasswordAgainForm(PageForm):
    """The password once more, before the ways to sign in are changed (ASVS 7.5.1)."""

    password = PasswordField("Your password", [DataRequired("Enter your password")])
    next = HiddenField()

    def refuse(self) -> None:
        """Say that this is not the password."""
        self.password.errors = [*self.password.errors, "The password is not right"]


class KeptForm(PageForm):
    """The recovery codes are kept somewhere safe."""

    next = HiddenField()
