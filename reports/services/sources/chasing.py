"""People who owe something as reports ask for them: who leads them, what they were told, and where they can go."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from compliance.domain.requirement import RuleBook
from people.store import in_chunks
from reports.domain.sources.chasing import Chased, Owing
from reports.services.sources.reminding import reminded_of
from reports.services.sources.workshops_ahead import WorkshopsAhead
from reports.store.managers import manager_names


@dataclass(frozen=True)
class ChasingRecord:
    """The answers of one report, about people whom its reader may see by name."""

    session: Session
    book: RuleBook

    def chased(self, owing: Iterable[Owing], day: date, at: datetime) -> dict[tuple[int, str], Chased]:
        """For each of these duties. `at`: from when on workshops are still to come."""
        every = list(owing)
        found: dict[tuple[int, str], Chased] = {}
        by_person: dict[int, list[Owing]] = {}
        for one in every:
            by_person.setdefault(one.person_id, []).append(one)
        for some in in_chunks(self.session, sorted(by_person)):
            duties = [one for person_id in some.ids for one in by_person[person_id]]
            managers = manager_names(self.session, some.ids, day)
            told = reminded_of(self.session, duties, day)
            ahead = WorkshopsAhead.read(self.session, self.book, some.ids, day, at)
            following = ahead.next_for(self.session, duties)
            found |= {
                one.key: Chased(
                    managers.get(one.person_id, ()),
                    told.get(one.key),
                    ahead.booked(one.person_id, one.requirement),
                    following.get(one.key, ""),
                )
                for one in duties
            }
        return found
