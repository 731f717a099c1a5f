"""Where a sign-in may lead: to pages of our own and nowhere else (promise S12)."""

import re

from flask import current_app
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

LONGEST_TARGET = 2000
# What the addresses of our own pages are made of. Anything else cannot be one of them: control characters,
# backslashes, a second slash, an encoded anything in the path.
_LOCAL = re.compile(r"/(?:[A-Za-z0-9_.-]+/?)*(?:\?[A-Za-z0-9_.~%=&+,:*>/-]*)?")


def safe_next(target: str | None) -> str | None:
    """`target` when it is the address of one of our own pages, else None.

    "Begins with one slash" is not enough: a browser drops tabs and new lines, and takes a backslash for a
    slash. So only the characters of our own addresses pass, and the path must lead to a page of ours.
    """
    if not target or len(target) > LONGEST_TARGET or not _LOCAL.fullmatch(target):
        return None
    path = target.partition("?")[0]
    try:
        current_app.url_map.bind("").match(path, method="GET")
    except (HTTPException, RequestRedirect):
        return None
    return target
