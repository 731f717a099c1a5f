"""How reminders fare, said plainly; halting all mail, letting it leave again, and letting a run go on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from flask import current_app, render_template, url_for

from foundation import clock
from foundation.db import Session, db
from foundation.errors import NotFound
from foundation.formats import count_noun, long_date
from foundation.stamp import Stamp
from people import auth
from people.domain import Account, Permission
from reminders import wording
from reminders.domain.outbox import TRIED_FIRST, Gate, Trial
from reminders.forms.deciding import DecideForm, WhyForm
from reminders.services.beating import Health, health
from reminders.services.outbox import deciding
from reminders.services.outbox.gate import HALT_FILE, halt_file, is_halted_by_file
from reminders.store import outbox, story
from reminders.views.acting import Check, Page, ask_first
from reminders.views.blueprint import blueprint
from reminders.views.lists import READERS, begin_of, may_act, moment_words

DAYS = 30
RUNS = 10
HALTERS = (Permission.LEARNING, Permission.COORDINATOR)
HALT_MEANS = (
    (
        "From then on nothing leaves: no reminder, no invitation and no link for a new password. A message that is "
        "being handed over at this moment still arrives."
    ),
    "Nothing is lost: what waits leaves when learning and development lets it.",
)
RESUME_MEANS = ("What waits leaves at the next round, unless it no longer applies by then.",)
RELEASE_MEANS = (
    (
        f"More than one in five of the first {TRIED_FIRST} messages failed or are uncertain, so the others wait. Look "
        "at the failed and uncertain messages first: a mail server that refuses us would refuse all of them."
    ),
    "If you let them go on, all that still apply leave at the next round.",
)


@dataclass(frozen=True, slots=True)
class Number:
    """How many messages there are in a state, and the list that shows exactly these."""

    words: str
    tone: str
    number: int
    href: str


@dataclass(frozen=True, slots=True)
class RunLine:
    """The planning of one day, in words."""

    day: date
    reminders: int
    messages: int
    became: str
    held: bool


@dataclass(frozen=True, slots=True)
class Banner:
    """Something that somebody has to know before anything else, and what can be done about it."""

    heading: str
    text: str
    action: str = ""
    href: str = ""


def may_halt(account: Account) -> bool:
    """Whether a reader may halt all mail; only learning and development lets it leave again."""
    return bool(account.permissions & set(HALTERS))


def halted_by_file() -> bool:
    """Whether somebody at the machine has halted all mail, by a file in the instance folder."""
    return is_halted_by_file(halt_file(Path(current_app.instance_path)))


@blueprint.get("/reminders")
@auth.only_for(*READERS)
def state() -> str:
    """Whether reminders are running, what waits, what went wrong, and what became of the latest runs."""
    session, account, now = db.session(), auth.reader(), clock.now()
    late_after = current_app.config["REMINDERS_LATE_AFTER"]
    found = health(session, now, late_after, halted_by_file=halted_by_file())
    gate = outbox.gate(session)
    runs = story.latest_runs(session, RUNS)
    today = clock.london_day(now)
    since = today - timedelta(days=DAYS - 1)
    counts = story.counts_by_state(session, begin_of(since))
    return render_template(
        "reminders/state.html",
        running=found.running,
        banners=[*_banners(found, account, gate), *_held(runs, account)],
        days=DAYS,
        numbers=[
            Number(
                wording.state_words(key),
                wording.state_tone(key),
                counts.get(key, 0),
                url_for("reminders.messages", state=key, since=since.isoformat()),
            )
            for key in wording.STATE_WORDS
            if counts.get(key, 0)
        ],
        last_sign=_since(found.ticked_at),
        oldest=_since(found.oldest_unsent),
        uncertain=found.uncertain,
        failed=found.failed,
        twice=len(outbox.possible_duplicates(session)),
        today=_today_words(next((run for run in runs if run.day == today), None)),
        runs=[_run(run) for run in runs],
        can_halt=may_halt(account) and gate.halted_at is None,
        acts=may_act(account),
    )


def _since(at: datetime | None) -> str:
    return moment_words(at) if at else ""


def _banners(found: Health, account: Account, gate: Gate) -> list[Banner]:
    banners = []
    if not found.running:
        sign = f"the last sign of life was on {moment_words(found.ticked_at)}" if found.ticked_at else ""
        text = "Nobody is written to until whoever looks after the machine starts the scheduler."
        words = f"Reminders are not running: {sign or 'they have never been started'}"
        banners.append(Banner(words, f"{found.problem} {text}".strip()))
    elif found.problem:
        banners.append(Banner("The last round of reminders had a problem", found.problem))
    if halted_by_file():
        banners.append(
            Banner(
                "All mail is halted at the machine",
                f"A file named {HALT_FILE} lies in the instance folder. Whoever looks after the machine takes it away.",
            )
        )
    if gate.halted_at is not None:
        action = ("Let mail leave again", url_for("reminders.resume")) if may_act(account) else ("", "")
        since = f"Nothing has left since {moment_words(gate.halted_at)}."
        banners.append(Banner("All mail is halted", f"{since} The reason given: {gate.why}", *action))
    if found.circuit:
        text = (
            f"It is asked again on {moment_words(found.circuit)}. No message is lost, and none uses up a try."
        )
        action = ("Ask it again now", url_for("reminders.resume")) if may_act(account) else ("", "")
        banners.append(Banner("The mail server lets nobody in", f"{gate.problem} {text}".strip(), *action))
    return banners


def _held(runs: list[story.Run], account: Account) -> list[Banner]:
    return [
        Banner(
            f"The reminders of {long_date(run.day)} are held",
            "Too many of the first messages failed or are uncertain. The others wait until somebody has looked.",
            *(
                ("Look, and let them go on", url_for("reminders.release_run", day=run.day.isoformat()))
                if may_act(account)
                else ()
            ),
        )
        for run in runs
        if run.trial == Trial.HELD
    ]


def _today_words(run: story.Run | None) -> str:
    if run is None:
        return (
            "Not planned yet. Reminders are planned on working days, in the hours that the rule book gives."
        )
    if run.finished_at is None:
        return f"Being planned: {_counts(run)} so far."
    return f"Planned: {_counts(run)}."


def _counts(run: story.Run) -> str:
    reminders = count_noun(run.reminders, "reminder", "reminders")
    return f"{reminders} in {count_noun(run.messages, 'message', 'messages')}"


_TRIAL_WORDS = {
    Trial.TRYING: "The first messages are tried",
    Trial.PASSED: "All may leave",
    Trial.HELD: "Held: too many of the first came to nothing",
}


def _run(run: story.Run) -> RunLine:
    became = _TRIAL_WORDS[Trial(run.trial)] if run.trial in set(Trial) else run.trial
    if run.finished_at is None:
        became = "Being planned"
    return RunLine(run.day, run.reminders, run.messages, became, run.trial == Trial.HELD)


@blueprint.route("/reminders/halt", methods=["GET", "POST"])
@auth.only_for(*HALTERS)
def halt() -> Page:
    """Keep all mail from leaving, with the reason; whoever is sending one ends with that one."""
    form = WhyForm()

    def act(session: Session, stamp: Stamp) -> str:
        deciding.halt(session, stamp, str(form.why.data))
        return url_for("reminders.state")

    check = _check("Halt all mail", "Halt all mail", HALT_MEANS, "All mail is halted.")
    return ask_first(form, check, act)


@blueprint.route("/reminders/resume", methods=["GET", "POST"])
@auth.only_for(Permission.LEARNING)
def resume() -> Page:
    """Let mail leave again, and ask the mail server anew."""
    form = DecideForm()

    def act(session: Session, stamp: Stamp) -> str:
        deciding.resume(session, stamp)
        return url_for("reminders.state")

    check = _check(
        "Let mail leave again", "Let mail leave", RESUME_MEANS, "Mail leaves again.", warning=False
    )
    return ask_first(form, check, act)


@blueprint.route("/reminders/runs/<day>/release", methods=["GET", "POST"])
@auth.only_for(Permission.LEARNING)
def release_run(day: str) -> Page:
    """Let the rest of a run leave that was held after its first messages."""
    found = story.run_of(db.session(), _day(day))
    if found is None:
        raise NotFound("There is no such run.")
    form, words = DecideForm(), long_date(found.day)

    def act(session: Session, stamp: Stamp) -> str:
        deciding.release_run(session, stamp, found.id)
        return url_for("reminders.state")

    check = _check(
        f"Let the reminders of {words} go on", "Let them go on", RELEASE_MEANS, "The reminders go on."
    )
    return ask_first(form, check, act)


def _check(title: str, button: str, means: Sequence[str], notice: str, *, warning: bool = True) -> Check:
    back = url_for("reminders.state")
    return Check(title, button, means, notice, back, "Back to reminders", warning=warning)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotFound("There is no such day.") from None
