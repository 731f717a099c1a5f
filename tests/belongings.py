"""One of each thing that somebody owns, for tests that ask for what is theirs and what is not."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from compliance.models import DeclaredCountRow, ExemptionRow
from courses import store
from courses.domain import CompletionKey, Evidence, Purpose, Told
from courses.models import EvidenceFileRow, HeldUploadRow
from courses.services import holding
from courses.services.evidence_queue import key_of
from courses.services.holding import StoredFile
from courses.store import course_ids, record_completion
from courses.uploads.keeping import EvidenceFolder
from foundation import audit, facts
from foundation.audit import AuditEventRow
from foundation.dates import FAR_DAY
from foundation.facts import recorded
from foundation.stamp import Stamp
from people.models import (
    AbsenceRow,
    AccountLinkRow,
    AccountRow,
    AccountSessionRow,
    DelegationRow,
    DetailRequestRow,
    PersonRow,
    PostSpellRow,
    RoleGrantRow,
    UnitRow,
)
from tests.borough import RESOURCES, Borough, email_of

OTHER_PARTNER = "Quarry Trust"
TEAM_OF_MO = frozenset({"Sam", "Ola", "Kit", "Ash", "Bo", "Cy", "Two"})
PARTNERS = frozenset({"Pia", "Per", "Pat", "Pip", "Pol", "Pam"})
ANY_LEAD = "whoever leads a partner"
"""The owner of what each lead of a partner may use."""
OTHER_PARTNERS = frozenset({"Xan", "Xia"})
NOBODY = "0" * 32
LINK = "a link that works, for tests"
NO_LINK = "a link that never was"


@dataclass
class Reader:
    """Somebody at the door. `teams` are the people who count as theirs, `colleagues` those of their organisation."""

    name: str
    columns: tuple[str, ...]
    client: FlaskClient
    token: str
    person: str | None = None
    team: frozenset[str] = frozenset()
    part: frozenset[str] = frozenset()
    colleagues: frozenset[str] = frozenset()

    @property
    def email(self) -> str:
        return address_of(self.name)


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that belongs to somebody: what addresses, queries and forms say to mean it.

    `owner` is the first name of a person, or "account of …"; None: there is no such thing.
    """

    owner: str | None
    values: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass
class World:
    """The service with everybody and everything in it."""

    app: Flask
    borough: Borough
    readers: dict[str, Reader] = field(default_factory=dict)
    things: dict[str, list[Thing]] = field(default_factory=dict)
    managers: dict[str, set[str]] = field(default_factory=dict)
    """Whose names stand beside a person's: managers, and who looks after a team for whom."""


def address_of(reader: str) -> str:
    """The e-mail address of a reader's account."""
    return email_of(reader.replace(" ", "-"))


def account_id(session: Session, reader: str) -> int:
    return session.scalars(select(AccountRow.id).where(AccountRow.email == address_of(reader))).one()


def write_things(world: World, session: Session, stamp: Stamp) -> None:
    world.things = {
        "link": _links(session, stamp),
        "session": _sessions(session),
        "course in the rule book": [Thing("everybody", {"code": "PREV"})],
        "role in the rule book": [Thing("everybody", {"code": "street"}, query={"of": "street"})],
        "requirement in the rule book": [Thing("everybody", {"code": "AWARE"}, query={"of": "AWARE"})],
        "person": _people(world),
        "another person": _other_people(world),
        "post": _posts(world, session),
        "absence": _absences(world, session),
        "evidence": _evidence(world, session, stamp),
        "evidence to check": _to_check(world, session, stamp),
        "detail request": _requests(world, session, stamp),
        "account": _accounts(session),
        "declared number": _declared(world, session, stamp),
        "training told": _told(world, session, stamp),
        "role by hand": _roles_by_hand(world, session, stamp),
        "exemption": _exemptions(world, session, stamp),
        "change of the rule book": _changes(session, stamp),
        "delegation": _delegations(world, session),
        "possible delegate": _possible_delegates(world),
        "certificate in the making": _held(world, session, stamp, Purpose.CERTIFICATE, sent=False),
        "certificate sent": _held(world, session, stamp, Purpose.CERTIFICATE, sent=True),
        "register in the making": _held(world, session, stamp, Purpose.REGISTER, sent=False),
        "register sent": _held(world, session, stamp, Purpose.REGISTER, sent=True),
    }
    refs = dict(session.execute(select(PersonRow.person_ref, PersonRow.id)).all())
    names = {number: name for name, number in world.borough.ids.items()}
    spells = select(PostSpellRow.person_id, PostSpellRow.manager_ref)
    for person_id, manager_ref in session.execute(spells):
        if manager_ref is not None:
            world.managers.setdefault(names[person_id], set()).add(names[refs[manager_ref]])
    for delegation in session.scalars(select(DelegationRow)):
        manager, delegate = names[delegation.manager_id], names[delegation.delegate_id]
        world.managers.setdefault(manager, set()).add(delegate)
        world.managers.setdefault(delegate, set()).add(manager)


PEOPLE = ("Sam", "Ola", "Mo", "Uma", "Vic", "Tim", "Abe", "Rex", "Lee", "Pia", "Xan")
"""People whose records are asked for: of each team, each partner, and of nobody's."""


def _people(world: World) -> list[Thing]:
    today = world.borough.today
    # What would be acted upon where a page gives this person a role by hand or an exemption.
    fields = {
        "role": "street",
        "requirement": "*",
        "approved_by": "Head of Community Safety",
        "reason": "Tests",
        "step": "save",
        **_day("first_day", today + timedelta(days=40)),
        **_day("last_day", today + timedelta(days=60)),
        **_day("review_on", today + timedelta(days=100)),
    }
    known = [Thing(name, {"public_id": world.borough.people[name]}, fields=fields) for name in PEOPLE]
    return [*known, Thing(None, {"public_id": NOBODY}, fields=fields)]


BY_HAND = {
    "first_name": "Another",
    "last_name": "Name",
    "post_ref": "Z",
    "reason": "Tests",
    "step": "confirm",
}
"""What would be acted upon on the pages about somebody's record."""


def _other_people(world: World) -> list[Thing]:
    """Everybody but learning and development themselves: nobody changes their own record, whoever they are."""
    fields = {**BY_HAND, "category": "employee", "organisation": RESOURCES, "kind": "other"}
    fields |= {"course": "BRIEF", "evidence": "verified", **_day("completed_on", world.borough.today)}
    fields |= _day("first_day", world.borough.today)
    known = [
        Thing(name, {"public_id": world.borough.people[name]}, fields=fields)
        for name in PEOPLE
        if name != "Uma"
    ]
    return [*known, Thing(None, {"public_id": NOBODY}, fields=fields)]


def _posts(world: World, session: Session) -> list[Thing]:
    fields = {**BY_HAND, **_day("last_day", world.borough.today), **_day("changed_on", world.borough.today)}
    things = [Thing(None, {"public_id": NOBODY, "spell": "1"}, fields=fields)]
    for name in ("Sam", "Mo", "Vic", "Pia", "Xan"):
        spell = session.scalars(
            select(PostSpellRow.id).where(PostSpellRow.person_id == world.borough.ids[name])
        ).first()
        things.append(
            Thing(name, {"public_id": world.borough.people[name], "spell": str(spell)}, fields=fields)
        )
    return things


def _absences(world: World, session: Session) -> list[Thing]:
    fields = {"kind": "other", "why": "twice", "step": "confirm", **_day("first_day", world.borough.today)}
    away = session.scalars(select(AbsenceRow.id).where(AbsenceRow.person_id == world.borough.ids["Bo"])).one()
    where = {"public_id": world.borough.people["Bo"], "absence": str(away)}
    nobody = {"public_id": NOBODY, "absence": str(away)}
    return [Thing("Bo", where, fields=fields), Thing(None, nobody, fields=fields)]


def _links(session: Session, stamp: Stamp) -> list[Thing]:
    """A link for somebody with no other part in this: whoever holds it sets that password."""
    session.add(
        AccountLinkRow(
            account_id=account_id(session, "leaver with a cookie"),
            kind="reset",
            token_hash=hashlib.sha256(NO_LINK.encode()).hexdigest(),
            made_at=stamp.at,
            made_by=stamp.actor,
            expires_at=stamp.at - timedelta(minutes=1),
            ended_at=None,
        )
    )
    session.add(
        AccountLinkRow(
            account_id=account_id(session, "coordinator"),
            kind="reset",
            token_hash=hashlib.sha256(LINK.encode()).hexdigest(),
            made_at=stamp.at,
            made_by=stamp.actor,
            expires_at=stamp.at + timedelta(hours=1),
            ended_at=None,
        )
    )
    return [
        Thing("whoever has it", {"token": LINK}),
        Thing(None, {"token": NO_LINK}),
        Thing(None, {"token": "x"}),
    ]


def _sessions(session: Session) -> list[Thing]:
    found = session.execute(
        select(AccountSessionRow.public_id, AccountRow.email).join(
            AccountRow, AccountRow.id == AccountSessionRow.account_id
        )
    )
    of = {email: public_id for public_id, email in found}
    known = [
        Thing(f"account of {name}", {"public_id": of[address_of(name)]})
        for name in ("staff", "manager", "learning", "coordinator", "auditor", "partner", "half signed in")
    ]
    return [*known, Thing(None, {"public_id": NOBODY})]


def _evidence(world: World, session: Session, stamp: Stamp) -> list[Thing]:
    folder = EvidenceFolder.in_instance(world.app.instance_path)
    things = [Thing(None, {"public_id": NOBODY})]
    for name in PEOPLE:
        content = f"%PDF-1.4 of {name}".encode()
        row = EvidenceFileRow(
            person_id=world.borough.ids[name],
            course_id=course_ids(session)["PREV"],
            completed_on=world.borough.today - timedelta(days=100),
            purpose=Purpose.CERTIFICATE.value,
            kind="pdf",
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            stored_as=folder.keep(content),
            concerns=[],
            **recorded(stamp),
        )
        session.add(row)
        session.flush()
        things.append(Thing(name, {"public_id": row.public_id}))
    return things


def _to_check(world: World, session: Session, stamp: Stamp) -> list[Thing]:
    """A briefing of each of these people, which waits for a check; another system reported it."""
    course_id, day = course_ids(session)["BRIEF"], world.borough.today - timedelta(days=50)
    things = [Thing(None, {"key": key_of(NOBODY, course_id, day)}), Thing(None, {"key": "x"})]
    for name in PEOPLE:
        key = CompletionKey(world.borough.ids[name], "BRIEF", day)
        record_completion(session, stamp, key, Evidence.AWAITING, provider="", reference="", source="tests")
        fact = store.on_record(session, "BRIEF", day, [key.person_id])[key.person_id].id
        values = {"key": key_of(world.borough.people[name], course_id, day)}
        things.append(Thing(name, values, fields={"decision": "accept", "fact": str(fact)}))
    return things


def _requests(world: World, session: Session, stamp: Stamp) -> list[Thing]:
    things = [Thing(None, fields={"request_id": "999999"})]
    for name in ("Sam", "Mo", "Ola", "Vic", "Pia"):
        row = DetailRequestRow(
            person_id=world.borough.ids[name], detail="name", should_be="Another name", **recorded(stamp)
        )
        session.add(row)
        session.flush()
        things.append(Thing(name, fields={"request_id": str(row.id)}))
    return things


def _delegations(world: World, session: Session) -> list[Thing]:
    """The delegation of Mo that holds today. Vic's would need another delegate; nobody's has an address of its own."""
    found = session.scalars(
        select(DelegationRow).where(DelegationRow.delegate_id == world.borough.ids["Del"])
    ).one()
    where = {"delegate": world.borough.people["Del"], "first_day": found.first_day.isoformat()}
    fields = {"fact": str(found.id), **_day("ends", world.borough.today + timedelta(days=5))}
    nobody = {**where, "delegate": NOBODY}
    return [Thing("Mo", where, fields=fields), Thing(None, nobody, fields=fields)]


def _changes(session: Session, stamp: Stamp) -> list[Thing]:
    """A change of the rule book that was made, as the audit trail has it."""
    said = {"effective": stamp.at.date().isoformat(), "added": 1, "changed": 0, "ended": 0}
    audit.record(session, stamp, "rule_draft.applied", "a draft", requirements=[], **said)
    number = session.scalars(select(func.max(AuditEventRow.id))).one()
    return [Thing("everybody", {"number": str(number)}), Thing(None, {"number": "999999"})]


def _told(world: World, session: Session, stamp: Stamp) -> list[Thing]:
    """What several people told us of themselves, each of another day: an address says only which course and day."""
    things = [Thing(None, {"course": "PREV", "completed_on": "2020-02-02"})]
    for number, name in enumerate(("Sam", "Mo", "Vic"), start=70):
        key = CompletionKey(world.borough.ids[name], "PREV", world.borough.today - timedelta(days=number))
        record_completion(session, stamp, key, Evidence.AWAITING, provider="", reference="", source="self")
        things.append(Thing(name, {"course": "PREV", "completed_on": key.completed_on.isoformat()}))
    facts.touch(session, [world.borough.ids[name] for name in ("Sam", "Mo", "Vic")])
    return things


def _roles_by_hand(world: World, session: Session, stamp: Stamp) -> list[Thing]:
    """A role of some people, the reader's own and a partner's among them; everything that would keep or end it."""
    today = world.borough.today
    fields = {
        "approved_by": "Head of Community Safety",
        "how": "by_mistake",
        "reason": "Tests",
        "step": "save",
        **_day("review_on", today + timedelta(days=100)),
    }
    things = [Thing(None, {"public_id": NOBODY, "role": "999999"}, fields=fields)]
    for name in ("Sam", "Uma", "Pia"):
        row = RoleGrantRow(
            person_id=world.borough.ids[name],
            role="street",
            first_day=today - timedelta(days=5),
            last_day=FAR_DAY,
            approved_by="Head of Community Safety",
            review_on=today + timedelta(days=90),
            reason="Covers the stalls",
            **recorded(stamp),
        )
        session.add(row)
        session.flush()
        facts.touch(session, [row.person_id])
        where = {"public_id": world.borough.people[name], "role": str(row.id)}
        things.append(Thing(name, where, fields=fields))
    return things


def _exemptions(world: World, session: Session, stamp: Stamp) -> list[Thing]:
    """An exemption of some people, and all that would end it."""
    today = world.borough.today
    fields = {"how": "by_mistake", "reason": "Tests", "step": "save"}
    things = [Thing(None, {"public_id": NOBODY, "exemption": "999999"}, fields=fields)]
    for name in ("Ola", "Uma", "Xan"):
        row = ExemptionRow(
            person_id=world.borough.ids[name],
            requirement_id=None,
            reason="Trained elsewhere",
            approved_by="Head of Community Safety",
            first_day=today - timedelta(days=5),
            last_day=today + timedelta(days=20),
            **recorded(stamp),
        )
        session.add(row)
        session.flush()
        facts.touch(session, [row.person_id])
        where = {"public_id": world.borough.people[name], "exemption": str(row.id)}
        things.append(Thing(name, where, fields=fields))
    return things


def _accounts(session: Session) -> list[Thing]:
    """Accounts of several kinds; where something is done with one, it is signed out."""
    known = [
        Thing(
            f"account of {name}",
            {
                "public_id": session.scalars(
                    select(AccountRow.public_id).where(AccountRow.email == address_of(name))
                ).one(),
                "change": "sign-out",
            },
        )
        for name in ("staff", "manager", "learning", "coordinator", "partner")
    ]
    return [*known, Thing(None, {"public_id": NOBODY, "change": "sign-out"})]


def _declared(world: World, session: Session, stamp: Stamp) -> list[Thing]:
    """A number of each organisation, named by one of its people."""
    things = [Thing(None, {"public_id": NOBODY})]
    for number, name in enumerate(("Sam", "Pia", "Xan")):
        unit = (
            select(UnitRow.organisation_id)
            .join(PostSpellRow, PostSpellRow.unit_id == UnitRow.id)
            .where(PostSpellRow.person_id == world.borough.ids[name])
        )
        row = DeclaredCountRow(
            kind="period",
            sector="other",
            organisation_id=session.scalars(unit.limit(1)).one(),
            course_id=course_ids(session)["PREV"],
            first_day=world.borough.today - timedelta(days=90),
            last_day=world.borough.today - timedelta(days=60),
            people=20 + number,
            declared_by="Whoever counts them",
            source="",
            **recorded(stamp),
        )
        session.add(row)
        session.flush()
        things.append(Thing(name, {"public_id": row.public_id}))
    return things


def _day(name: str, day: date) -> dict[str, str]:
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}


def _possible_delegates(world: World) -> list[Thing]:
    begins, ends = world.borough.today + timedelta(days=20), world.borough.today + timedelta(days=30)
    days = {"begins": begins.isoformat(), "ends": ends.isoformat()}
    known = [
        Thing(name, query={"delegate": world.borough.people[name], **days})
        for name in ("Ola", "Uma", "Lee", "Pia", "Xan")
    ]
    return [*known, Thing(None, query={"delegate": NOBODY, **days})]


def _held(world: World, session: Session, stamp: Stamp, purpose: Purpose, *, sent: bool) -> list[Thing]:
    """A sending of each of several accounts, with all its answers; what is sent with it would be taken."""
    told = Told("PREV", world.borough.today - timedelta(days=30), "A provider", "")
    day = _day("completed_on", told.completed_on)
    fields = {"course": "PREV", "provider": "A provider", "reference": "", **day}
    things = [Thing(None, {"held": NOBODY}, fields=fields)]
    for name in ("staff", "manager", "other manager", "delegate", "learning", "auditor with a team"):
        own = account_id(session, name)
        file = StoredFile(
            "pdf", 10, hashlib.sha256(f"{name} {purpose} {sent}".encode()).hexdigest(), "0" * 32
        )
        public_id = holding.hold(session, stamp, own, purpose, file=file)
        row = session.scalars(select(HeldUploadRow).where(HeldUploadRow.public_id == public_id)).one()
        held = holding.find_held(session, own, public_id, purpose, stamp.at)
        team = sorted(world.readers[name].team)
        people = tuple(world.borough.ids[one] for one in team[:1]) if purpose is Purpose.REGISTER else ()
        held = replace(held, id=row.id, told=told, people=people)
        holding.keep(session, stamp, held)
        if sent:
            holding.mark_sent(session, stamp, held, people)
        ticked = {"people": world.borough.people[team[0]]} if team else {}
        things.append(Thing(f"account of {name}", {"held": public_id}, fields={**fields, **ticked}))
    return things
