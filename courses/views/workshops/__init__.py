"""The pages about workshops: planning, the list, the page of one, booking, the register and what people thought."""

from courses.views.workshops import (
    booking,
    booking_calendar,
    booking_for,
    booking_lists,
    evaluation,
    evaluation_answer,
    evaluation_results,
    listing,
    own,
    page,
    planning,
)

__all__ = [
    "booking",
    "booking_calendar",
    "booking_for",
    "booking_lists",
    "evaluation",
    "evaluation_answer",
    "evaluation_results",
    "listing",
    "own",
    "page",
    "planning",
]
