"""What is said about a report of a day: its parts with their words, and a page for each on which somebody says them."""

from dataclasses import dataclass, replace
from datetime import date

from flask import abort, render_template, url_for
from werkzeug.wrappers import Response as Answer

from foundation import clock
from foundation.clock import LONDON
from foundation.db import Session, db
from foundation.errors import DomainError, NotFound
from foundation.formats import long_date
from foundation.stamp import Stamp
from people import auth
from people.domain import Permission
from people.forms.once import act_once
from people.forms.typed_day import PARTS
from reports import store
from reports.domain.commentary import LONGEST_WORDS, Note, colour, is_commented, paragraphs
from reports.forms.commentary import CommentaryForm
from reports.services import commentary as service
from reports.services.commentary import Place
from reports.views.blueprint import blueprint
from reports.views.catalogue import Asked, asked
from reports.views.moments import moment

READS = (Permission.LEARNING, Permission.COORDINATOR, Permission.AUDITOR)
Page = str | Answer | tuple[str, int]


@dataclass(frozen=True, slots=True)
class Words:
    """A note as a page shows it: the colour, what is said in paragraphs, who answers for it, and its tone."""

    colour: str
    tone: str
    paragraphs: list[str]
    said_by: str


@blueprint.get("/reports/<key>/commentary")
@auth.only_for(*READS)
def commentary(key: str) -> str | tuple[str, int]:
    """All parts of a report of a day, and what is said about each."""
    found = _commented(key)
    day, wrong = found.day.value, found.day.error
    if not wrong and day is not None and day > clock.today():
        wrong = service.NOT_YET
    if wrong or day is None:
        return _wrong_day(found, wrong or service.NOT_YET), 422
    notes = store.standing_notes(db.session(), key, day)
    places = service.places(db.session(), key, day)
    return render_template(
        "reports/commentary.html",
        definition=found.definition,
        day=found.day,
        as_at=day,
        errors=[],
        parts=[(place, _shown(notes.get(place.about), place)) for place in places],
        left=[(about, _shown(note)) for about, note in notes.items() if about not in _abouts(places)],
        may_write=service.may_write(auth.reader()),
    )


@blueprint.get("/reports/<key>/commentary/<about>")
@auth.only_for(*READS)
def comment(key: str, about: str) -> str:
    """One part: what stands, what stood, and the form of those who may write."""
    found, day = _asked(key)
    if day > clock.today():
        raise NotFound("Of a day to come nothing is known yet.")
    place = service.find_place(db.session(), key, day, about)
    note = _standing(key, day, about)
    form = CommentaryForm()
    if note is not None:
        form.fill(note.said)
    else:
        form.said_by.data = place.owner
    form.seen.data = note.public_id if note else ""
    return _page(found, day, place, note, form)


@blueprint.post("/reports/<key>/commentary/<about>")
@auth.only_for(*service.WRITES)
def save_comment(key: str, about: str) -> Page:
    """Say something about a part; refused where somebody else was quicker, with both texts."""
    if not service.may_write(auth.reader()):
        abort(403)
    found, day = _asked(key)
    place = service.find_place(db.session(), key, day, about)
    form = CommentaryForm()
    meanwhile = None
    if form.validate_on_submit() and form.holds():
        said = form.said

        def act(session: Session, stamp: Stamp) -> str:
            service.say(session, stamp, key, day, about, said, str(form.seen.data or ""))
            return url_for("reports.commentary", key=key, as_at=day.isoformat())

        try:
            return act_once(form, act, f"Commentary saved: {place.title}.")
        except service.SaidMeanwhile as found_changed:
            meanwhile = found_changed
        except NotFound:
            raise
        except DomainError as error:
            form.form_errors = [str(error)]
    if meanwhile is None:
        return _page(found, day, place, _standing(key, day, about), form), 422
    form.seen.data = meanwhile.now.public_id if meanwhile.now else ""
    return _page(found, day, place, meanwhile.now, form, changed=_when(meanwhile.now)), 409


def _asked(key: str) -> tuple[Asked, date]:
    """The report and the day of the address. Raises NotFound where there are no words to say about such a thing."""
    found = _commented(key)
    if found.day.value is None or found.day.error:
        raise NotFound("There is no commentary on this.")
    return found, found.day.value


def _commented(key: str) -> Asked:
    found = asked(auth.reader(), key)
    if not is_commented(key):
        raise NotFound("There is no commentary on this.")
    return found


def _wrong_day(found: Asked, wrong: str) -> str:
    """The page with its filter alone, and what is wrong with the day in it."""
    day = replace(found.day, error=wrong, wrong=found.day.wrong or PARTS)
    return render_template(
        "reports/commentary.html",
        definition=found.definition,
        day=day,
        as_at=None,
        errors=[(wrong, day.first_wrong)],
        parts=[],
        left=[],
        may_write=False,
    )


def _standing(key: str, day: date, about: str) -> Note | None:
    return store.standing_notes(db.session(), key, day).get(about)


def _page(
    found: Asked, day: date, place: Place, note: Note | None, form: CommentaryForm, changed: str = ""
) -> str:
    history = service.history(db.session(), found.definition.key, day, place.about)
    return render_template(
        "reports/comment.html",
        definition=found.definition,
        as_at=day,
        place=place,
        stands=_shown(note, place),
        history=[(_shown(one.note), one.by, moment(one.at)) for one in history],
        form=form,
        changed=changed,
        may_write=service.may_write(auth.reader()),
        longest=LONGEST_WORDS,
    )


def _shown(note: Note | None, place: Place | None = None) -> Words | None:
    if note is None:
        return None
    said = note.said
    return Words(
        colour(said.rag, place.counted if place else None).removesuffix("."),
        said.rag.value if said.rag else "",
        paragraphs(said.words),
        said.said_by,
    )


def _abouts(places: list[Place]) -> set[str]:
    return {place.about for place in places}


def _when(note: Note | None) -> str:
    """When what stands now was said, as the banner wants it."""
    if note is None:
        return "meanwhile"
    at = note.recorded_at.astimezone(LONDON)
    return f"on {long_date(at.date())} at {at:%H:%M}"
