"""One batch that was loaded, and taking it back."""

from collections.abc import Iterator

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from compliance.forms.importing import StepForm
from compliance.services.importing import history, runs
from compliance.services.importing.history import Batch
from compliance.services.importing.reach import kept_of, loadable, sees_batches_of
from compliance.views.blueprint import blueprint
from compliance.views.importing.launching import import_folder, launch
from compliance.views.importing.start import LOADERS, count_process, loader
from compliance.views.importing.words import kind_words, moment_words
from foundation import clock
from foundation.db import Session, db
from foundation.errors import DomainError, NotFound
from foundation.stamp import Stamp
from people import auth
from people.domain import Account, Permission
from people.forms.once import act_once


@blueprint.get("/imports/batches/<int:number>")
@auth.only_for(*LOADERS, Permission.AUDITOR)
def import_batch(number: int) -> str:
    """What a batch was, and whether it still stands; of a partner lead, one of their own."""
    session, account = db.session(), auth.reader()
    batch = history.find_batch(session, number, sees_batches_of(session, account))
    return render_template(
        "compliance/imports/import_batch.html",
        batch=batch,
        lines=list(_lines(batch)),
        form=StepForm(),
        may_undo=batch.can_be_undone and _loads(account, batch),
    )


def _loads(account: Account, batch: Batch) -> bool:
    """Whether an account takes batches of this kind back: those of the files that it loads."""
    return batch.kind in {kind.name for kind in loadable(account)}


def _lines(batch: Batch) -> Iterator[tuple[str, str]]:
    """What a batch was, line by line."""
    yield "What", kind_words(batch.kind)
    yield "File", batch.file_name
    yield "Loaded", moment_words(batch.applied_at)
    yield "By", batch.applied_by
    if batch.source:
        yield "Source", batch.source
    if batch.undoes is None:
        yield "Rows read", f"{batch.rows:,}"
        yield "Rows set aside", f"{batch.set_aside_rows:,}"
    for words, number in batch.changes:
        yield words[:1].upper() + words[1:], f"{number:,}"


@blueprint.post("/imports/batches/<int:number>/undo")
@auth.only_for(*LOADERS)
def import_undo(number: int) -> str | Response | tuple[str, int]:
    """Look at what taking a batch back would do; nothing is taken back yet."""
    session, account, form = db.session(), loader(), StepForm()
    batch = history.find_batch(session, number, sees_batches_of(session, account))
    if not _loads(account, batch):
        raise NotFound(f"There is no batch {number}.")
    if not form.validate():
        return redirect(url_for("compliance.import_batch", number=number))
    count_process(account)
    folder, begun = import_folder(), ""
    name = folder.keep(b"")

    def act(session: Session, stamp: Stamp) -> str:
        nonlocal begun
        begun = runs.begin_undo(session, stamp, account.id, number, name, clock.today(), kept_of(account))
        return url_for("compliance.import_run", run=begun)

    try:
        answer = act_once(form, act, notice="")
    except DomainError as error:
        flash(str(error), "important")
        return redirect(url_for("compliance.import_batch", number=number))
    finally:
        if not begun:
            folder.of(name).remove()
    if begun:
        launch(begun)
    return answer
