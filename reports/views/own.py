"""One's own report and that of one's own team as files: from the pages "My training" and "My team"."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Response

from compliance.views.team import asked
from foundation import clock
from foundation.db import db
from people import auth
from people.services import record
from people.views.own import no_record
from reports.domain.description import Format
from reports.services import building
from reports.views.blueprint import blueprint
from reports.views.catalogue import council
from reports.views.files import file_of

View = TypeVar("View", bound=Callable[..., Any])


def _in_every_format(path: str) -> Callable[[View], View]:
    """An address for each format, so that no other is answered."""

    def routed(view: View) -> View:
        for form in sorted(Format):
            blueprint.get(f"{path}.{form.value}", defaults={"form": form.value})(view)
        return view

    return routed


@_in_every_format("/my-training/report")
@auth.signed_in
def my_requirements(form: str) -> Response | tuple[str, int]:
    """The reader's own record, and nobody else's."""
    account = auth.reader()
    if account.person_id is None:
        return no_record()
    return _file("my-requirements", account.person_id, form)


@_in_every_format("/my-team/report")
@auth.signed_in
def my_team(form: str) -> Response:
    """The team that the page "My team" shows, by its choice of whose and of how far down; all of its lines."""
    found = asked(db.session())
    return _file("my-team", found.manager_id, form, below=found.below)


def _file(key: str, person_id: int, form: str, *, below: bool = False) -> Response:
    session, account = db.session(), auth.reader()
    of = record.details(session, person_id).person_ref
    report = building.build(
        session, key, clock.today(), clock.now(), account.email, council(), of=of, below=below
    )
    return file_of(report, Format(form), is_chosen=False)
