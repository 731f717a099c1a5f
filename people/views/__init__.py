"""The pages about people and accounts: signing in and out, one's own account, accounts of others, records."""

from people.views import account, answering, delegates, details, links, second_step, sign_in
from people.views.accounts import entry, listing
from people.views.blueprint import blueprint
from people.views.records import absences, posts
from people.views.records import details as records

__all__ = [
    "absences",
    "account",
    "answering",
    "blueprint",
    "delegates",
    "details",
    "entry",
    "links",
    "listing",
    "posts",
    "records",
    "second_step",
    "sign_in",
]
