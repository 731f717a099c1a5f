"""The pages about accounts: signing in and out."""

from people.views import account, delegates, details, links, second_step, sign_in
from people.views.blueprint import blueprint

__all__ = ["account", "blueprint", "delegates", "details", "links", "second_step", "sign_in"]
