"""One certificate for each completion that counts, whoever asks and however many at once; none is ever changed."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from threading import Barrier

import pytest
from flask import Flask
from PIL import Image
from pypdf import PdfReader
from sqlalchemy import create_engine, func, select
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from courses import store
from courses.certificate.checking import check
from courses.certificate.issuer import Issuer, issuer_of
from courses.domain import CompletionKey, Evidence
from courses.domain.certificates import Ending, Standing, read_number
from courses.models.certificates import CertificateRow
from courses.services import certificates as service
from courses.services.certificates import correct, issue, issue_many, pdf_of, revoke, to_issue
from courses.services.judging import judged, judged_alone
from courses.store import certificates as register
from courses.store.certificates import Issued, ToIssue
from foundation import clock
from foundation.audit import AuditEventRow
from foundation.dates import add_months
from foundation.db import engine_options, transaction
from foundation.errors import DomainError, NotFound
from foundation.stamp import Stamp
from people.models import AccountRow, PersonDetailRow
from tests.borough import HOMES, Borough, email_of
from tests.integration.settled import settle
from tests.integration.web.staff import adding
from tests.signing import give_keys

TODAY = clock.today()
REASON = "The name was spelt wrongly"


@pytest.fixture
def borough(session: Session) -> Borough:
    return settle(session, TODAY)


@pytest.fixture
def issuer(app: Flask) -> Issuer:
    give_keys(Path(app.instance_path))
    return issuer_of(app.config, app.instance_path)


def stamp() -> Stamp:
    return Stamp("command:tests", clock.now())


def key_of(borough: Borough, name: str = "Sam", days: int = 900) -> CompletionKey:
    return CompletionKey(borough.ids[name], "PREV", TODAY - timedelta(days=days))


def issued(session: Session, issuer: Issuer, key: CompletionKey) -> Issued:
    with transaction(session):
        number = issue(session, stamp(), issuer, key, TODAY).number
    found = register.find(session, number)
    assert found is not None
    return found


def look_up(session: Session, number: str) -> Issued:
    session.rollback()
    found = register.find(session, number)
    assert found is not None
    return found


def test_a_certificate_says_what_the_record_says(session: Session, borough: Borough, issuer: Issuer) -> None:
    key = key_of(borough, "Ola", 700)
    found = issued(session, issuer, key)
    said = found.certificate
    assert read_number(said.number) == said.number
    assert said.name.startswith("Ola ")
    assert (said.course, said.course_title, said.completed_on) == (
        "PREV",
        "Prevent awareness",
        key.completed_on,
    )
    assert said.valid_until == add_months(key.completed_on, 24), (
        "the months of the rule book, by counting rule 5"
    )
    assert said.council == "Example Borough Council"
    assert said.key_id == issuer.keys.signing(clock.now()).key_id
    assert (found.version, found.end, found.is_on_record) == (1, None, True)
    assert check(pdf_of(issuer, said), issuer.keys.published()).certificate == said


def test_asked_again_the_same_is_given(session: Session, borough: Borough, issuer: Issuer) -> None:
    first = issued(session, issuer, key_of(borough))
    again = issued(session, issuer, key_of(borough))
    assert again == first
    assert pdf_of(issuer, first.certificate) == pdf_of(issuer, again.certificate)
    events = session.scalars(select(AuditEventRow).where(AuditEventRow.event == "certificate.issued")).all()
    [event] = events
    assert event.subject == f"person:{borough.people['Sam']}", "no payroll number stands in the trail"
    assert first.certificate.number not in repr((event.subject, event.details)), (
        "the trail opens no certificate"
    )


@pytest.mark.parametrize("days, evidence", [(10, Evidence.AWAITING), (20, Evidence.REJECTED)])
def test_only_what_counts_is_certified(
    session: Session, borough: Borough, issuer: Issuer, days: int, evidence: Evidence
) -> None:
    with adding(session, borough) as builder:
        if evidence is Evidence.REJECTED:
            builder.completion("Ash", "PREV", days, evidence)
    with pytest.raises(DomainError, match="does not count"), transaction(session):
        issue(session, stamp(), issuer, key_of(borough, "Ash", days), TODAY)


def test_what_is_not_on_record_is_not_certified(session: Session, borough: Borough, issuer: Issuer) -> None:
    for key in (key_of(borough, "Sam", 1), CompletionKey(borough.ids["Sam"], "NONE", TODAY)):
        with pytest.raises(NotFound), transaction(session):
            issue(session, stamp(), issuer, key, TODAY)
    with pytest.raises(NotFound), transaction(session):
        issue_many(session, stamp(), issuer, [key_of(borough), key_of(borough, "Sam", 1)], TODAY)
    assert session.scalar(select(func.count()).select_from(CertificateRow)) == 0, "all of them, or none"


def withdraw(session: Session, key: CompletionKey, revoked_on: date | None = None) -> None:
    """The completion leaves the record, or stands there until a day."""
    with transaction(session):
        before = store.on_record(session, key.course, key.completed_on, [key.person_id])[key.person_id]
        store.retract_completion(session, stamp(), before, "A mistake")
        if revoked_on is not None:
            store.record_completion(
                session,
                stamp(),
                key,
                Evidence(before.evidence),
                provider=before.provider,
                reference=before.reference,
                source=before.source,
                revoked_on=revoked_on,
            )


def test_a_completion_that_leaves_the_record_takes_its_certificate_with_it(
    session: Session, borough: Borough, issuer: Issuer
) -> None:
    key = key_of(borough, "Ola", 700)
    number = issued(session, issuer, key).certificate.number
    assert look_up(session, number).standing(TODAY) is Standing.CURRENT
    withdraw(session, key, revoked_on=TODAY + timedelta(days=3))
    assert look_up(session, number).standing(TODAY) is Standing.CURRENT
    assert look_up(session, number).standing(TODAY + timedelta(days=3)) is Standing.REVOKED
    withdraw(session, key)
    assert look_up(session, number).standing(TODAY) is Standing.REVOKED
    with pytest.raises(NotFound), transaction(session):
        issue(session, stamp(), issuer, replace(key, completed_on=TODAY), TODAY)
    with pytest.raises(DomainError, match="no longer counts"), transaction(session):
        issue(session, stamp(), issuer, key, TODAY)


def test_a_completion_that_counts_no_more_gets_no_certificate(
    session: Session, borough: Borough, issuer: Issuer
) -> None:
    withdraw(session, key_of(borough), revoked_on=TODAY)
    with pytest.raises(DomainError, match="no longer counts"), transaction(session):
        issue(session, stamp(), issuer, key_of(borough), TODAY)


def test_what_holds_on_a_day(session: Session, borough: Borough, issuer: Issuer) -> None:
    found = issued(session, issuer, key_of(borough, "Ola", 700))
    last = found.certificate.valid_until
    assert last is not None
    assert found.standing(last) is Standing.CURRENT
    assert found.standing(last + timedelta(days=1)) is Standing.EXPIRED
    assert judged(session, found.certificate, last).holds
    assert not judged(session, found.certificate, last + timedelta(days=1)).holds
    assert not judged_alone(found.certificate, last + timedelta(days=1)).holds


def rename(session: Session, person_id: int, first_name: str) -> None:
    with transaction(session):
        for row in session.scalars(select(PersonDetailRow).where(PersonDetailRow.person_id == person_id)):
            values = {
                column.name: getattr(row, column.name)
                for column in PersonDetailRow.__table__.columns
                if not column.name.startswith(("id", "recorded", "retracted"))
            }
            row.retracted_at, row.retracted_by, row.retracted_reason = (
                clock.now(),
                "command:tests",
                "A mistake",
            )
            session.flush()
            session.add(
                PersonDetailRow(
                    **{**values, "first_name": first_name},
                    recorded_at=clock.now(),
                    recorded_by="command:tests",
                )
            )


def test_a_correction_takes_the_place_of_what_was_issued(
    session: Session, borough: Borough, issuer: Issuer
) -> None:
    first = issued(session, issuer, key_of(borough, "Ola", 700)).certificate
    before = pdf_of(issuer, first)
    with pytest.raises(DomainError, match="Nothing is different"), transaction(session):
        correct(session, stamp(), issuer, first.number, REASON, TODAY)
    rename(session, borough.ids["Ola"], "Ŵyn")
    assert issued(session, issuer, key_of(borough, "Ola", 700)).certificate == first, "what is issued stays"
    with transaction(session):
        second = correct(session, stamp(), issuer, first.number, REASON, TODAY)
    assert second.number != first.number
    assert second.name.startswith("Ŵyn ")
    old = look_up(session, first.number)
    assert old.standing(TODAY) is Standing.SUPERSEDED
    assert old.end is not None
    assert (old.end.ending, old.end.reason, old.end.replaced_by) == (Ending.SUPERSEDED, REASON, second.number)
    assert old.certificate == first
    assert pdf_of(issuer, old.certificate) == before, "the old file is what it was"
    assert not judged(session, first, TODAY).holds
    assert judged(session, second, TODAY).holds
    assert issued(session, issuer, key_of(borough, "Ola", 700)).certificate == second
    with pytest.raises(DomainError, match="taken the place"), transaction(session):
        correct(session, stamp(), issuer, first.number, REASON, TODAY)
    assert [one.version for one in register.of_completion(session, old.key)] == [1, 2]
    assert [one.certificate.number for one in register.of_person(session, borough.ids["Ola"])] == [
        second.number,
        first.number,
    ]


def test_a_revoked_certificate_stays_revoked(session: Session, borough: Borough, issuer: Issuer) -> None:
    first = issued(session, issuer, key_of(borough, "Ola", 700)).certificate
    with transaction(session):
        revoke(session, stamp(), first.number, "  Not\nher   own work ")
    found = look_up(session, first.number)
    assert found.end is not None
    assert (found.standing(TODAY), found.end.reason) == (Standing.REVOKED, "Not her own work")
    verdict = judged(session, first, TODAY)
    assert not verdict.holds
    assert "withdrawn on" in verdict.words
    assert "her own work" not in verdict.words
    for act in (
        lambda: issue(session, stamp(), issuer, found.key, TODAY),
        lambda: revoke(session, stamp(), first.number, "Again"),
    ):
        with pytest.raises(DomainError), transaction(session):
            act()
    with transaction(session):
        second = correct(session, stamp(), issuer, first.number, "It was her own work", TODAY)
    assert look_up(session, first.number).standing(TODAY) is Standing.REVOKED
    assert look_up(session, second.number).standing(TODAY) is Standing.CURRENT
    assert issued(session, issuer, found.key).certificate == second
    events = session.scalars(
        select(AuditEventRow.event)
        .where(AuditEventRow.event.like("certificate.%"))
        .order_by(AuditEventRow.id)
    ).all()
    assert events == ["certificate.issued", "certificate.revoked", "certificate.issued"]


@pytest.mark.parametrize("reason", ["", "  ", "x" * 201])
def test_a_reason_is_given(session: Session, borough: Borough, issuer: Issuer, reason: str) -> None:
    number = issued(session, issuer, key_of(borough)).certificate.number
    for act in (
        lambda: revoke(session, stamp(), number, reason),
        lambda: correct(session, stamp(), issuer, number, reason, TODAY),
    ):
        with pytest.raises(DomainError), transaction(session):
            act()


def test_nobody_takes_back_or_corrects_their_own(session: Session, borough: Borough, issuer: Issuer) -> None:
    number = issued(session, issuer, key_of(borough)).certificate.number
    account = session.scalars(select(AccountRow.public_id).where(AccountRow.email == email_of("staff"))).one()
    own = Stamp(f"account:{account}", clock.now())
    for act in (
        lambda: revoke(session, own, number, REASON),
        lambda: correct(session, own, issuer, number, REASON, TODAY),
    ):
        with pytest.raises(DomainError, match="own record"), transaction(session):
            act()


def test_a_number_that_nobody_has_is_not_found(session: Session, borough: Borough, issuer: Issuer) -> None:
    for act in (
        lambda: revoke(session, stamp(), "0" * 16, REASON),
        lambda: correct(session, stamp(), issuer, "0" * 16, REASON, TODAY),
    ):
        with pytest.raises(NotFound), transaction(session):
            act()


@pytest.mark.parametrize(
    "change",
    [{"name": "Somebody Else"}, {"valid_until": date(2099, 1, 1)}, {"course": "BRIEF"}, {"layout": 9}],
    ids=lambda change: next(iter(change)),
)
def test_a_number_replayed_on_another_paper_is_found_out(
    session: Session, borough: Borough, issuer: Issuer, change: dict[str, object]
) -> None:
    """Even with a signature that a stolen key made: the register says what the number stands for."""
    genuine = issued(session, issuer, key_of(borough, "Ola", 700)).certificate
    replayed = replace(genuine, **change)  # type: ignore[arg-type]  # each value fits its name
    said = check(pdf_of(issuer, replayed), issuer.keys.published()).certificate
    assert not judged(session, said, TODAY).holds
    assert not judged(session, replace(genuine, number="0" * 16), TODAY).holds
    assert judged(session, genuine, TODAY).holds


@pytest.mark.parametrize("change", ["colour", "base_url", "logo", "council"])
def test_a_new_look_changes_no_certificate(
    session: Session, borough: Borough, issuer: Issuer, tmp_path: Path, change: str
) -> None:
    old = issued(session, issuer, key_of(borough)).certificate
    before = pdf_of(issuer, old)
    logo = tmp_path / "logo.png"
    logo.write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    values = {
        "colour": "#00703c",
        "base_url": "https://new.example",
        "logo": logo,
        "council": "Another council",
    }
    now = replace(issuer, **{change: values[change]})  # type: ignore[arg-type]  # each value fits its name
    assert pdf_of(now, old) == before
    new = issued(session, now, key_of(borough, "Ola", 700)).certificate
    assert new.layout == (old.layout if change == "council" else old.layout + 1)
    assert issued(session, now, key_of(borough, "Ola", 700)).certificate == new


def test_of_an_svg_logo_the_png_beside_it_is_printed(
    session: Session, borough: Borough, issuer: Issuer, tmp_path: Path
) -> None:
    picture = BytesIO()
    Image.new("RGB", (40, 10), "red").save(picture, "PNG")
    (tmp_path / "logo.svg").write_text("<svg/>", encoding="utf-8")
    (tmp_path / "logo.png").write_bytes(picture.getvalue())
    now = replace(issuer, logo=tmp_path / "logo.svg")
    found = issued(session, now, key_of(borough)).certificate
    assert now.look(found.layout).logo == picture.getvalue()
    assert len(list(PdfReader(BytesIO(pdf_of(now, found))).pages[0].images)) == 1
    (tmp_path / "logo.png").unlink()
    with pytest.raises(DomainError, match="COUNCIL_LOGO cannot be read"):
        issued(session, now, key_of(borough, "Ola", 700))


def test_a_new_key_changes_no_certificate(session: Session, borough: Borough, issuer: Issuer) -> None:
    old = issued(session, issuer, key_of(borough)).certificate
    before = pdf_of(issuer, old)
    issuer.keys.renew(clock.now())
    new = issued(session, issuer, key_of(borough, "Ola", 700)).certificate
    assert new.key_id != old.key_id
    assert pdf_of(issuer, old) == before
    for said in (old, new):
        assert check(pdf_of(issuer, said), issuer.keys.published()).certificate == said
    with transaction(session):  # a key that is no longer trusted is reason enough to issue anew
        assert correct(session, stamp(), issuer, old.number, "A new key", TODAY).key_id == new.key_id


def test_without_its_key_a_certificate_is_not_made_again(
    session: Session, borough: Borough, issuer: Issuer
) -> None:
    said = issued(session, issuer, key_of(borough)).certificate
    with pytest.raises(DomainError, match="is not here"):
        pdf_of(issuer, replace(said, key_id="0" * 64))


def test_what_is_to_be_issued(session: Session, borough: Borough, issuer: Issuer) -> None:
    issued(session, issuer, key_of(borough))
    have, never = to_issue(session, "PREV", TODAY - timedelta(days=900), TODAY, TODAY)
    assert have == [key_of(borough)]
    assert key_of(borough, "Ola", 700) in never
    assert key_of(borough, "Ash", 10) not in never, "evidence that waits does not count"
    assert to_issue(session, "BRIEF", date(2000, 1, 1), TODAY, TODAY) == ([], [])
    assert to_issue(session, None, TODAY - timedelta(days=750), TODAY - timedelta(days=650), TODAY)[1] == [
        key_of(borough, "Ola", 700)
    ]
    seen: list[tuple[int, int]] = []
    with transaction(session):
        many = issue_many(
            session, stamp(), issuer, [*have, *never], TODAY, lambda _, done, of: seen.append((done, of))
        )
    assert len({one.number for one in many}) == len(have) + len(never)
    assert seen[-1] == (len(many), len(many))
    assert to_issue(session, "PREV", date(2000, 1, 1), TODAY, TODAY)[1] == []


def test_many_are_issued_as_one_by_one(session: Session, borough: Borough, issuer: Issuer) -> None:
    with adding(session, borough) as builder:
        builder.person("Crowd", HOMES, "Mo")
        for days in range(1, 701):
            builder.completion("Crowd", "BRIEF", days)
    keys = [
        CompletionKey(borough.ids["Crowd"], "BRIEF", TODAY - timedelta(days=days)) for days in range(1, 701)
    ]
    with transaction(session):
        many = issue_many(session, stamp(), issuer, [*keys, *keys[:5]], TODAY)
    assert [one.completed_on for one in many] == [key.completed_on for key in [*keys, *keys[:5]]]
    assert many[:5] == many[-5:]
    assert len({one.number for one in many}) == 700
    assert len(register.of_person(session, borough.ids["Crowd"])) == 700


def at_once(address: str, times: int, act: Callable[[Session], str]) -> list[str]:
    """The same act in so many threads at the same moment, each with a connection of its own."""
    engine = create_engine(address, **engine_options(address), pool_size=times, max_overflow=0)
    barrier = Barrier(times)

    def one(_: int) -> str:
        with Session(engine) as session:
            session.connection()
            session.rollback()
            barrier.wait(timeout=60)
            with transaction(session):
                return act(session)

    try:
        with ThreadPoolExecutor(times) as threads:
            return list(threads.map(one, range(times)))
    finally:
        engine.dispose()


def test_thirty_who_ask_at_once_get_one_number(
    address: str, session: Session, borough: Borough, issuer: Issuer
) -> None:
    session.close()
    key = key_of(borough)
    found = at_once(address, 30, lambda own: issue(own, stamp(), issuer, key, TODAY).number)
    assert len(set(found)) == 1
    assert session.scalar(select(func.count()).select_from(CertificateRow)) == 1


def test_the_tables_refuse_a_second_one_and_any_change(
    session: Session, borough: Borough, issuer: Issuer
) -> None:
    first = issued(session, issuer, key_of(borough))
    other = replace(first.certificate, number=service.new_number())
    with pytest.raises(IntegrityError), transaction(session):
        register.record_issued(session, stamp(), [ToIssue(first.person_id, 1, other)])
    with pytest.raises(IntegrityError), transaction(session):
        register.record_issued(session, stamp(), [ToIssue(first.person_id, 2, first.certificate)])
    for statement in (
        CertificateRow.__table__.update().values(name="Somebody Else"),  # type: ignore[attr-defined]  # a Table
        CertificateRow.__table__.delete(),  # type: ignore[attr-defined]  # a Table
    ):
        with pytest.raises(DBAPIError), transaction(session):
            session.execute(statement)
    with transaction(session):
        revoke(session, stamp(), first.certificate.number, REASON)
    with pytest.raises(IntegrityError), transaction(session):
        register.record_end(session, stamp(), first, Ending.REVOKED, "Again")
