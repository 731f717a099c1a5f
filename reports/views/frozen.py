"""Reports that were kept: the list, and each as it was, in any format."""

from flask import Response, render_template

from foundation.db import db
from foundation.errors import DomainError, NotFound
from people import auth
from people.domain import Account, Permission
from reports import store
from reports.domain.charts import charts_of
from reports.domain.description import Report, Table, text_of
from reports.domain.part import NOT_PUBLISHED
from reports.domain.suppression import publishable
from reports.render_page import heading_of
from reports.services import building, freezing
from reports.store import Frozen
from reports.views.blueprint import blueprint
from reports.views.files import FORMAT_WORDS, file_of, format_of, on_page
from reports.views.moments import moment
from reports.views.titles import titled

READS = (Permission.LEARNING, Permission.COORDINATOR, Permission.AUDITOR)
"""Kept reports are of everybody."""


def opened(account: Account, public_id: str) -> tuple[Frozen, Report, Table]:
    """A kept report that this account may read. Raises NotFound where there is none."""
    kept, report, behind = freezing.opened(db.session(), public_id)
    if kept.public_id != public_id or kept.report not in {one.key for one in building.offered(account)}:
        raise NotFound("There is no such report.")
    return kept, building.as_read_by(account, report), behind


@blueprint.get("/reports/kept")
@auth.only_for(*READS)
def kept_reports() -> str:
    """All reports that were kept, the newest first."""
    found = store.frozen_reports(db.session(), [one.key for one in building.offered(auth.reader())])
    return render_template("reports/kept.html", kept=found, title_of=titled(), moment=moment)


@blueprint.get("/reports/kept/<public_id>")
@auth.only_for(*READS)
def frozen(public_id: str) -> str:
    """A report as it was when it was kept."""
    account = auth.reader()
    kept, report, behind = opened(account, public_id)
    others = [
        one
        for one in store.frozen_reports(db.session(), [one.key for one in building.offered(account)])
        if one.id != kept.id and one.unit_id == kept.unit_id
    ]
    return render_template(
        "reports/frozen.html",
        kept=kept,
        report=on_page(report),
        behind=len(behind.rows),
        others=others,
        title_of=titled(),
        moment=moment,
        publishes=building.is_publishable(kept.report) and kept.unit_id is None,
        not_published=NOT_PUBLISHED if building.is_publishable(kept.report) and kept.unit_id else "",
        formats=FORMAT_WORDS,
        text_of=text_of,
        chart_of=charts_of,
        heading_of=heading_of,
    )


@blueprint.get("/reports/kept/<public_id>.<form>")
@auth.only_for(*READS)
def frozen_file(public_id: str, form: str) -> Response:
    """The same as a file, with the bytes that it always had."""
    _, report, _ = opened(auth.reader(), public_id)
    return _file(report, form)


@blueprint.get("/reports/kept/<public_id>/public.<form>")
@auth.only_for(*READS)
def frozen_public_file(public_id: str, form: str) -> Response:
    """The version of it that may be published."""
    kept, report, _ = opened(auth.reader(), public_id)
    if kept.unit_id is not None:
        raise DomainError(NOT_PUBLISHED)
    if not building.is_publishable(kept.report):
        raise NotFound("A list of people is not published.")
    return _file(publishable(report), form)


@blueprint.get("/reports/kept/<public_id>/people.<form>")
@auth.only_for(*READS)
def frozen_people(public_id: str, form: str) -> Response:
    """The people behind its figures, as they were."""
    account = auth.reader()
    _, report, behind = opened(account, public_id)
    return _file(building.as_read_by(account, freezing.people_behind(report, behind)), form)


def _file(report: Report, form: str) -> Response:
    chosen = format_of(form)
    if chosen is None:
        raise NotFound("There is no such file.")
    return file_of(report, chosen)
