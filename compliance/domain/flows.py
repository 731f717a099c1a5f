"""What happened to a figure between two days, in numbers of people and of completions. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Flow:
    """What happened from the day after one day to another, the last, about one requirement.

    `completions`: those done in these days that count, or counted, for somebody who is required. `expiries`: how often
    somebody who was in date was overdue on the next day. `leavers`: people required on the day before the first who
    hold no post on the last. `starters`: people required on the last who held no post on the day before the first.
    """

    completions: int = 0
    expiries: int = 0
    leavers: int = 0
    starters: int = 0


NO_FLOW = Flow()
