"""One completion that is checked, as the page shows it: what was said, the file, what makes one wonder."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from courses.domain import CompletionKey, Concern, Evidence, Source
from courses.services.acceptance import MetLine, accepting
from courses.services.case import Case, who_is
from courses.services.concerns import is_register
from courses.services.evidence import open_evidence, senders
from courses.store import EvidenceFile
from courses.uploads.apart import read_apart
from courses.uploads.kinds import WORDS, Kind
from courses.views.evidence_queue import source_words
from courses.views.receiving import folder
from courses.views.tell_us import course_title
from courses.wording import CHECKER_WORDS
from foundation import clock
from foundation.clock import LONDON
from foundation.db import Session
from foundation.errors import DomainError, NotFound
from foundation.formats import long_date
from people.domain import Account
from people.imports.posts import Duties
from people.services.records.standing import spell_facts

LONGEST_TEXT = 1500
"""Letters of a file that the page shows; whoever wants more opens the file."""
EVIDENCE_WORDS = {
    Evidence.TRUSTED: "Accepted",
    Evidence.VERIFIED: "Accepted",
    Evidence.AWAITING: "Waiting for a check",
    Evidence.REJECTED: "Not accepted",
}


@dataclass(frozen=True, slots=True)
class FileShown:
    """A file on the page. `words`: what a PDF says, as the reader of this service finds it; None for pictures."""

    public_id: str
    what: str
    kind: str
    sent_on: date
    may_open: bool
    is_picture: bool
    words: str | None


@dataclass(frozen=True, slots=True)
class OtherShown:
    """Another completion of the same course."""

    completed_on: date
    evidence: str
    source: str


def rows(session: Session, account: Account, case: Case) -> list[tuple[str, str | None]]:
    """Names and values: what was said of the completion, and how it came."""
    completion, today = case.completion, clock.today()
    posts = [
        one.spell.duties
        for one in spell_facts(session, completion.person_id)
        if one.spell.holds_on(today)
        and (account.sees_everybody or one.organisation_id in account.organisation_ids)
    ]
    return [
        ("Post", "; ".join(_post(post) for post in posts) or "No post today"),
        ("Course", course_title(completion.course)),
        ("Date completed", long_date(completion.completed_on)),
        ("Who ran it", completion.provider),
        ("Certificate number", completion.reference),
        ("How it came", _came(session, account, case)),
        ("Waiting since", long_date(clock.london_day(completion.recorded_at))),
    ]


def _post(post: Duties) -> str:
    place = f"{post.organisation}: {post.unit}" if post.unit else post.organisation
    return f"{post.job_title or 'Job title not recorded'}, {place}"


def _came(session: Session, account: Account, case: Case) -> str:
    """How it came; who sent a register or a partner's file in is named to those who may see everybody."""
    completion = case.completion
    came = source_words(completion.source)
    actors = senders(session, completion.key)
    sent_for_others = completion.source in {Source.REGISTER, Source.PARTNER_FILE}
    if sent_for_others and actors and account.sees_everybody:
        return f"{came}, sent in by {who_is(session, actors[-1])}"
    return came


def concerns(case: Case) -> list[str]:
    """What makes one wonder, as sentences; whose the same file was is said by names where the reader sees them."""
    sentences = []
    for concern in case.concerns:
        words = CHECKER_WORDS[concern]
        if concern is Concern.FILE_USED_BY_ANOTHER and case.used_by:
            words += ": " + ", ".join(one.name for one in case.used_by)
        sentences.append(words[0].upper() + words[1:])
    return sentences


def decided_words(account: Account, case: Case) -> str:
    """Who decided, what and when; a partner lead is not told who of the council did."""
    decision = case.decision
    if decision is None:
        return ""
    who = "You" if decision.by_reader else decision.by if account.sees_everybody else "Your training team"
    at = decision.at.astimezone(LONDON)
    verb = "accepted this" if decision.evidence is Evidence.VERIFIED else "did not accept this"
    reason = f": {decision.reason}" if decision.reason else ""
    return f"{who} {verb} on {long_date(at.date())} at {at:%H:%M}{reason}."


def met(session: Session, case: Case) -> list[tuple[str, MetLine]]:
    """What accepting would do, each line with the name of its person, as the people of a register are listed."""
    everybody = {one.person_id: one for one in (case.person, *case.register)}
    of = case.completion
    keys = [CompletionKey(person_id, of.course, of.completed_on) for person_id in everybody]
    lines = accepting(session, keys, clock.today())
    order = {person_id: number for number, person_id in enumerate(everybody)}
    return [
        (everybody[line.person_id].name, line) for line in sorted(lines, key=lambda one: order[one.person_id])
    ]


def files(session: Session, account: Account, files: Sequence[EvidenceFile]) -> list[FileShown]:
    """The files, with what PDFs say. Reading one takes a while, and nobody waits for this page's look at the record."""
    may_open = {file.id: _may_open(session, account, file) for file in files}
    session.rollback()
    return [
        FileShown(
            file.public_id,
            "Signed register" if is_register(file) else "Certificate",
            WORDS[Kind(file.kind)],
            clock.london_day(file.recorded_at),
            may_open[file.id],
            # What is still to be scanned is not opened (promise E24), and the address would give no picture.
            file.kind != Kind.PDF and Concern.NOT_SCANNED not in file.concerns,
            _said(file) if may_open[file.id] and file.kind == Kind.PDF else None,
        )
        for file in files
    ]


def _may_open(session: Session, account: Account, file: EvidenceFile) -> bool:
    try:
        open_evidence(session, account, file.public_id, clock.today())
    except NotFound:
        return False
    return True


def _said(file: EvidenceFile) -> str:
    """The beginning of the words in a PDF; empty where there are none, as in a scan."""
    if Concern.NOT_SCANNED in file.concerns or Concern.TEXT_UNREADABLE in file.concerns:
        return ""
    content = folder().read(file.stored_as)
    if content is None:
        return ""
    try:
        words, _ = read_apart(Kind.PDF, content)
    except DomainError:
        return ""
    printable = "".join(letter for letter in words if letter.isprintable() or letter == "\n").strip()
    return printable if len(printable) <= LONGEST_TEXT else f"{printable[:LONGEST_TEXT]}…"


def others(case: Case) -> list[OtherShown]:
    """Other completions of the same course by the same person."""
    return [
        OtherShown(one.completed_on, EVIDENCE_WORDS[Evidence(one.evidence)], source_words(one.source))
        for one in case.others
    ]
