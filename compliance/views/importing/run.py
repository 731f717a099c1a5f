"""One file on its way: how far it is, what it would change, loading it, removing it."""

from datetime import date
from http import HTTPStatus

from flask import Response, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from compliance.forms.importing import ConfirmForm, StepForm
from compliance.services.importing import runs
from compliance.services.importing.findings import changes_of
from compliance.services.importing.folder import ASIDE, NOTICES, PROBLEMS, REFUSALS, Progress, RunFolder
from compliance.services.importing.reach import is_open_to
from compliance.services.importing.runs import KEPT_DAYS, Run, State
from compliance.views.blueprint import blueprint
from compliance.views.importing.launching import import_folder, launch
from compliance.views.importing.people_named import NamedChange, named_changes
from compliance.views.importing.start import LOADERS, count_process, loader
from compliance.views.importing.words import (
    AT_WORK,
    STEPS,
    changes_words,
    figure_lines,
    moment_words,
    rows_words,
    title_of,
)
from foundation import clock
from foundation.db import Session, db, transaction
from foundation.errors import DomainError, NotFound
from foundation.stamp import Stamp
from people import auth
from people.forms.once import act_once

ON_THE_PAGE = 100
"""Problems and notices on the page; the files have all of them (promises 9)."""
LEAVERS_NAMED = 50
LEAVING = ("post_missing", "post_ended")


def own_run(run: str) -> tuple[Run, RunFolder]:
    """A run of the reader's, and its folder. Raises NotFound for any other, and for one of more than the reader may."""
    account = loader()
    found = runs.find_run(db.session(), account.id, run)
    if not is_open_to(found, account):
        raise NotFound("There is no such import.")
    return found, import_folder().of(found.stored_as)


@blueprint.route("/imports/<run>", methods=["GET", "POST"])
@auth.only_for(*LOADERS)
def import_run(run: str) -> str | AnyResponse | tuple[str, int]:
    """Where a file stands: being checked, to be confirmed, refused, being loaded, loaded; sent, it is confirmed."""
    found, folder = own_run(run)
    form = ConfirmForm()
    if request.method == "GET":
        return _page(found, folder, form)
    valid, is_waiting = form.validate(), found.state is State.PREVIEWED
    held_back, leavers = bool(found.found.get("held_back")), int(found.found.get("leavers", 0))
    if is_waiting and (not valid or (held_back and not form.confirms(leavers))):
        return _page(found, folder, form)
    if not valid:
        return redirect(url_for("compliance.import_run", run=run))
    return _confirm(found, folder, form, leavers if held_back else None)


def _confirm(
    run: Run, folder: RunFolder, form: ConfirmForm, leavers: int | None
) -> AnyResponse | tuple[str, int]:
    """Have the run applied as its preview showed it."""
    started = False

    def act(session: Session, stamp: Stamp) -> str:
        nonlocal started
        now = runs.find_run(session, run.account_id, run.public_id)
        runs.ask_to_apply(session, stamp, now, str(form.seen.data), leavers)
        folder.forget_progress()
        started = True
        return url_for("compliance.import_run", run=run.public_id)

    try:
        answer = act_once(form, act, notice="")
    except DomainError as error:
        flash(str(error), "important")
        page = _page(*own_run(run.public_id), ConfirmForm(formdata=None))
        return page if isinstance(page, str) else page[0], HTTPStatus.CONFLICT
    if started:
        launch(run.public_id)
    return answer


def _page(run: Run, folder: RunFolder, form: ConfirmForm) -> str | tuple[str, int]:
    if run.state in runs.WORKING:
        return _working(run, folder)
    if run.state is State.PREVIEWED:
        return _preview(run, folder, form)
    if run.state is State.APPLIED:
        return _applied(run, folder)
    return render_template(
        "compliance/imports/run_ended.html",
        run=run,
        title=title_of(run),
        step=StepForm(),
        problems=folder.read_problems(REFUSALS, 0, ON_THE_PAGE),
        was_removed=run.state is State.DISCARDED,
        has_failed=run.state is State.FAILED,
        kept_days=KEPT_DAYS,
    )


def _working(run: Run, folder: RunFolder) -> str:
    progress, now = folder.progress(clock.now().tzinfo), clock.now()
    return render_template(
        "compliance/imports/run_working.html",
        run=run,
        title=title_of(run),
        doing=AT_WORK[run.state],
        is_alive=run.is_at_work(progress, now),
        words=_step_words(progress),
        progress=progress,
        step=StepForm(),
    )


def _step_words(progress: Progress | None) -> str:
    return STEPS["Starting"] if progress is None else STEPS.get(progress.phase, progress.phase)


def _preview(run: Run, folder: RunFolder, form: ConfirmForm) -> str | tuple[str, int]:
    found = run.found
    page = render_template(
        "compliance/imports/run_undo.html" if run.is_undo else "compliance/imports/run_preview.html",
        run=run,
        title=title_of(run),
        found=found,
        form=form,
        step=StepForm(),
        rows=rows_words(run),
        changes=changes_words(run),
        lines=[(words, f"{number:,}") for _, words, number in changes_words(run)],
        figures=figure_lines(found.get("figures", ())),
        figures_on=date.fromisoformat(found["figures_on"]) if "figures_on" in found else None,
        leavers=_leavers(run, folder),
        reasons=[problem.message for problem in folder.read_problems(REFUSALS)],
        told=folder.read_problems(NOTICES, 0, ON_THE_PAGE),
        problems=folder.read_problems(PROBLEMS, 0, ON_THE_PAGE),
        kept_days=KEPT_DAYS,
    )
    return page, 422 if form.errors else 200


def _leavers(run: Run, folder: RunFolder) -> list[NamedChange]:
    """The first of those whose posts would end, by name."""
    lines: list[tuple[str, str, str]] = []
    for kind in LEAVING:
        lines += folder.read_lines(changes_of(kind), 0, LEAVERS_NAMED - len(lines))
    return named_changes(db.session(), lines) if run.file_kind.is_workforce else []


def _applied(run: Run, folder: RunFolder) -> str:
    return render_template(
        "compliance/imports/run_applied.html",
        run=run,
        title=title_of(run),
        at=moment_words(run.finished_at or run.made_at),
        lines=[(words, f"{number:,}") for _, words, number in changes_words(run)],
        set_aside_rows=run.found.get("set_aside_rows", 0) if (folder.path / ASIDE).exists() else 0,
        kept_days=KEPT_DAYS,
    )


@blueprint.get("/imports/<run>/state")
@auth.only_for(*LOADERS)
def import_state(run: str) -> Response:
    """How far the work on a run is, for the script of its page."""
    found, folder = own_run(run)
    progress = folder.progress(clock.now().tzinfo)
    at_work = found.state in runs.WORKING and found.is_at_work(progress, clock.now())
    return jsonify(
        at_work=at_work,
        state=found.state,
        words=_step_words(progress),
        done=progress.done if progress else 0,
        total=progress.total if progress else 0,
    )


@blueprint.post("/imports/<run>/again")
@auth.only_for(*LOADERS)
def import_again(run: str) -> AnyResponse:
    """Look at the file anew: the process that was at it died, or failed. Nothing had been changed."""
    found, folder = own_run(run)
    form = StepForm()
    back = redirect(url_for("compliance.import_run", run=run))
    progress = folder.progress(clock.now().tzinfo)
    may = found.state is State.FAILED or (
        found.state in runs.WORKING and not found.is_at_work(progress, clock.now())
    )
    if not may or not form.validate():
        return back
    count_process(auth.reader())
    with transaction(db.session()) as session:
        taken = runs.ask_again(session, auth.stamp(), found)
        if taken:
            folder.forget_progress()
    if taken:
        launch(run)
    return back


@blueprint.post("/imports/<run>/remove")
@auth.only_for(*LOADERS)
def import_remove(run: str) -> AnyResponse:
    """Give a file up and delete it, or the rows of it that nobody will mend."""
    found, folder = own_run(run)
    form = StepForm()
    if not form.validate():
        return redirect(url_for("compliance.import_run", run=run))

    def act(session: Session, stamp: Stamp) -> str:
        now = runs.find_run(session, found.account_id, run)
        if now.state is State.APPLIED:
            runs.give_up_rows(session, stamp, now)
        else:
            runs.discard(session, stamp, now)
        return url_for("compliance.imports")

    notice = "The file was removed." if found.state is not State.APPLIED else "The rows were removed."
    answer = act_once(form, act, notice)
    folder.remove()
    return answer


def refuse_unless(condition: bool) -> None:
    """Answer that there is no such page."""
    if not condition:
        raise NotFound("There is no such page.")
