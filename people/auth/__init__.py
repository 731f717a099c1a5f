"""Who is behind a request, and which pages that opens (docs/security.md).

`guards` says who may use a view, `identity` knows whose browser it is, `browsers` what is known of the browser itself,
`idle` how long it may rest, `typed_by` whose page a form came from, `tries` how often something was tried, `targets`
where a sign-in may lead. Views write `auth.signed_in`, `auth.reader()` and so on.
"""

from people.auth.browsers import device, know_device
from people.auth.guards import (
    IMPORTANT,
    ask_for_step,
    ask_to_sign_in,
    first_step,
    goal,
    install,
    only_for,
    page_again,
    public,
    reader,
    signed_in,
)
from people.auth.identity import (
    LONGEST_SESSION,
    account,
    begin,
    end,
    holder,
    lacks_second_step,
    oldest_session,
    stamp,
)
from people.auth.targets import safe_next
from people.auth.tries import (
    confirmed_hash,
    email_subject,
    give_back,
    network_subject,
    password_is_right,
    refuse_while,
    seconds,
    sign_in_tries,
    subject,
    take,
    thing_subject,
)
from people.auth.typed_by import is_mark_of, typed_by

__all__ = [
    "IMPORTANT",
    "LONGEST_SESSION",
    "account",
    "ask_for_step",
    "ask_to_sign_in",
    "begin",
    "confirmed_hash",
    "device",
    "email_subject",
    "end",
    "first_step",
    "give_back",
    "goal",
    "holder",
    "install",
    "is_mark_of",
    "know_device",
    "lacks_second_step",
    "network_subject",
    "oldest_session",
    "only_for",
    "page_again",
    "password_is_right",
    "public",
    "reader",
    "refuse_while",
    "safe_next",
    "seconds",
    "sign_in_tries",
    "signed_in",
    "stamp",
    "subject",
    "take",
    "thing_subject",
    "typed_by",
]
