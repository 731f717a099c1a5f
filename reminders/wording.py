"""The words in which pages and files speak of messages and reminders. Pure.

A state, a kind or a reason is a stable key; what people read is here, once, so that every page and file says the same.
"""

from collections.abc import Mapping
from datetime import date

from compliance.domain.requirement import ReminderStep, StepKind, StepTo, Weekday
from foundation.formats import count_noun, long_date
from reminders.domain.due import Channel, Outcome, Reason

STATE_WORDS = {
    "waiting": "Waiting to leave",
    "claimed": "About to leave",
    "sending": "Being sent",
    "sent": "Sent",
    "failed": "Failed",
    "uncertain": "Uncertain",
    "superseded": "Another took its place",
    "cancelled": "Not sent",
}
"""How far a message has come: the values of `foundation.mail.State`."""

STATE_TONES = {
    "waiting": "wait",
    "claimed": "wait",
    "sending": "wait",
    "sent": "good",
    "failed": "bad",
    "uncertain": "soon",
    "superseded": "none",
    "cancelled": "none",
}

KIND_WORDS = {
    "reminder": "Reminder",
    "team_digest": "About a team",
    "work_digest": "Work to do",
    "report": "Report on schedule",
    "invitation": "Invitation",
    "reset": "Link for a new password",
    "delegation_given": "A team was handed over",
    "delegation_changed": "A handed over team was changed",
    "delegation_ended": "A handed over team was taken back",
    "detail_request_answered": "Answer about a correction",
    "evidence_rejected": "Evidence not accepted",
    "evidence_undone": "A decision about evidence was undone",
    "workshop_booked": "Place at a workshop",
    "workshop_waiting": "Waiting list of a workshop",
    "workshop_offered": "Place at a workshop offered",
    "workshop_cancelled": "Booking cancelled",
    "workshop_substituted": "Somebody else goes to a workshop",
    "workshop_moved": "A workshop was changed",
    "workshop_called_off": "A workshop was called off",
    "workshop_reminder": "Reminder of a workshop",
    "workshop_team": "Workshops of people without email",
    "workshop_leads": "Workshop to lead",
    "workshop_leads_moved": "A workshop you lead has changed",
    "workshop_leads_no_more": "You no longer lead a workshop",
    "workshop_evaluation": "What somebody thinks of a workshop",
    "password_changed": "A password was changed",
    "second_step_set_up": "Two-step sign-in was set up",
    "second_step_removed": "Two-step sign-in was turned off",
    "second_step_reset": "Two-step sign-in was reset",
    "second_step_recovery_codes_made": "New recovery codes were made",
    "second_step_recovery_code_used": "A recovery code was used",
}
"""What kind of message it is. A kind without words here is called by its key."""

EVENT_WORDS = {
    "message.sent": "Sent",
    "message.failed": "Failed",
    "message.uncertain": "Handed over, and no answer came",
    "message.unanswered": "Handed over, and no answer came: tried again",
    "message.cancelled": "Not sent: it no longer applied",
    "message.reported": "The provider reported what became of it",
    "message.sent_again": "To be sent again",
    "message.marked_sent": "Marked as sent",
    "message.given_up": "Given up: not to be sent",
    "message.asked_for": "Asked for by a manager",
}
"""What happened to a message: events of the audit trail."""

REASON_WORDS: Mapping[str, str] = {
    Reason.UP_TO_DATE: "Up to date",
    Reason.EXEMPT: "Exempt",
    Reason.ABSENT: "Away from work",
    Reason.WAITING_FOR_CHECK: "Their evidence waits for a check",
    Reason.NOTHING_DUE: "Nothing is due yet",
    Reason.TOLD_ALREADY: "Told already",
    Reason.CANNOT_BE_REACHED: "Nobody can be reached",
    Reason.WAITS_FOR_WEEKDAY: "Waits for the weekly message",
    Reason.NOT_A_WORKING_DAY: "Not a working day",
    Reason.CAP: "As many messages as somebody may get on a day",
    Reason.NOT_REQUIRED: "No longer asked of them",
    Reason.NOT_IN_TEAM: "No longer in the team of the recipient",
    Reason.CHANGED: "The last day is another, or has passed",
    Reason.HAS_EMAIL_NOW: "Has an email address by now, and is written to",
    Reason.GIVEN_UP: "Somebody decided not to send it",
}
"""Why somebody is not written to, or what was planned did not leave."""

RECEIPT_WORDS: Mapping[str, str] = {
    "delivered": "Delivered",
    "permanent-failure": "Not delivered: the address does not exist, or takes no mail",
    "temporary-failure": "Not delivered: the mailbox did not take it for days",
    "technical-failure": "Not delivered: a fault at the provider",
}
"""What the provider reports of a message that it took."""

BY_HAND = "Asked for by the manager"
"""By which step somebody was told who was reminded because a manager asked (reminders/domain/by_hand.py)."""

WEEKDAY_WORDS = {
    Weekday.MON: "Monday",
    Weekday.TUE: "Tuesday",
    Weekday.WED: "Wednesday",
    Weekday.THU: "Thursday",
    Weekday.FRI: "Friday",
}

CHANNEL_WORDS = {Channel.EMAIL: "Email", Channel.LETTER: "Printed letter"}

TO_WORDS = {
    StepTo.PERSON: "To them",
    StepTo.MANAGER: "To their manager",
    StepTo.HEAD_OF_SERVICE: "To their head of service",
}


def weekday_words(weekday: str) -> str:
    """A day of the week, in full.

    >>> weekday_words("mon")
    'Monday'
    """
    return WEEKDAY_WORDS[Weekday(weekday)]


def state_words(state: str) -> str:
    """How far a message has come, in words."""
    return STATE_WORDS.get(state, state)


def state_tone(state: str) -> str:
    """The tone of a state: it colours the words and says nothing that they do not."""
    return STATE_TONES.get(state, "none")


def kind_words(kind: str) -> str:
    """What kind of message it is, in words.

    >>> kind_words("reminder"), kind_words("news_of_the_day")
    ('Reminder', 'News of the day')
    """
    return KIND_WORDS.get(kind) or kind.replace("_", " ").capitalize()


def event_words(event: str) -> str:
    """What happened to a message, in words.

    >>> event_words("message.sent"), event_words("message.read_aloud")
    ('Sent', 'Read aloud')
    """
    return EVENT_WORDS.get(event) or kind_words(event.rpartition(".")[2])


def reason_words(reason: str) -> str:
    """Why somebody is not written to, in words."""
    return REASON_WORDS.get(reason) or kind_words(reason)


def problem_words(problem: str) -> str:
    """Why a message did not leave, or what went wrong: a reason, or a sentence that is words already.

    >>> problem_words("up_to_date"), problem_words("No answer came.")
    ('Up to date', 'No answer came.')
    """
    return REASON_WORDS.get(problem, problem)


def receipt_words(receipt: str) -> str:
    """What the provider reported, in words.

    >>> receipt_words("delivered"), receipt_words("lost-at-sea")
    ('Delivered', 'Lost at sea')
    """
    return RECEIPT_WORDS.get(receipt) or kind_words(receipt.replace("-", "_"))


def copies_words(most: int, *, follows: bool) -> str:
    """What may have arrived of a message that was handed over without an answer; `follows`: another is on its way.

    >>> copies_words(1, follows=False), copies_words(1, follows=True), copies_words(2, follows=False)
    ('Handed over once, no answer', 'Handed over once, no answer. It is sent once more', 'Up to 2 copies')
    """
    so_far = "Handed over once, no answer" if most == 1 else f"Up to {most} copies"
    return f"{so_far}. It is sent once more" if follows else so_far


def step_words(step: ReminderStep) -> str:
    """When a step speaks, in words.

    >>> step_words(ReminderStep("before_30", "before", 30)), step_words(ReminderStep("before_0", "before", 0))
    ('30 days before the last day', 'On the last day')
    >>> step_words(ReminderStep("overdue_1", "overdue", 1)), step_words(ReminderStep("welcome", "welcome", 0))
    ('1 day after the last day', 'When it is newly asked for')
    """
    days = count_noun(step.days, "day", "days")
    if step.kind == StepKind.BEFORE:
        return f"{days} before the last day" if step.days else "On the last day"
    if step.kind == StepKind.OVERDUE:
        return f"{days} after the last day" if step.days else "When the last day is over"
    return f"{days} after it is newly asked for" if step.days else "When it is newly asked for"


def to_words(step: ReminderStep | None, is_person: bool) -> str:
    """To whom a reminder speaks, without a name.

    >>> to_words(None, True), to_words(ReminderStep("m", "overdue", 1, "manager"), False), to_words(None, False)
    ('To them', 'To their manager', 'To somebody above them')
    """
    if is_person:
        return TO_WORDS[StepTo.PERSON]
    if step is None or step.to not in (StepTo.MANAGER, StepTo.HEAD_OF_SERVICE):
        return "To somebody above them"
    return TO_WORDS[StepTo(step.to)]


def became_words(outcome: str, why: str, state: str | None, printed_on: date | None, channel: str) -> str:
    """What became of a reminder: the ledger's outcome, the state of its message, or the letter run.

    >>> became_words("planned", "", "sent", None, "email"), became_words("planned", "", None, None, "letter")
    ('Sent', 'Waits to be printed')
    >>> became_words("cancelled", "up_to_date", "cancelled", None, "email")
    'Not sent: up to date'
    >>> became_words("planned", "given_up", "cancelled", None, "email")
    'Somebody decided not to send it'
    """
    if outcome == Outcome.SUPERSEDED:
        return "A more urgent reminder took its place"
    if why == Reason.GIVEN_UP:
        return REASON_WORDS[why]
    if outcome == Outcome.CANCELLED:
        reason = reason_words(why) if why else "it no longer applied"
        return f"Not sent: {reason[:1].lower()}{reason[1:]}"
    if channel == Channel.LETTER:
        return f"Printed on {long_date(printed_on)}" if printed_on else "Waits to be printed"
    return state_words(state) if state else "Planned"
