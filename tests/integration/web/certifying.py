"""What the tests of certificates and passports share: one issued, a name changed, files sent and read."""

from datetime import timedelta

from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from courses.certificate.issuer import Issuer, issuer_of
from courses.domain import CompletionKey
from courses.domain.certificates import Certificate
from courses.services import certificates as service
from foundation import clock, facts
from foundation.db import transaction
from foundation.facts import known, recorded, retract
from foundation.stamp import Stamp
from people.models import PersonDetailRow
from tests.borough import Borough
from tests.pages import text_of


def issuer(app: Flask) -> Issuer:
    """The council of a service, with its keys."""
    return issuer_of(app.config, app.instance_path)


def stamp() -> Stamp:
    """Whoever tests."""
    return Stamp("command:tests", clock.now())


def issue(
    app: Flask, session: Session, borough: Borough, name: str = "Mo", days: int = 100, course: str = "PREV"
) -> Certificate:
    """The certificate of a completion of the borough."""
    key = CompletionKey(borough.ids[name], course, borough.today - timedelta(days=days))
    with transaction(session):
        return service.issue(session, stamp(), issuer(app), key, clock.today())


def rename(session: Session, borough: Borough, name: str, last_name: str) -> None:
    """Somebody has another surname from now on."""
    with transaction(session):
        of_person = (PersonDetailRow.person_id == borough.ids[name], known(PersonDetailRow, None))
        before = session.scalars(select(PersonDetailRow).where(*of_person)).one()
        said = {"first_name": before.first_name, "email": before.email, "category": before.category}
        retract(session, PersonDetailRow, [before.id], stamp(), "tests")
        session.add(
            PersonDetailRow(person_id=borough.ids[name], last_name=last_name, **said, **recorded(stamp()))
        )
        facts.touch(session, [borough.ids[name]])
    session.rollback()


def words(answer: TestResponse) -> str:
    """What is read out of an answer."""
    return text_of(BeautifulSoup(answer.text, "html.parser"))
