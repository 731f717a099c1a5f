"""What is in a file: its changes one by one, the rows that were set aside, and mending those."""

from collections.abc import Iterator

from flask import Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from compliance.forms.importing import MendForm
from compliance.services.importing.findings import changes_of
from compliance.services.importing.folder import ASIDE, RunFolder
from compliance.services.importing.kinds import Said
from compliance.services.importing.mending import AT_ONCE, LONGEST_CELL, keep_typed, mended_file, rows_aside
from compliance.services.importing.reach import part_of
from compliance.services.importing.runs import Run, State
from compliance.views.blueprint import blueprint
from compliance.views.importing.people_named import named_changes
from compliance.views.importing.run import own_run, refuse_unless
from compliance.views.importing.start import LOADERS, take
from compliance.views.importing.words import changes_words, title_of
from compliance.views.lines import csv_response
from foundation import clock
from foundation.db import db
from foundation.errors import DomainError
from foundation.formats import count_noun
from foundation.pagination import Page
from people import auth

CHANGE_HEADERS = ("what", "subject", "before", "after")
MENDABLE = frozenset({State.PREVIEWED, State.APPLIED})


@blueprint.get("/imports/<run>/changes/<what>")
@auth.only_for(*LOADERS)
def import_changes(run: str, what: str) -> str:
    """One kind of change, line by line, with names."""
    found, folder = own_run(run)
    words = {kind: (said, number) for kind, said, number in changes_words(found)}
    refuse_unless(found.state is State.PREVIEWED and not found.is_undo and what in words)
    said, number = words[what]
    page = Page.of(request.args.get("page"), number)
    lines = folder.read_lines(changes_of(what), page.offset, page.size)
    return render_template(
        "compliance/imports/import_changes.html",
        run=found,
        what=what,
        said=said,
        page=page,
        where={"run": run, "what": what},
        changes=named_changes(db.session(), lines, part_of(auth.reader(), clock.today())),
    )


@blueprint.get("/imports/<run>/changes.csv")
@auth.only_for(*LOADERS)
def import_changes_csv(run: str) -> Response:
    """Everything that a file would change, as the command lists it; or one kind of it."""
    found, folder = own_run(run)
    refuse_unless(found.state is State.PREVIEWED and not found.is_undo)
    only = request.args.get("what", "")
    kinds = [kind for kind, _, _ in changes_words(found) if only in ("", kind)]

    def rows() -> Iterator[tuple[str, ...]]:
        for kind in kinds:
            for subject, before, after in folder.read_lines(changes_of(kind)):
                yield kind, subject, before, after

    return csv_response(rows(), CHANGE_HEADERS, "changes")


@blueprint.get("/imports/<run>/rows.csv")
@auth.only_for(*LOADERS)
def import_rows_csv(run: str) -> Response:
    """The rows that were set aside, as the command writes them: to mend and load again."""
    headings, rows = _with_rows(run)[1].aside()
    return csv_response(rows, headings, "rows-set-aside")


def _with_rows(run: str) -> tuple[Run, RunFolder]:
    """A run with rows that were set aside. Raises NotFound."""
    found, folder = own_run(run)
    refuse_unless(found.state in MENDABLE and (folder.path / ASIDE).exists())
    return found, folder


@blueprint.route("/imports/<run>/mend", methods=["GET", "POST"])
@auth.only_for(*LOADERS)
def import_mend(run: str) -> str | AnyResponse | tuple[str, int]:
    """Mend the rows that were set aside, a page of them at a time, and load them as a file of their own."""
    found, folder = _with_rows(run)
    page = Page.of(request.args.get("page"), int(found.found["set_aside_rows"]), AT_ONCE)
    form, problem = MendForm(), ""
    if request.method == "POST" and form.validate():
        _keep(folder, page)
        go = request.form.get("go", "")
        if go.isascii() and go.isdigit() and len(go) < 7:
            return redirect(url_for("compliance.import_mend", run=run, page=int(go)))
        if go == "load":
            try:
                return _load(found, folder)
            except DomainError as error:
                problem = str(error)
        else:
            return redirect(url_for("compliance.import_mend", run=run, page=page.number))
    rows = rows_aside(folder, page.offset)
    html = render_template(
        "compliance/imports/import_mend.html",
        run=found,
        title=title_of(found),
        form=form,
        problem=problem,
        rows=rows,
        page=page,
        mended=len(folder.mended()),
    )
    return html, 422 if problem or form.errors else 200


def _keep(folder: RunFolder, page: Page) -> None:
    """Keep what was typed on this page of the rows."""
    typed: dict[int, list[str]] = {}
    for row in rows_aside(folder, page.offset):
        cells = [
            " ".join(request.form.get(f"cell-{row.place}-{cell.position}", cell.value).split())[:LONGEST_CELL]
            for cell in row.cells
        ]
        typed[row.place] = cells
    keep_typed(folder, typed)


def _load(run: Run, folder: RunFolder) -> AnyResponse:
    """The mended rows are a file of their own: looked over and confirmed like any other."""
    rows = count_noun(int(run.found["set_aside_rows"]), "mended row", "mended rows")
    said = Said(
        f"{rows} of {run.said.file_name}"[:200],
        run.said.as_at,
        map_name=str(run.found.get("map") or ""),
        source=run.said.source,
        is_part=run.file_kind.is_workforce,
    )
    new = take(auth.reader(), run.kind, said, mended_file(folder))
    return redirect(url_for("compliance.import_run", run=new))
