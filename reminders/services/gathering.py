"""What the plan of a day needs to know of some people, or of the teams of some managers, read with a few queries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.orm import Session

from compliance.store.rules import Rules
from reminders.domain.due import Digest, Due, Plan, Reachable, Told
from reminders.domain.planning import Circumstances, plan
from reminders.store import dues as store
from reminders.store.dues import Managers
from reminders.store.ledger import told_for
from reminders.store.runs import had_on


@dataclass(slots=True)
class Facts:
    """What `reminders.domain.planning.plan` is given."""

    dues: list[Due] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    reachable: dict[int, Reachable] = field(default_factory=dict)
    cycles: dict[tuple[int, str], set[str]] = field(default_factory=dict)
    had: dict[int, set[Digest]] = field(default_factory=dict)

    def planned(self, under: Circumstances) -> Plan:
        """The plan that follows from it."""
        return plan(under, self.dues, self.told, self.reachable, cycles=self.cycles, had=self.had)

    def add(self, other: "Facts") -> None:
        """Take in what is known of others."""
        self.dues += other.dues
        self.told += other.told
        self.reachable |= other.reachable
        self.cycles |= other.cycles
        self.had |= other.had


def of_people(
    session: Session,
    rules: Rules,
    day: date,
    person_ids: Sequence[int],
    *,
    above: bool = False,
    all_statuses: bool = False,
) -> Facts:
    """Of these people; with `above`, of those to whom they report as well. `all_statuses`: also of who owes nothing."""
    managers, heads = above_them(session, day, person_ids) if above else ({}, {})
    dues = store.dues_on(session, rules, day, person_ids, managers, heads, all_statuses=all_statuses)
    return facts_of(session, rules, day, dues)


def above_them(session: Session, day: date, person_ids: Sequence[int]) -> tuple[Managers, Managers]:
    """The managers of these people, and their heads of service, who are the managers of the managers."""
    managers = store.managers_of(session, day, person_ids)
    over = store.managers_of(session, day, {manager for own in managers.values() for manager in own})
    return managers, store.heads_above(managers, over)


def of_teams(session: Session, rules: Rules, day: date, manager_ids: Iterable[int]) -> Facts:
    """Of everybody who reports to these managers, or to those who report to them."""
    managers, heads = store.teams_of(session, day, manager_ids)
    people = sorted(managers.keys() | heads.keys())
    return facts_of(session, rules, day, store.dues_on(session, rules, day, people, managers, heads))


def facts_of(session: Session, rules: Rules, day: date, dues: list[Due]) -> Facts:
    """What else has to be known where people stand like this."""
    people = {due.person_id for due in dues}
    recipients = people.union(*(due.managers for due in dues), *(due.heads for due in dues))
    told = told_for(session, people)
    now = {(due.person_id, due.requirement): due.cycle for due in dues}
    moved_on = {row.person_id for row in told if now.get((row.person_id, row.requirement)) != row.cycle}
    return Facts(
        dues,
        told,
        store.reachable(session, day, recipients),
        store.cycles_of(session, rules, moved_on),
        had_on(session, day, recipients),
    )
