"""What was loaded and by whom, and the beginning of another file."""

import hashlib
from dataclasses import replace
from datetime import date, timedelta
from http import HTTPStatus

from flask import Response, abort, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from compliance.forms.importing import UploadForm
from compliance.services.importing import history, runs
from compliance.services.importing.kinds import BATCH_TITLES, FILE_KINDS, FileKind, Said
from compliance.services.importing.reach import (
    is_open_to,
    kept_of,
    loadable,
    organisations_of,
    sees_batches_of,
)
from compliance.services.importing.runs import KEPT_DAYS
from compliance.services.importing.sweeping import sweep
from compliance.views.blueprint import blueprint
from compliance.views.importing.launching import import_folder, launch
from compliance.views.importing.words import MAP_WORDS, batch_rows, moment_words, run_line
from compliance.views.lines import csv_response
from compliance.views.shown import kept
from foundation import clock
from foundation.db import db, transaction
from foundation.errors import DomainError, NotFound
from foundation.pagination import Page
from foundation.tables import display_name
from people import auth
from people.domain import Account, Permission
from people.forms.typed_day import PARTS, TypedDay, shown_day, typed_day
from people.services.limits import Limit

LOADERS = (Permission.LEARNING, Permission.PARTNER_LEAD)
"""Who loads files: partner leads those of completions, of their own people."""
UPLOADS = Limit("import.account", 60, timedelta(hours=1))
"""Files of one account, batches that it takes back, and what it starts again: each is a process of its own."""
MONTHS_AHEAD = timedelta(days=731)
HEADERS = (
    "batch",
    "kind",
    "file",
    "source",
    "loaded_at",
    "loaded_by",
    "rows",
    "set_aside",
    "changes",
    "undoes",
    "undone_by",
)


def loader() -> Account:
    """The reader, who may load files; an auditor changes nothing, whatever else the account may do."""
    account = auth.reader()
    if Permission.AUDITOR in account.permissions:
        abort(403)
    return account


def count_process(account: Account) -> None:
    """Count a process that a page is about to start for an account. Answers 429 where there were too many."""
    auth.refuse_while(auth.take([(UPLOADS, auth.subject(account))]).wait)


@blueprint.get("/imports")
@auth.only_for(*LOADERS, Permission.AUDITOR)
def imports() -> str:
    """Every batch that was loaded, of a partner lead the own; for whoever may load files, those on their way too."""
    session, account = db.session(), auth.reader()
    kind, by, kinds = _kind_filter(), sees_batches_of(session, account), loadable(account)
    page = Page.of(request.args.get("page"), history.count_batches(session, kind, by))
    may_load = bool(kinds)
    now = clock.now()
    mine = runs.unfinished(session, account.id) if may_load else []
    aside = runs.to_mend(session, account.id, import_folder()) if may_load else []
    mine, aside = ([run for run in found if is_open_to(run, account)] for found in (mine, aside))
    return render_template(
        "compliance/imports/imports.html",
        may_load=may_load,
        kinds=kinds,
        is_lead=by is not None,
        on_their_way=[run_line(run, import_folder().of(run.stored_as), now) for run in mine],
        to_mend=[run_line(run, import_folder().of(run.stored_as), now) for run in aside],
        batches=history.batches(session, kind, page.offset, page.size, by),
        page=page,
        kind=kind,
        kind_options=[("", "All kinds"), *BATCH_TITLES.items()],
        kind_words=BATCH_TITLES,
        where=kept(kind=kind),
        kept_days=KEPT_DAYS,
        moment_words=moment_words,
        counted=history.counted,
    )


@blueprint.get("/imports.csv")
@auth.only_for(*LOADERS, Permission.AUDITOR)
def imports_csv() -> Response:
    """The same batches as a file."""
    session = db.session()
    found = history.batches(session, _kind_filter(), by=sees_batches_of(session, auth.reader()))
    return csv_response(batch_rows(found), HEADERS, f"imports-{clock.today().isoformat()}")


def _kind_filter() -> str:
    kind = request.args.get("kind", "")
    if kind and kind not in BATCH_TITLES:
        raise NotFound("There is no such kind of file.")
    return kind


@blueprint.route("/imports/new/<kind>", methods=["GET", "POST"])
@auth.only_for(*LOADERS)
def imports_new(kind: str) -> str | AnyResponse | tuple[str, int]:
    """Ask for a file, keep it, and have it looked over."""
    account = loader()
    if kind not in {one.name for one in loadable(account)}:
        raise NotFound("There is no such kind of file.")
    file_kind, today = FILE_KINDS[kind], clock.today()
    form = UploadForm()
    form.offer([(name, MAP_WORDS.get(name, name)) for name in file_kind.maps])
    day = shown_day("as_at", today)
    if request.method == "POST":
        day = _as_at(file_kind, today)
        wrong = [not form.validate(), not form.choice_holds(), day.value is None]
        upload = form.file.data
        if not upload or not upload.filename:
            form.refuse("Choose a CSV or Excel file")
        elif not any(wrong) and day.value is not None:
            said = Said(
                display_name(upload.filename),
                day.value,
                map_name=form.map_name.data or "",
                source=form.source.data or "",
                is_part=bool(form.is_part.data) and file_kind.is_workforce,
            )
            try:
                count_process(account)
                return redirect(
                    url_for("compliance.import_run", run=take(account, kind, said, upload.stream.read()))
                )
            except DomainError as error:
                form.refuse(str(error))
    errors = form.error_lines()
    if day.error:
        errors.append((day.error, day.first_wrong or ""))
    page = render_template(
        "compliance/imports/imports_new.html",
        form=form,
        kind=file_kind,
        day=day,
        errors=errors,
        is_lead=organisations_of(account) is not None,
        megabytes=current_app.config["MAX_CONTENT_LENGTH"] // (1024 * 1024),
    )
    return page, 422 if errors else 200


def _as_at(kind: FileKind, today: date) -> TypedDay:
    """The day that a people file describes. Of other files it is the day on which they are sent."""
    if not kind.is_workforce:
        return shown_day("as_at", today)
    found = typed_day("as_at", "The day that the file describes", request.form, today)
    if found.value is not None and found.value > today + MONTHS_AHEAD:
        error = "The day that the file describes must not be more than 2 years from now"
        return replace(found, value=None, error=error, wrong=PARTS)
    return found


def take(account: Account, kind: str, said: Said, content: bytes) -> str:
    """Keep a file, write its run down, and start the process that looks it over; gives the run.

    Raises DomainError where it cannot be kept.
    """
    folder = import_folder()
    name = folder.keep(content)
    try:
        with transaction(db.session()) as session:
            stamp = auth.stamp()
            _, over = sweep(session, stamp, folder)
            run = runs.begin(
                session,
                stamp,
                account.id,
                kind,
                said,
                size=len(content),
                sha256=hashlib.sha256(content).hexdigest(),
                stored_as=name,
                kept=kept_of(account),
            )
    except BaseException:
        folder.of(name).remove()
        raise
    folder.remove(over)
    launch(run)
    return run


@blueprint.errorhandler(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
def too_large(_error: Exception) -> tuple[str, int]:
    """Too much was sent (promise F06). Says how much, how much may be, and leads back to where it was chosen."""
    if request.endpoint != "compliance.imports_new":
        return render_template("errors/413.html"), HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    limit = current_app.config["MAX_CONTENT_LENGTH"] // (1024 * 1024)
    sent = -(-(request.content_length or 0) // (1024 * 1024))
    page = render_template(
        "compliance/imports/too_large.html",
        megabytes=limit,
        sent=sent,
        back=request.path if auth.account() is not None else "",
    )
    return page, HTTPStatus.REQUEST_ENTITY_TOO_LARGE
