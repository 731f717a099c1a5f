"""Forms that put one line of the rule book into the reader's draft. Nothing counts before the draft is applied."""

from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from compliance.domain.change import Line, key, lines_of
from compliance.domain.drafting import Edit, added, changed, ended, mark_of
from compliance.domain.requirement import (
    AcceptedCourse,
    ReminderStep,
    ReminderTerms,
    Requirement,
    RoleLink,
    RuleBook,
    Target,
)
from compliance.forms.rule_book.asking import AcceptedCourseForm, RequirementForm, RoleLinkForm, TargetForm
from compliance.forms.rule_book.catalogue import CourseForm, RoleForm, RoleRuleForm
from compliance.forms.rule_book.parts import EFFECTIVE, Choices, LineForm, effective_day
from compliance.programme.saying import course_words, requirement_words, role_words, said
from compliance.services.rule_drafts.drafting import Draft, find_draft, save_edit
from compliance.store.concerned import posts_that_fit
from compliance.store.rules import load_rule_book
from compliance.views.blueprint import blueprint
from compliance.views.rule_book.launching import begin_measuring, signs
from courses.domain import Course
from foundation import clock
from foundation.dates import FAR_DAY
from foundation.db import Session, db
from foundation.errors import DomainError, NotFound
from foundation.formats import count_noun, long_date
from foundation.once import done_before
from foundation.stamp import Stamp
from people import auth
from people.domain import Permission, RoleLine, RoleRule
from people.forms.once import OnceForm, act_once
from people.forms.typed_day import TypedDay, shown_day
from people.store import tree

Page = str | Response | tuple[str, int]
LEARNING, COORDINATOR = Permission.LEARNING, Permission.COORDINATOR


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of line and its form. `inside` is what it belongs to: of such a line the address says whose it is."""

    line: type[Line]
    form: type[LineForm]
    noun: str
    inside: str = ""
    page: str = ""
    """The page on which such lines stand, where they stand on one by themselves."""


@dataclass(frozen=True)
class Asked:
    """What the address of a form says: the line to change, or what a new one belongs to."""

    kind: Kind
    book: RuleBook
    draft: Draft | None
    line: Line | None
    parent: str

    @property
    def title(self) -> str:
        """The heading of the page."""
        if self.line is None:
            return f"Add {'an' if self.kind.noun[0] in 'ae' else 'a'} {self.kind.noun}"
        return f"Change the {self.kind.noun}"

    @property
    def caption(self) -> str:
        """Whose line it is, in words."""
        return _parent_words(self.kind, self.book, self.parent, self.line)

    @property
    def back(self) -> str:
        """The page that led here."""
        if not self.parent:
            return url_for(self.kind.page or "compliance.rule_book")
        return url_for(_PAGES[self.kind.inside or self.kind.noun], code=self.parent)


_PAGES = {
    "course": "compliance.rule_course",
    "role": "compliance.rule_role",
    "requirement": "compliance.rule_requirement",
}


def _parent_words(kind: Kind, book: RuleBook, parent: str, line: Line | None) -> str:
    words = {"course": course_words, "role": role_words, "requirement": requirement_words}
    text = words[kind.inside or kind.noun](book, parent) if parent else ""
    if isinstance(line, RoleLink):
        text += f": {role_words(book, line.role)}"
    if isinstance(line, AcceptedCourse):
        text += f": {course_words(book, line.course)}"
    if isinstance(line, ReminderStep):
        text = said(book, line)
    return text


def _asked(kind: Kind) -> Asked:
    """Read the address. Raises NotFound for a line or parent that neither the draft nor the record has."""
    session = db.session()
    draft = find_draft(session, auth.reader().id, signs())
    recorded = load_rule_book(session)
    book = draft.wanted if draft else recorded
    mark = request.args.get("line", "")
    if mark:
        line = _line(kind, book, recorded, mark, draft)
        return Asked(kind, book, draft, line, _parent_of(line))
    parent = request.args.get("of", "")
    known = book.role_titles if kind.inside == "role" else book.codes
    if (parent not in known) if kind.inside else parent:
        raise NotFound("There is nothing to add this to.")
    return Asked(kind, book, draft, None, parent)


def _line(kind: Kind, book: RuleBook, recorded: RuleBook, mark: str, draft: Draft | None) -> Line:
    """The line that an address names, as the draft has it."""
    of_kind = [line for line in lines_of(book) if isinstance(line, kind.line)]
    found = next((line for line in of_kind if mark_of(line) == mark), None)
    if found is not None:
        return found
    meant = next((line for line in lines_of(recorded) if mark_of(line) == mark), None)
    if meant is None or draft is None or not isinstance(meant, kind.line):
        raise NotFound("There is no such line. It may have been changed meanwhile.")
    later = [line for line in of_kind if key(line) == key(meant) and line.last_day >= draft.record.effective]
    if not later:
        raise NotFound("Your draft ends this already. Look at the draft to take that out.")
    return min(later, key=lambda line: line.first_day)


def _parent_of(line: Line) -> str:
    match line:
        case RoleLink() | AcceptedCourse() | Target():
            return line.requirement
        case RoleRule():
            return line.role
        case ReminderStep() | ReminderTerms():
            return ""
        case _:
            return line.code


def edit_page(kind: Kind) -> Page:
    """The form of one kind of line: shown, counted, or its answers put into the draft."""
    today = clock.today()
    if request.method == "POST" and _was_sent_before():
        return act_once(OnceForm(), _nothing, "")
    asked = _asked(kind)
    form = kind.form()
    form.known = asked.line
    if asked.line is not None and request.method == "GET":
        form.fill(asked.line)
    form.offer(_choices(asked.book))
    if asked.line is not None:
        form.keep_known()
    if request.method == "GET":
        first = max(asked.draft.record.effective if asked.draft else today, today)
        return _shown(asked, form, form.days_of(asked.line), shown_day(EFFECTIVE, first))
    effective = effective_day(request.form, today)
    if request.form.get("act") == "end" and asked.line is not None:
        return _end(asked, form, effective)
    form.validate()
    days = form.typed_days(request.form)
    form.wrong_together(days)
    if form.errors or any(day.error for day in (*days.values(), effective)) or effective.value is None:
        return _shown(asked, form, days, effective, refused=True)
    line = form.made(asked.parent, {name: day.value for name, day in days.items()})
    if asked.line is not None:
        known: dict[str, Any] = {name: getattr(asked.line, name) for name in form.ONLY_NEW}
        line = replace(line, **known)
    if request.form.get("act") == "count" and isinstance(line, RoleRule):
        return _shown(asked, form, days, effective, count=_fit_words(line, today))
    edit = partial(_added, line=line) if asked.line is None else partial(_changed, old=asked.line, new=line)
    return _act(asked, form, days, effective, edit, effective.value)


def _was_sent_before() -> bool:
    """Whether this very form was acted upon: by now its line may be another, and its code be taken."""
    return done_before(db.session(), auth.stamp(), request.form.get("once", "")) is not None


def _nothing(_session: Session, _stamp: Stamp) -> str:
    return url_for("compliance.rule_draft")


def _added(book: RuleBook, day: date, line: Line) -> RuleBook:
    return added(book, line, day)


def _changed(book: RuleBook, day: date, old: Line, new: Line) -> RuleBook:
    return changed(book, old, new, day)


def _ended(book: RuleBook, day: date, line: Line) -> RuleBook:
    return ended(book, line, day)


def _end(asked: Asked, form: LineForm, effective: TypedDay) -> Page:
    """End the line: of the answers only the day counts."""
    assert asked.line is not None
    bare = OnceForm()
    form.fill(asked.line)
    days = form.days_of(asked.line)
    if not bare.validate() or effective.value is None:
        form.once.errors = bare.once.errors
        return _shown(asked, form, days, effective, refused=True)
    return _act(asked, bare, days, effective, partial(_ended, line=asked.line), effective.value, form)


def _act(
    asked: Asked,
    form: OnceForm,
    days: dict[str, TypedDay],
    effective: TypedDay,
    edit: Edit,
    day: date,
    shown: LineForm | None = None,
) -> Page:
    """Save the edit in the draft and lead to what the draft does; what the rules refuse is said above the form."""
    account = auth.reader()

    def act(session: Session, stamp: Stamp) -> str:
        save_edit(session, stamp, account.id, signs(), edit, day)
        return url_for("compliance.rule_draft")

    try:
        answer = act_once(form, act, "")
    except DomainError as problem:
        the_form = shown or form
        assert isinstance(the_form, LineForm)
        told = [one.message for one in problem.problems]
        return _shown(asked, the_form, days, effective, refused=True, problems=told)
    begin_measuring(account.id)
    return answer


def _choices(book: RuleBook) -> Choices:
    organisations = sorted({unit.organisation for unit in tree(db.session()).units})
    return Choices(book, organisations)


def _fit_words(rule: RoleRule, today: date) -> str:
    number = posts_that_fit(db.session(), rule, today)
    return f"{count_noun(number, 'post fits', 'posts fit')} today"


def _shown(
    asked: Asked,
    form: LineForm,
    days: dict[str, TypedDay],
    effective: TypedDay,
    *,
    refused: bool = False,
    problems: list[str] | None = None,
    count: str = "",
) -> Page:
    errors: list[tuple[str, str | None]] = [(problem, None) for problem in problems or ()]
    errors += form.error_lines()
    errors += [(day.error, day.first_wrong) for day in (*days.values(), effective) if day.error]
    line, draft = asked.line, asked.draft
    page = render_template(
        "compliance/rules/edit.html",
        title=asked.title,
        caption=asked.caption,
        back=asked.back,
        form=form,
        fields=form.asked,
        hints=form.HINTS,
        narrow=form.NARROW,
        line_days=[(name, legend, hint, days[name]) for name, legend, hint in form.DAYS],
        effective=effective,
        errors=errors,
        may_end=line is not None,
        may_count=asked.kind.line is RoleRule,
        count=count,
        until=long_date(line.last_day) if line is not None and line.last_day != FAR_DAY else "",
        draft=draft,
        action=request.full_path.rstrip("?"),
    )
    return (page, 422) if refused else page


COURSE = Kind(Course, CourseForm, "course")
ROLE = Kind(RoleLine, RoleForm, "role")
ROLE_RULE = Kind(RoleRule, RoleRuleForm, "rule for this role", "role")
REQUIREMENT = Kind(Requirement, RequirementForm, "requirement")
AUDIENCE = Kind(RoleLink, RoleLinkForm, "role that must hold it", "requirement")
ACCEPTED = Kind(AcceptedCourse, AcceptedCourseForm, "accepted course", "requirement")
TARGET = Kind(Target, TargetForm, "target", "requirement")


@blueprint.route("/rules/edit/course", methods=["GET", "POST"])
@auth.only_for(LEARNING)
def rule_edit_course() -> Page:
    """Add, change or end a course."""
    return edit_page(COURSE)


@blueprint.route("/rules/edit/role", methods=["GET", "POST"])
@auth.only_for(LEARNING)
def rule_edit_role() -> Page:
    """Add, change or end a role."""
    return edit_page(ROLE)


@blueprint.route("/rules/edit/role-rule", methods=["GET", "POST"])
@auth.only_for(LEARNING)
def rule_edit_role_rule() -> Page:
    """Add, change or end a rule that gives a role to posts."""
    return edit_page(ROLE_RULE)


@blueprint.route("/rules/edit/requirement", methods=["GET", "POST"])
@auth.only_for(LEARNING)
def rule_edit_requirement() -> Page:
    """Add, change or end a requirement."""
    return edit_page(REQUIREMENT)


@blueprint.route("/rules/edit/audience", methods=["GET", "POST"])
@auth.only_for(LEARNING, COORDINATOR)
def rule_edit_audience() -> Page:
    """Add, change or end who must hold a requirement."""
    return edit_page(AUDIENCE)


@blueprint.route("/rules/edit/accepted-course", methods=["GET", "POST"])
@auth.only_for(LEARNING)
def rule_edit_accepted() -> Page:
    """Add, change or end a course that meets a requirement."""
    return edit_page(ACCEPTED)


@blueprint.route("/rules/edit/target", methods=["GET", "POST"])
@auth.only_for(LEARNING, COORDINATOR)
def rule_edit_target() -> Page:
    """Add, change or end a target."""
    return edit_page(TARGET)
