"""Changing one's password: what people type, and the words for what is wrong with it (promise S6)."""

from wtforms import PasswordField
from wtforms.validators import DataRequired, InputRequired

from people.domain import Account
from people.forms.links import own_names
from people.forms.once import OnceForm
from people.services.passwords import SHORTEST_OF_THOSE_WHO_SEE_OTHERS, SHORTEST_PASSWORD, problem_with


class ChangePasswordForm(OnceForm):
    """The password that holds and the one that is to hold; each once, as both can be shown while they are typed."""

    current = PasswordField("Current password", [DataRequired("Enter your current password")])
    new = PasswordField("New password", [InputRequired("Enter a new password")])

    def accepts_new(self, account: Account) -> bool:
        """Whether the new password will do for this account; where not, the form says why."""
        problem = problem_with(
            self.new.data, email=account.email, sees_others=account.sees_others, names=own_names()
        )
        if problem is None and self.new.data == self.current.data:
            problem = "Choose a new password that is not your current one"
        if problem is not None:
            self.new.errors = [*self.new.errors, problem]
        return problem is None

    def refuse(self) -> None:
        """Say that the current password is another one."""
        self.current.errors = [*self.current.errors, "Current password is not right"]


def shortest_for(account: Account) -> int:
    """How many characters a new password of this account needs."""
    return SHORTEST_OF_THOSE_WHO_SEE_OTHERS if account.sees_others else SHORTEST_PASSWORD
