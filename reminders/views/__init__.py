"""The pages of reminders: how they fare, who is written to and why, messages, letters, and one's own."""

from reminders.views import (
    letters,
    message,
    messages,
    own_calendar,
    peoples,
    person,
    plan,
    plan_message,
    receipts,
    state,
)
from reminders.views.blueprint import blueprint

__all__ = [
    "blueprint",
    "letters",
    "message",
    "messages",
    "own_calendar",
    "peoples",
    "person",
    "plan",
    "plan_message",
    "receipts",
    "state",
]
