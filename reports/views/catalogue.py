"""The catalogue of reports, and each report as a page of any day; with its files, and the button that keeps it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import Response, abort, current_app, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from compliance.views.reach import Reach, figures_reach
from foundation import clock
from foundation.db import Session, db
from foundation.errors import DomainError, NotFound
from foundation.stamp import Stamp
from people import auth
from people.domain import Account, Permission
from people.forms.once import act_once
from people.forms.typed_day import TypedDay, typed_day
from people.store import Unit, tree
from reports import store
from reports.domain.asking import Definition, Group, Of
from reports.domain.charts import charts_of
from reports.domain.commentary import is_commented
from reports.domain.description import Report, text_of
from reports.domain.part import NOT_PUBLISHED
from reports.domain.suppression import publishable
from reports.forms.choosing import ChooseForm
from reports.forms.freezing import FreezeForm
from reports.render_page import heading_of
from reports.services import building, freezing
from reports.services.catalogue import GROUPS
from reports.services.parts import part_of
from reports.views import choosing
from reports.views.blueprint import blueprint
from reports.views.choosing import OF_PEOPLE, Chosen, Offered
from reports.views.files import FORMAT_WORDS, file_of, format_of, on_page
from reports.views.titles import titled

KEEPS = (Permission.LEARNING, Permission.COORDINATOR)
"""Who may keep a report for good."""
CHOOSES = (Permission.LEARNING, Permission.COORDINATOR, Permission.AUDITOR)
"""Who may see anybody by name, and so the report of anybody."""
READS = (Permission.LEARNING, Permission.COORDINATOR, Permission.AUDITOR, Permission.PARTNER_LEAD)


@dataclass(frozen=True, slots=True)
class Asked:
    """A report as the address asks for it."""

    definition: Definition
    day: TypedDay
    public: bool
    chosen: Chosen
    reach: Reach | None = None
    unit: Unit | None = None

    @property
    def where(self) -> dict[str, str]:
        """The same, for links."""
        found = {"key": self.definition.key}
        if self.day.value:
            found["as_at"] = self.day.value.isoformat()
        if self.unit:
            found["unit"] = self.unit.public_id
        return found | self.chosen.where | ({"public": "1"} if self.public else {})

    @property
    def unit_options(self) -> list[tuple[str, str]]:
        """The organisations and units to choose from; none for a report that is not made of one."""
        return [] if self.reach is None or self.public else self.reach.unit_options(self.unit)


def asked(account: Account, key: str) -> Asked:
    """Read the address.

    Raises NotFound for a report, an organisation or a unit that is not for this account, and DomainError where it asks
    for a part of the council that the report is not made of, or that is not published.
    """
    definition = next((one for one in building.offered(account) if one.key == key), None)
    if definition is None:
        raise NotFound("There is no such report.")
    day = typed_day("as_at", "Date", request.values, clock.today())
    of, scope = request.values.get("of", ""), request.values.get("scope", "")
    unit_id, wants_public = request.values.get("unit", ""), request.values.get("public") == "1"
    if unit_id and not definition.takes_part:
        raise DomainError(building.of_the_whole(definition))
    reach = _reach(account) if definition.takes_part else None
    unit = reach.unit(unit_id) if reach else None
    if unit is not None and wants_public:
        raise DomainError(NOT_PUBLISHED)
    return Asked(
        definition,
        day,
        may_publish(account, definition) and wants_public,
        choosing.chosen(db.session(), account, definition.of, of, scope),
        reach,
        unit,
    )


def _reach(account: Account) -> Reach:
    """The units of which this reader may have a report: those whose figures they see."""
    return figures_reach(db.session(), account, clock.today(), tree(db.session()).units)


def may_publish(account: Account, definition: Definition) -> bool:
    """Whether a reader's report has a version for the public.

    That of a partner lead has none: it is of some organisations, and published beside that of everybody it would give
    away by subtraction what either holds back.
    """
    return definition.is_publishable and not building.is_narrowed(account)


def made(account: Account, found: Asked, day: date) -> Report:
    """The report of a day for this reader."""
    report = building.build_for(
        db.session(),
        account,
        found.definition.key,
        day,
        clock.now(),
        account.email,
        council(),
        found.chosen.of,
        found.chosen.below,
        part_of(found.unit),
    )
    return publishable(report) if found.public else report


def council() -> str:
    """Whose reports these are."""
    return str(current_app.config["COUNCIL_NAME"])


@blueprint.get("/reports")
@auth.only_for(*READS)
def catalogue() -> str:
    """Which reports there are for this reader, and those kept last."""
    account = auth.reader()
    kept = []
    if account.sees_everybody:
        kept = store.frozen_reports(db.session(), [one.key for one in building.offered(account)])[:LATEST]
    return render_template(
        "reports/catalogue.html",
        groups=grouped(building.offered(account)),
        kept=kept,
        title_of=titled(),
    )


GROUP_WORDS = {
    Group.FIGURES: "Figures",
    Group.NAMES: "People by name",
    Group.TRAINING: "Training and evidence",
    Group.UPKEEP: "Upkeep of the record",
}


def grouped(definitions: Sequence[Definition]) -> list[tuple[str, list[Definition]]]:
    """Reports under the headings of their groups; a group that holds none for this reader is left out."""
    inside = [
        (words, [one for one in GROUPS[group] if one in definitions]) for group, words in GROUP_WORDS.items()
    ]
    return [(words, found) for words, found in inside if found]


LATEST = 5
"""Kept reports shown on the first page."""


@blueprint.get("/reports/<key>")
@auth.only_for(*READS)
def report(key: str) -> str | tuple[str, int]:
    """One report as at a day."""
    return _page(asked(auth.reader(), key), FreezeForm())


@blueprint.post("/reports/<key>/choose")
@auth.only_for(*CHOOSES)
def choose(key: str) -> str | tuple[str, int]:
    """The people whom the words mean that were looked for, each with the report of them. Nothing is written."""
    account, form = auth.reader(), ChooseForm()
    found = asked(account, key)
    if found.definition.of not in OF_PEOPLE:
        raise NotFound("There is no such report.")
    offered = None
    if form.validate_on_submit():
        offered = choosing.looked_for(db.session(), account, str(form.looked_for.data))
    return _page(found, FreezeForm(), choose=form, offered=offered)


@blueprint.post("/reports/<key>")
@auth.only_for(*KEEPS)
def keep_report(key: str) -> Answer | tuple[str, int] | str:
    """Keep a report of a day for good."""
    account, form = auth.reader(), FreezeForm()
    if account.only_reads:
        abort(403)
    found = asked(account, key)
    problems: list[str] = []
    if form.validate_on_submit():
        try:
            return _keep(form, account, found)
        except NotFound:
            raise
        except DomainError as error:
            problems = [str(error)]
    return _page(found, form, problems + [message for message, _ in form.error_lines()])


def _page(
    found: Asked,
    form: FreezeForm,
    problems: Sequence[str] = (),
    choose: ChooseForm | None = None,
    offered: Offered | None = None,
) -> str | tuple[str, int]:
    account, day, of = auth.reader(), found.day.value, found.definition.of
    errors: list[tuple[str, str | None]] = []
    if found.day.error:
        errors.append((found.day.error, found.day.first_wrong))
    errors += [(one, None) for one in problems]
    errors += choose.error_lines() if choose else []
    page = render_template(
        "reports/report.html",
        report=on_page(made(account, found, day)) if day and not found.day.error else None,
        definition=found.definition,
        day=found.day,
        public=found.public,
        may_publish=may_publish(account, found.definition) and found.unit is None,
        not_published=NOT_PUBLISHED if may_publish(account, found.definition) and found.unit else "",
        unit_options=found.unit_options,
        unit=found.unit.public_id if found.unit else "",
        where=found.where,
        form=form,
        commented=account.sees_everybody
        and found.unit is None
        and is_commented(found.definition.key)
        and (day or clock.today()) <= clock.today(),
        may_keep=is_kept(found.definition)
        and bool(account.permissions & set(KEEPS))
        and not (account.only_reads or found.public),
        chosen=found.chosen,
        choose=(choose or ChooseForm()) if of in OF_PEOPLE else None,
        hint=choosing.hint(account),
        offered=offered,
        workshops=choosing.workshop_options(day or clock.today(), found.chosen.of)
        if of is Of.WORKSHOP
        else [],
        errors=errors,
        formats=FORMAT_WORDS,
        text_of=text_of,
        chart_of=charts_of,
        heading_of=heading_of,
    )
    return (page, 422) if errors else page


def is_kept(definition: Definition) -> bool:
    """Whether a report is one that is kept for good: not of one person, team or workshop, and of no endless list."""
    return definition.of is Of.ALL and not definition.is_streamed


def _keep(form: FreezeForm, account: Account, found: Asked) -> Answer:
    day = found.day.value
    if day is None or found.day.error:
        raise DomainError("Enter the day of the report as day, month and year.")
    if day > clock.today():
        raise DomainError("Choose a day that is over, or today. Of a day to come nothing is known yet.")
    if not is_kept(found.definition):
        raise DomainError("This report is made anew each time, and never kept.")
    ready = freezing.make_ready(
        db.session(),
        clock.now(),
        found.definition.key,
        day,
        account.email,
        council(),
        found.unit.id if found.unit else None,
    )

    def act(session: Session, stamp: Stamp) -> str:
        return url_for("reports.frozen", public_id=freezing.keep(session, stamp, ready).public_id)

    return act_once(form, act, "")


@blueprint.get("/reports/<key>.<form>")
@auth.only_for(*READS)
def report_file(key: str, form: str) -> Response:
    """The same report as a file."""
    account = auth.reader()
    found, chosen = asked(account, key), format_of(form)
    if chosen is None or found.day.value is None or found.day.error:
        raise NotFound("There is no such file.")
    return file_of(made(account, found, found.day.value), chosen)
