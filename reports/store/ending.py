"""Posts that end soon."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.facts import known
from people.models import PostSpellRow


def last_posts_ending(session: Session, day: date, until: date) -> int:
    """How many people hold a post on a day, and none any more after another one that is not far off."""
    last = (
        select(PostSpellRow.person_id)
        .where(known(PostSpellRow, None), PostSpellRow.last_day >= day)
        .group_by(PostSpellRow.person_id)
        .having(func.max(PostSpellRow.last_day) <= until, func.min(PostSpellRow.first_day) <= day)
        .subquery()
    )
    return session.scalar(select(func.count()).select_from(last)) or 0
