"""A borough whose rule book has reminder steps, and somebody who writes messages down."""

import pytest
from sqlalchemy.orm import Session

from foundation import clock
from tests.borough import Borough
from tests.integration.web.reminders.post import Post, write_steps


@pytest.fixture
def post(session: Session, borough: Borough) -> Post:
    write_steps(session, clock.today())
    return Post(session, borough)
