"""The tour of the pages of reminders, in the states that learning and development meets, and of one's own."""

from datetime import timedelta

from sqlalchemy import select

from foundation import clock
from foundation.db import db
from foundation.mail import State
from reminders.models import SchedulerBeatRow
from reminders.services.planning import write_plan
from reminders.views.plan import next_working_day
from tests.e2e.walking import Walk
from tests.integration.web.reminders.post import Post, stamp, write_steps

MESSAGES = "/reminders/messages"


def reminders(walk: Walk) -> None:
    """Learning and development: how reminders fare, who is written to, messages, letters."""
    walk.go("/reminders", "reminders.state", "never started")
    walk.go(MESSAGES, "reminders.messages", "none yet")
    walk.go("/reminders/twice", "reminders.twice", "nobody")
    walk.go("/reminders/letters", "reminders.letters", "none")
    walk.go("/reminders/letters/print", "reminders.make_letters", "none waits")
    uncertain, failed, own = write(walk)
    walk.go("/reminders", "reminders.state", "a run that is held")
    walk.page.get_by_role("link", name="Look, and let them go on").click()
    walk.see("reminders.release_run")
    walk.press("Let them go on")
    walk.see("reminders.state", "the run goes on")
    walk.go("/reminders/halt", "reminders.halt")
    walk.press("Halt all mail")
    walk.see("reminders.halt", "error")
    walk.page.get_by_label("Why?").fill("A wrong file of people")
    walk.press("Halt all mail")
    walk.see("reminders.state", "halted")
    walk.page.get_by_role("link", name="Let mail leave again").click()
    walk.see("reminders.resume")
    walk.press("Let mail leave")
    walk.see("reminders.state", "mail leaves again")
    planned(walk)
    walk.go(MESSAGES, "reminders.messages")
    walk.go(f"{MESSAGES}?day-day=31&day-month=6&day-year=2026", "reminders.messages", "error")
    walk.go(f"{MESSAGES}?state=cancelled", "reminders.messages", "none of these")
    walk.go(f"{MESSAGES}/{uncertain}", "reminders.message", "uncertain")
    walk.page.get_by_role("link", name="Send this message again").click()
    walk.see("reminders.decide")
    walk.press("Send it again")
    walk.see("reminders.message", "to be sent again")
    walk.go(f"{MESSAGES}/{uncertain}/mark-sent", "reminders.decide", "too late")
    walk.press("Mark it as sent")
    walk.see("reminders.decide", "error: changed meanwhile")
    walk.go(f"{MESSAGES}/{failed}", "reminders.message", "failed, a link that acts")
    walk.go(f"{MESSAGES}/{own}", "reminders.message", "one's own")
    walk.go(f"{MESSAGES}/{own}/give-up", "reminders.decide", "one's own")
    walk.go("/reminders/twice", "reminders.twice")
    with walk.app.app_context():
        write_plan(db.session(), stamp, next_working_day(clock.today()))
        db.session.remove()
    walk.go("/reminders/letters", "reminders.letters", "one waits")
    walk.page.get_by_role("button", name="Print these letters").click()
    walk.see("reminders.make_letters")
    walk.press("Make the file")
    walk.see("reminders.letters", "printed")
    walk.page.locator("#runs").get_by_role("link", name="Take back").click()
    walk.see("reminders.take_letters_back")
    walk.press("Take them back")
    walk.see("reminders.letters", "taken back")
    walk.go(f"/people/{walk.borough.people['Sam']}/reminders", "reminders.person_reminders")
    walk.go(f"/people/{walk.borough.people['Mo']}/reminders", "reminders.person_reminders", "about others")
    walk.go(f"/people/{walk.borough.people['Vic']}/reminders", "reminders.person_reminders", "none")


def peoples(walk: Walk) -> None:
    """A manager: what was sent to the team, and who would be reminded now."""
    walk.go("/reminders/people?state=failed", "reminders.peoples_reminders", "none of these")
    if not is_written(walk):
        write(walk)
    walk.go("/reminders/people", "reminders.peoples_reminders")
    walk.go("/reminders/send-now", "reminders.send_now")


def partners(walk: Walk) -> None:
    """A partner lead: a message that failed, sent once more."""
    with walk.app.app_context():
        post = Post(db.session(), walk.borough)
        failed = post.message("Pam", State.FAILED, run=post.run(clock.today() - timedelta(days=400)))
        db.session.remove()
    walk.go("/reminders/people", "reminders.peoples_reminders", "of an organisation")
    walk.go(f"/reminders/people/{failed}/send-again", "reminders.send_persons_message_again")
    walk.press("Send it again")
    walk.see("reminders.peoples_reminders", "to be sent again")


def planned(walk: Walk) -> None:
    """The plan of a day to come: who is written to, who is not, and the words."""
    walk.go("/reminders/plan", "reminders.plan")
    walk.go("/reminders/plan?on=2001-01-01", "reminders.plan", "error")
    walk.go("/reminders/plan?show=not_written", "reminders.plan", "who is not")
    walk.go("/reminders/plan?q=nobody-has-this-name", "reminders.plan", "nobody")
    saturday = clock.today()
    while saturday.weekday() != 5:
        saturday += timedelta(days=1)
    walk.go(f"/reminders/plan?on={saturday}", "reminders.plan", "a weekend")
    walk.go("/reminders/plan?q=ola", "reminders.plan", "one person")
    walk.page.locator("#plan a[href*='what=reminder']").first.click()
    walk.see("reminders.plan_message")


def write(walk: Walk) -> tuple[str, str, str]:
    """Steps in the rule book, a run that is held, messages in several states; three of these messages."""
    with walk.app.app_context():
        session = db.session()
        write_steps(session, clock.today())
        post = Post(session, walk.borough)
        post.beat(clock.now() - timedelta(hours=2), "Sending mail failed.")
        run = post.run(trial="held")
        post.reminder("Ola", run, post.message("Ola", run=run))
        post.reminder("Sam", run, step="before_30", outcome="superseded")
        uncertain = post.message("Sam", State.UNCERTAIN, run=run, ambiguous=1, handed_at=clock.now())
        post.reminder("Sam", run, uncertain)
        post.happened(uncertain, "message.uncertain")
        team = post.message("Mo", run=run, kind="team_digest")
        for name in ("Sam", "Ola"):
            post.reminder(name, run, team, to="Mo", step="manager_1")
        failed = post.message(
            "Kit", State.FAILED, "reset", is_secret=True, body="", problem="No such mailbox.", code=550
        )
        own = post.message("Uma", State.UNCERTAIN, run=run, ambiguous=1, handed_at=clock.now())
        post.no_email("Pip")
        db.session.remove()
    return uncertain, failed, own


def is_written(walk: Walk) -> bool:
    """Whether another tour of the same service has written it."""
    with walk.app.app_context():
        found = db.session().scalar(select(SchedulerBeatRow.id))
        db.session.remove()
    return found is not None


def own_reminders(walk: Walk) -> None:
    """Staff: what we have written to them, and how often that is to be."""
    walk.go("/my-training/reminders", "reminders.frequency", "nothing yet")
    if not is_written(walk):
        write(walk)
    walk.go("/my-training/reminders", "reminders.frequency")
    walk.page.get_by_label("Once a week").check()
    walk.press("Save")
    walk.see("reminders.frequency", "once a week")
    walk.page.evaluate("() => document.querySelectorAll('input[type=radio]').forEach(one => one.remove())")
    walk.press("Save")
    walk.see("reminders.frequency", "error")
