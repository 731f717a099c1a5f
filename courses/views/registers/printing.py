"""The register on paper: a tagged PDF to sign, and a page that prints well where no PDF is wanted."""

from flask import Response, render_template, stream_with_context
from flask import current_app as app

from courses.certificate.register_sheet import BLANK_ROWS, Sheet, SheetLine, register_pdf
from courses.domain.workshops import BookingState
from courses.services.workshops import attending
from courses.services.workshops.attending import Register
from courses.services.workshops.planning import facilitators
from courses.store.workshops import Workshop
from courses.views.blueprint import blueprint
from courses.views.registers.access import workshop_to_read
from courses.views.workshops.words import day_words, led_by, place_words, time_words
from foundation.db import db
from people import auth
from people.views.exports import recorded_file


def sheet(workshop: Workshop) -> Sheet:
    """What stands on the paper: those who are expected, without numbers or addresses of anybody."""
    session, sitting = db.session(), workshop.sitting
    register = attending.register_of(session, workshop)
    leaders = led_by(facilitators(session, sitting.facilitator_ids), sitting.other_facilitators)
    return Sheet(
        f"{workshop.course_title}, {workshop.reference}",
        [
            f"{day_words(sitting)}, {time_words(sitting)}",
            place_words(sitting),
            *([f"Led by {', '.join(leaders)}"] if leaders else []),
        ],
        _lines(register),
        app.config["COUNCIL_NAME"],
    )


def _lines(register: Register) -> list[SheetLine]:
    return [
        SheetLine(
            line.person.name,
            line.person.organisation,
            f"In place of {line.instead_of}" if line.instead_of else "",
        )
        for line in register.lines
        if line.state is BookingState.BOOKED or line.found is not None
    ]


@blueprint.get("/workshops/<public_id>/register/print")
@auth.signed_in
def register_print(public_id: str) -> str:
    """The register as a page to print."""
    workshop = workshop_to_read(public_id)
    return render_template(
        "courses/registers/print.html", workshop=workshop, sheet=sheet(workshop), blank_rows=BLANK_ROWS
    )


@blueprint.get("/workshops/<public_id>/register.pdf")
@auth.signed_in
def register_sheet(public_id: str) -> Response:
    """The register as a PDF; the audit trail knows who took it."""
    workshop = workshop_to_read(public_id)
    found = sheet(workshop)
    content = register_pdf(found)
    of = f"workshop_register:{workshop.public_id}"
    pieces = stream_with_context(recorded_file(content, of, len(found.lines)))
    response = Response(pieces, mimetype="application/pdf")
    response.headers["Content-Length"] = str(len(content))
    name = f"register-{workshop.reference.lower()}.pdf"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
