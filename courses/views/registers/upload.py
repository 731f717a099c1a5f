"""A register as a file: it is looked over, what it would change is shown, and then it is loaded."""

import hashlib
from io import StringIO

from flask import Response, current_app, redirect, render_template, stream_with_context, url_for
from werkzeug.wrappers import Response as AnyResponse

from courses.domain import Purpose
from courses.forms.attending import RegisterFileForm
from courses.forms.sending import SendForm
from courses.services import holding
from courses.services.holding import Held, StoredFile
from courses.services.workshops import uploading
from courses.services.workshops.uploading import RegisterFile
from courses.store.workshops import Workshop
from courses.views.acting import act_if_sent
from courses.views.blueprint import MAX_BYTES, blueprint
from courses.views.receiving import UPLOADS, folder
from courses.views.registers.access import workshop_to_run
from foundation import clock
from foundation.db import Session, db, transaction
from foundation.errors import DomainError, NotFound
from foundation.stamp import Stamp
from foundation.tables import display_name
from people import auth
from people.domain import Account
from people.imports.account import Account as Found
from people.views.exports import recorded_file

MOST_SHOWN = 100
MEGABYTE = 1024 * 1024
GONE = "The file is no longer here. Upload it again."


@blueprint.route("/workshops/<public_id>/register/upload", methods=["GET", "POST"])
@auth.signed_in
def register_upload(public_id: str) -> str | AnyResponse | tuple[str, int]:
    """Ask for the file. What cannot be read at all is refused here."""
    workshop, form = workshop_to_run(public_id), RegisterFileForm()
    if form.validate_on_submit():
        upload = form.file.data
        if not upload or not upload.filename:
            form.refuse("Choose a CSV or Excel file")
        else:
            try:
                held = _keep(workshop, display_name(upload.filename), upload.stream.read())
                return redirect(url_for("courses.register_upload_check", public_id=public_id, held=held))
            except DomainError as error:
                form.refuse(" ".join(problem.message for problem in error.problems))
    page = render_template(
        "courses/registers/upload.html",
        form=form,
        workshop=workshop,
        megabytes=current_app.config[MAX_BYTES] // MEGABYTE,
    )
    return page, 422 if form.errors else 200


def _keep(workshop: Workshop, name: str, content: bytes) -> str:
    """Keep the file for as long as it is looked over. Raises DomainError where it is refused."""
    account, session, now = auth.reader(), db.session(), clock.now()
    auth.refuse_while(auth.take([(UPLOADS, auth.subject(account))]).wait)
    holding.refuse_too_many(session, account.id, now)
    register = uploading.read_register(content, name)
    uploading.preview_register(
        session, auth.stamp(), workshop, register, sees_everybody=account.sees_everybody
    )
    kept = folder()
    stored_as = kept.keep(content)
    file = StoredFile("register", len(content), hashlib.sha256(content).hexdigest(), stored_as)
    try:
        with transaction(session):
            return holding.hold(
                session,
                auth.stamp(),
                account.id,
                Purpose.ATTENDANCE,
                wanted=f"{workshop.public_id} {name}",
                file=file,
            )
    except BaseException:
        kept.remove([stored_as])
        raise


def _held(account: Account, workshop: Workshop, public_id: str) -> tuple[Held, RegisterFile]:
    """The file, read again. Raises NotFound where it is not of this reader and this workshop."""
    held = holding.find_held(db.session(), account.id, public_id, Purpose.ATTENDANCE, clock.now())
    of, _, name = held.wanted.partition(" ")
    if of != workshop.public_id or held.file is None:
        raise NotFound(GONE)
    content = folder().read(held.file.stored_as)
    if content is None:
        raise NotFound(GONE)
    return held, uploading.read_register(content, name)


def _looked_over(account: Account, workshop: Workshop, file: RegisterFile) -> Found:
    return uploading.preview_register(
        db.session(), auth.stamp(), workshop, file, sees_everybody=account.sees_everybody
    )


@blueprint.route("/workshops/<public_id>/register/upload/<held>", methods=["GET", "POST"])
@auth.signed_in
def register_upload_check(public_id: str, held: str) -> str | AnyResponse | tuple[str, int]:
    """Show what the file would change and which rows are set aside; then load it."""
    workshop, account, form = workshop_to_run(public_id), auth.reader(), SendForm()
    sending, file = _held(account, workshop, held)

    def act(session: Session, stamp: Stamp) -> str:
        uploading.import_register(session, stamp, workshop, file, sees_everybody=account.sees_everybody)
        holding.mark_sent(session, stamp, sending, [])
        return url_for("courses.workshop_register", public_id=public_id)

    following, problems = act_if_sent(form, act, "The file was loaded into the register.")
    if following is not None:
        return following
    try:
        found = _looked_over(account, workshop, file)
    except DomainError as error:
        page = render_template(
            "courses/registers/refused.html",
            workshop=workshop,
            problems=[str(error)],
            back=url_for("courses.workshop_register", public_id=public_id),
        )
        return page, 422
    page = render_template(
        "courses/registers/upload_check.html",
        form=form,
        problems=problems,
        workshop=workshop,
        held=held,
        found=found,
        changes=[(found.kinds[one.what], one.as_row()) for one in found.changes[:MOST_SHOWN]],
        set_aside=found.set_aside[:MOST_SHOWN],
        most=MOST_SHOWN,
    )
    return page, 422 if problems else 200


@blueprint.get("/workshops/<public_id>/register/upload/<held>/set-aside.csv")
@auth.signed_in
def register_upload_set_aside(public_id: str, held: str) -> Response:
    """The rows that were set aside, to mend and load again."""
    workshop = workshop_to_run(public_id)
    account = auth.reader()
    _, file = _held(account, workshop, held)
    found = _looked_over(account, workshop, file)
    stream = StringIO(newline="")
    found.mend(stream)
    of = f"workshop_register:{workshop.public_id}"
    pieces = recorded_file(stream.getvalue().encode(), of, found.set_aside_rows)
    response = Response(stream_with_context(pieces), mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="register-set-aside.csv"'
    return response
