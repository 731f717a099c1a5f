"""The part of a person's page for whoever keeps the record: where roles come from, requests, and ways to correct it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import url_for

from compliance.domain.requirement import RuleBook
from compliance.store.history import Recorded
from courses.views.by_hand import changes_of
from foundation import clock
from foundation.db import Session
from foundation.formats import long_date
from people.domain import Account, Permission, RoleGrant, RoleRule
from people.forms.details import DETAIL_WORDS
from people.services.details import Detail, HeldPost, held_posts, open_requests
from people.services.records.standing import (
    SpellFact,
    absence_facts,
    absence_line,
    spell_facts,
    works_elsewhere,
)
from people.services.scope import Seen, View, masked


@dataclass(frozen=True, slots=True)
class Link:
    """Where something is changed: the words of the link, and what it is about for those who hear it alone."""

    words: str
    href: str


@dataclass(frozen=True, slots=True)
class Changeable:
    """Something in the record with the ways to change it."""

    what: str
    links: list[Link]


@dataclass(frozen=True, slots=True)
class Kept:
    """What the block shows. `is_own`: nobody changes their own record, so there are no links."""

    roles: list[tuple[str, str]] = field(default_factory=list)
    with_roles: bool = False
    requests: list[str] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    entries: list[Changeable] = field(default_factory=list)
    is_own: bool = False
    writes: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.with_roles or self.links or self.entries)


def kept_of(
    session: Session,
    account: Account,
    view: View,
    public_id: str,
    book: RuleBook,
    today: date,
    grants: Sequence[RoleGrant],
    recorded: Sequence[Recorded],
) -> Kept:
    """The block for this reader; an empty one for managers and the person.

    `grants` are the person's roles by hand and `recorded` what was completed: the page has read both.
    """
    everybody = Seen.EVERYBODY in view.seen
    learning = everybody and Permission.LEARNING in account.permissions
    auditor = everybody and Permission.AUDITOR in account.permissions
    part = Seen.PART in view.seen and not learning
    if not (learning or auditor or part):
        return Kept()
    is_own = account.person_id == view.person_id
    writes = (learning or part) and not is_own
    details = learning or (
        part and not works_elsewhere(session, view.person_id, account.organisation_ids, today)
    )
    links = _links(public_id, learning, details) if writes else []
    if learning or auditor:
        links.append(Link("History of the record", url_for("compliance.person_record", public_id=public_id)))
    return Kept(
        roles=roles_held(session, view.person_id, book, today, grants) if learning or auditor else [],
        with_roles=learning or auditor,
        requests=_requests(session, view) if learning or auditor else [],
        links=links,
        entries=[
            *_entries(session, account, view.person_id, public_id, learning, today),
            *(_completions(public_id, book, recorded) if learning else []),
        ]
        if writes
        else [],
        is_own=is_own and (learning or part),
        writes=writes,
    )


def _links(public_id: str, learning: bool, details: bool) -> list[Link]:
    found = (
        [Link("Correct details", url_for("people.correct_details", public_id=public_id))] if details else []
    )
    if learning:
        found.append(Link("Add a post", url_for("people.add_post", public_id=public_id)))
        found.append(Link("Record an absence", url_for("people.add_absence", public_id=public_id)))
    found.append(Link("Add a completion", url_for("courses.add_completion", public_id=public_id)))
    return found


def _entries(
    session: Session, account: Account, person_id: int, public_id: str, learning: bool, today: date
) -> list[Changeable]:
    """Every post, newest first, and for whoever may know its kind every absence, with the ways to change it."""
    spells = sorted(spell_facts(session, person_id), key=lambda one: one.spell.first_day, reverse=True)
    found = []
    for one in spells:
        links = _post_links(one, public_id, learning, today)
        if learning or one.organisation_id in account.organisation_ids:
            found.append(Changeable(_spell_words(one, learning), links))
    if learning:
        for absence in reversed(absence_facts(session, person_id)):
            where: dict[str, Any] = {"public_id": public_id, "absence": absence.id}
            links = [
                Link("Correct or end", url_for("people.correct_absence", **where)),
                Link("Mark as a mistake", url_for("people.remove_absence", **where)),
            ]
            kind, days = absence_line(absence)
            found.append(Changeable(f"{kind}, {days}", links))
    return [one for one in found if one.links]


def _completions(public_id: str, book: RuleBook, recorded: Sequence[Recorded]) -> list[Changeable]:
    """Every completion, newest first, with the ways to change it."""
    return [
        Changeable(
            f"{book.course_titles.get(course) or course}, completed on {long_date(completed_on)}",
            [Link(words, href) for words, href in changes_of(public_id, course, completed_on)],
        )
        for course, completed_on in (one.key for one in reversed(recorded))
    ]


def _spell_words(one: SpellFact, learning: bool) -> str:
    """A post in words; numbers of managers are not for the lead of a partner."""
    return f"Post {one.post_ref}: {one.spell}" if learning else f"Post {one.post_ref}: {one.without_numbers}"


def _post_links(one: SpellFact, public_id: str, learning: bool, today: date) -> list[Link]:
    where: dict[str, Any] = {"public_id": public_id, "spell": one.id}
    found = []
    if learning:
        found.append(Link("Change from a day on", url_for("people.change_post", **where)))
        found.append(Link("Correct", url_for("people.correct_post", **where)))
    if one.spell.last_day >= today or learning:
        found.append(Link("End", url_for("people.end_post", **where)))
    if learning:
        found.append(Link("Mark as a mistake", url_for("people.remove_post", **where)))
    return found


def _requests(session: Session, view: View) -> list[str]:
    """What waits for an answer; an e-mail address only as far as this reader sees such."""
    found = []
    for one in open_requests(session, view.person_id):
        hidden = one.detail is Detail.EMAIL and view.masked
        should_be = masked(one.should_be) if hidden else one.should_be
        asked_on = long_date(clock.london_day(one.asked_at))
        found.append(f"{DETAIL_WORDS[one.detail]} should be “{should_be}”, asked on {asked_on}")
    return found


def roles_held(
    session: Session, person_id: int, book: RuleBook, today: date, grants: Sequence[RoleGrant]
) -> list[tuple[str, str]]:
    """The roles held today, by title, each with where it comes from (counting rule 2)."""
    found: set[tuple[str, str]] = set()
    for post in held_posts(session, person_id, grants):
        if post.runs_on(today):
            found.update(_sources(post, book, today))
    by_title: dict[str, list[str]] = {}
    for code, source in sorted(found):
        by_title.setdefault(book.role_titles.get(code) or code, []).append(source)
    return [(title, "; ".join(sources)) for title, sources in sorted(by_title.items())]


def _sources(post: HeldPost, book: RuleBook, today: date) -> set[tuple[str, str]]:
    spell = post.spell
    title = spell.job_title or "without a title"
    found = {(role, f"Named in the post {title}") for role in spell.roles}
    for grant in post.grants:
        if grant.first_day <= today <= grant.last_day:
            found.add((grant.role, f"By hand, approved by {grant.approved_by}"))
    for rule in book.role_rules:
        if rule.first_day <= today <= rule.last_day and rule.gives(
            spell.place, spell.job_title, post.category
        ):
            found.add((rule.role, f"A role rule: {rule_words(rule)}"))
    return found


def rule_words(rule: RoleRule) -> str:
    """The conditions of a role rule.

    >>> rule_words(RoleRule("r", job_title="*care*", sector="school"))
    'job title *care*, sector school'
    >>> rule_words(RoleRule("r"))
    'everybody'
    """
    said = [
        f"{words} {value}"
        for words, value in (
            ("job title", rule.job_title),
            ("unit", rule.unit),
            ("organisation", rule.organisation),
            ("sector", rule.sector),
            ("category", rule.category),
        )
        if value is not None
    ]
    return ", ".join(said) or "everybody"
