"""What needs a person today, each kind with its number and the way to the list that shows exactly these."""

from dataclasses import dataclass

from flask import render_template, url_for

from compliance.services.figures import FigureRow
from compliance.services.worklist import REVIEW_DAYS, Work, work
from compliance.store.exemptions import SOON_DAYS, Show
from compliance.store.worklist import Problem
from compliance.views.blueprint import blueprint
from compliance.views.importing.launching import import_folder
from foundation import clock
from foundation.db import db
from foundation.formats import count_noun, fraction, long_date
from people import auth
from people.domain import Permission

READERS = (Permission.LEARNING, Permission.COORDINATOR, Permission.AUDITOR, Permission.PARTNER_LEAD)
_PROBLEM_WORDS = {
    Problem.NO_MANAGER: (
        "person has no manager on record",
        "people have no manager on record",
        "Nobody sees what they have to do, and nobody hears when it runs out.",
    ),
    Problem.NO_ROLE: (
        "person is in no group for training",
        "people are in no group for training",
        "They are asked for nothing but what is asked of everybody. A job title may be new to the rules.",
    ),
    Problem.NO_EMAIL: (
        "person has no email address on record",
        "people have no email address on record",
        "They cannot sign in or be reminded.",
    ),
}


@dataclass(frozen=True, slots=True)
class Block:
    """One kind of work: how much, what it is in words, why it matters, and where it is done."""

    number: int
    words: str
    sentence: str
    href: str


@dataclass(frozen=True, slots=True)
class Below:
    """A requirement below its target."""

    title: str
    figure: str
    needed: str
    href: str


@blueprint.get("/work")
@auth.only_for(*READERS)
def worklist() -> str:
    """What waits, the most pressing first; what does not wait is left out."""
    account, today = auth.reader(), clock.today()
    found = work(db.session(), account, today, import_folder())
    return render_template(
        "compliance/worklist.html",
        as_at=today,
        blocks=[block for block in _blocks(found) if block.number],
        below=[_below(row) for row in found.below],
        is_empty=found.is_empty,
    )


def _blocks(found: Work) -> list[Block]:
    return [_evidence(found), *_learning(found), *_people(found), _exemptions(found)]


def _evidence(found: Work) -> Block:
    since = (
        f"The first since {long_date(clock.london_day(found.waiting_since))}." if found.waiting_since else ""
    )
    words = "completion waits for a check" if found.evidence == 1 else "completions wait for a check"
    return Block(found.evidence, words, since, url_for("courses.evidence_queue"))


def _learning(found: Work) -> list[Block]:
    """What is for learning and development alone."""
    blocks = []
    if found.set_aside is not None:
        rows = count_noun(found.set_aside.rows, "row", "rows")
        one = found.set_aside.files == 1
        words = "import has rows to mend" if one else "imports have rows to mend"
        sentence = f"{rows} set aside, of which nothing was recorded."
        blocks.append(Block(found.set_aside.files, words, sentence, url_for("compliance.imports")))
    if found.requests is not None:
        words = "correction is asked for" if found.requests == 1 else "corrections are asked for"
        sentence = "People say that a detail of theirs is wrong."
        blocks.append(Block(found.requests, words, sentence, url_for("people.detail_requests")))
    if found.roles is not None:
        words = "role by hand is to be reviewed" if found.roles == 1 else "roles by hand are to be reviewed"
        sentence = f"Within the next {REVIEW_DAYS} days, or late already."
        blocks.append(Block(found.roles, words, sentence, url_for("compliance.roles_to_review")))
    return blocks


def _people(found: Work) -> list[Block]:
    return [
        Block(
            number,
            _PROBLEM_WORDS[problem][0 if number == 1 else 1],
            _PROBLEM_WORDS[problem][2],
            url_for("compliance.people_to_mend", problem=problem.value),
        )
        for problem, number in found.problems.items()
    ]


def _exemptions(found: Work) -> Block:
    words = "exemption ends soon" if found.exemptions == 1 else "exemptions end soon"
    sentence = f"Within the next {SOON_DAYS} days. Whoever is still to be exempt needs a new one."
    return Block(found.exemptions, words, sentence, url_for("compliance.exemptions", show=Show.SOON.value))


def _below(row: FigureRow) -> Below:
    assert row.judgement is not None
    needed = count_noun(row.judgement.people_to_target, "more person", "more people")
    return Below(
        title=row.title,
        figure=fraction(row.counts.in_date, row.counts.counted),
        needed=f"{needed} would reach the target of {row.judgement.target}%",
        href=url_for("compliance.figures", requirement=row.requirement),
    )
