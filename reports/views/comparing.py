"""Why the figures moved from one kept report to another: by reason, and by person."""

from flask import render_template, request

from compliance.services.bridge import Moved
from compliance.wording import REASON_WORDS
from foundation.db import db
from foundation.errors import NotFound
from people import auth
from reports.services import freezing
from reports.views.blueprint import blueprint
from reports.views.frozen import READS, opened
from reports.views.moments import moment

MOST_PEOPLE = 500
"""People named on the page; the bridge of the figures pages lists and exports them all."""


@blueprint.get("/reports/compare")
@auth.only_for(*READS)
def compare() -> str:
    """From the first to the second."""
    account = auth.reader()
    names = [request.args.get(name, "") for name in ("first", "second")]
    if not all(names):
        raise NotFound("Choose two reports to compare.")
    (before, *_), (after, *_) = (opened(account, name) for name in names)
    moved: list[Moved] = []
    people = 0

    def note(one: Moved) -> None:
        nonlocal people
        people += 1
        if len(moved) < MOST_PEOPLE:
            moved.append(one)

    bridges = freezing.compare(db.session(), before, after, note)
    return render_template(
        "reports/compare.html",
        before=before,
        after=after,
        bridges=bridges,
        moved=moved,
        people=people,
        moment=moment,
        reasons=REASON_WORDS,
    )
