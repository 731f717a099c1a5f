"""Everybody who may knock on the service, signed in, and one of each thing that somebody owns.

The borough of tests/borough.py, with another partner, another manager, a delegate, and those whose time is over: they
signed in while they were still something, and come back with the cookie of then.
"""

import hashlib
from collections.abc import Mapping
from contextvars import Context
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from courses.domain import Purpose, Told
from courses.models import EvidenceFileRow, HeldUploadRow
from courses.services import holding
from courses.services.holding import StoredFile
from courses.store import course_ids
from courses.uploads.keeping import EvidenceFolder
from foundation import clock, facts
from foundation.dates import FAR_DAY
from foundation.db import transaction
from foundation.facts import recorded, retract
from foundation.stamp import Stamp
from people.domain import Permission
from people.models import (
    AccountLinkRow,
    AccountRow,
    AccountSessionRow,
    DelegationRow,
    DetailRequestRow,
    PermissionRow,
    PersonRow,
    PostSpellRow,
    SecondStepRow,
)
from people.services.accounts import create_account
from tests.borough import PASSWORD, READERS, RESOURCES, Borough, Builder, build, email_of

OTHER_PARTNER = "Quarry Trust"
TEAM_OF_MO = frozenset({"Sam", "Ola", "Kit", "Ash", "Bo", "Cy", "Two"})
PARTNERS = frozenset({"Pia", "Per", "Pat", "Pip", "Pol", "Pam"})
OTHER_PARTNERS = frozenset({"Xan", "Xia"})
NOBODY = "0" * 32
LINK = "a link that works, for tests"
NO_LINK = "a link that never was"

MORE: Mapping[str, tuple[str | None, tuple[Permission, ...]]] = {
    "other manager": ("Vic", ()),
    "delegate": ("Del", ()),
    "delegate of yesterday": ("Yes", ()),
    "manager of yesterday": ("Rex", ()),
    "learning of yesterday": ("Una", (Permission.LEARNING,)),
    "leaver with a cookie": ("Lia", ()),
    "disabled with a cookie": (None, (Permission.COORDINATOR,)),
    "stale session": ("Sta", (Permission.LEARNING,)),
    "half signed in": ("Hal", (Permission.LEARNING,)),
    "auditor with a team": ("Ada", (Permission.AUDITOR,)),
    "other partner": (None, (Permission.PARTNER_LEAD,)),
}

# What each is today, in the columns of docs/authorization.toml.
COLUMNS_OF: Mapping[str, tuple[str, ...]] = {
    "anonymous": ("anonymous",),
    "staff": ("staff",),
    "manager": ("staff", "manager"),
    "other manager": ("staff", "manager"),
    "delegate": ("staff", "delegate"),
    "delegate of yesterday": ("staff",),
    "manager of yesterday": ("staff",),
    "learning": ("staff", "learning"),
    "learning of yesterday": ("staff",),
    "coordinator": ("coordinator",),
    "auditor": ("auditor",),
    "auditor with a team": ("staff", "manager", "auditor"),
    "partner": ("partner_lead",),
    "other partner": ("partner_lead",),
    "half signed in": ("half",),
    "leaver": ("anonymous",),
    "leaver with a cookie": ("anonymous",),
    "disabled with a cookie": ("anonymous",),
    "stale session": ("anonymous",),
}


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


def open_world(app: Flask, session: Session) -> World:
    """Build it, sign everybody in, then let the time of some of them be over."""
    today = clock.today()
    world = World(app, build(session, today, _write_more))
    session.rollback()
    for name, (person, _) in {**READERS, **MORE}.items():
        # A context of its own, as in tests/pages.py: ours would carry who is signed in from one to the next.
        world.readers[name] = Context().run(_reader, app, name, person)
    world.readers["anonymous"] = Context().run(_reader, app, "anonymous", None)
    for name, team in _TEAMS.items():
        world.readers[name].team = team
    world.readers["partner"].part = PARTNERS
    world.readers["other partner"].part = OTHER_PARTNERS
    elsewhere = PARTNERS | OTHER_PARTNERS | {"Lee", "Lia"}
    for name in ("manager", "other manager", "auditor with a team"):
        world.readers[name].colleagues = frozenset(world.borough.people) - elsewhere
    with transaction(session):
        stamp = Stamp("command:tests", clock.now())
        _write_things(world, session, stamp)
        _end_some_times(world, session, stamp)
    session.rollback()
    return world


_TEAMS = {
    "manager": TEAM_OF_MO,
    "other manager": frozenset({"Uma", "Tim"}),
    "delegate": TEAM_OF_MO,
    "auditor with a team": frozenset({"Abe"}),
}


def _write_more(builder: Builder) -> None:
    builder.organisation(OTHER_PARTNER, "vcs")
    for name in sorted(OTHER_PARTNERS):
        builder.person(name, OTHER_PARTNER, category="partner")
    for name in ("Rex", "Del", "Yes", "Una", "Lia", "Sta", "Hal", "Ada"):
        builder.person(name, RESOURCES)
    builder.person("Tim", RESOURCES, "Rex")
    builder.person("Abe", RESOURCES, "Ada")
    builder.completion("Xan", "PREV", 100)
    builder.session.flush()
    for name, (person, permissions) in MORE.items():
        leads = builder.found.organisations[OTHER_PARTNER] if Permission.PARTNER_LEAD in permissions else None
        create_account(
            builder.session,
            builder.stamp,
            address_of(name),
            PASSWORD,
            person_ref=f"N-{person}" if person else None,
            permissions=permissions,
            organisation_id=leads,
        )
    _delegate(builder, "Del", -3, 10)
    _delegate(builder, "Yes", -30, -1)


def _delegate(builder: Builder, to: str, first: int, last: int) -> None:
    builder.session.add(
        DelegationRow(
            manager_id=builder.found.ids["Mo"],
            delegate_id=builder.found.ids[to],
            first_day=builder.ago(-first),
            last_day=builder.ago(-last),
            **recorded(builder.stamp),
        )
    )


def _reader(app: Flask, name: str, person: str | None) -> Reader:
    """A reader with a browser, signed in by the page; a leaver and nobody do not get in."""
    client = app.test_client()
    page = client.get("/sign-in").get_data(as_text=True)
    if name not in ("anonymous", "leaver"):
        answer = client.post(
            "/sign-in",
            data={"csrf_token": _token(page), "email": address_of(name), "password": PASSWORD},
        )
        assert answer.status_code == 302, f"{name} could not sign in"
        page = client.get("/help").get_data(as_text=True)
    return Reader(name, COLUMNS_OF[name], client, _token(page), person)


def _token(page: str) -> str:
    return page.partition('name="csrf_token"')[2].partition('value="')[2].partition('"')[0]


def _end_some_times(world: World, session: Session, stamp: Stamp) -> None:
    """What was true when they signed in is true no more."""
    ids = world.borough.ids
    tim = session.scalars(select(PostSpellRow).where(PostSpellRow.person_id == ids["Tim"])).one()
    lia = session.scalars(select(PostSpellRow).where(PostSpellRow.person_id == ids["Lia"])).one()
    retract(session, PostSpellRow, [tim.id, lia.id], stamp, "tests")
    for spell, manager, last in (
        (tim, "N-Vic", FAR_DAY),
        (lia, None, world.borough.today - timedelta(days=1)),
    ):
        session.add(
            PostSpellRow(
                person_id=spell.person_id,
                post_ref=spell.post_ref,
                unit_id=spell.unit_id,
                job_title=spell.job_title,
                manager_ref=manager,
                roles=spell.roles,
                first_day=spell.first_day,
                last_day=last,
                **recorded(stamp),
            )
        )
    facts.touch(session, [ids["Tim"], ids["Lia"]])
    una = select(PermissionRow.id).where(
        PermissionRow.account_id == _account_id(session, "learning of yesterday")
    )
    retract(session, PermissionRow, session.scalars(una).all(), stamp, "tests")
    session.execute(
        update(AccountRow)
        .where(AccountRow.email == address_of("disabled with a cookie"))
        .values(disabled_at=stamp.at)
    )
    session.execute(
        update(AccountSessionRow)
        .where(AccountSessionRow.account_id == _account_id(session, "stale session"))
        .values(began_at=stamp.at - timedelta(hours=13))
    )
    session.add(
        SecondStepRow(
            account_id=_account_id(session, "half signed in"),
            secret="of an app",
            made_at=stamp.at,
            confirmed_at=stamp.at,
            last_step=None,
        )
    )


def _account_id(session: Session, reader: str) -> int:
    return session.scalars(select(AccountRow.id).where(AccountRow.email == address_of(reader))).one()


def _write_things(world: World, session: Session, stamp: Stamp) -> None:
    world.things = {
        "link": _links(session, stamp),
        "session": _sessions(session),
        "person": _people(world),
        "evidence": _evidence(world, session, stamp),
        "detail request": _requests(world, session, stamp),
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
    known = [Thing(name, {"public_id": world.borough.people[name]}) for name in PEOPLE]
    return [*known, Thing(None, {"public_id": NOBODY})]


def _links(session: Session, stamp: Stamp) -> list[Thing]:
    """A link for somebody with no other part in this: whoever holds it sets that password."""
    session.add(
        AccountLinkRow(
            account_id=_account_id(session, "leaver with a cookie"),
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
            account_id=_account_id(session, "coordinator"),
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
        account_id = _account_id(session, name)
        file = StoredFile(
            "pdf", 10, hashlib.sha256(f"{name} {purpose} {sent}".encode()).hexdigest(), "0" * 32
        )
        public_id = holding.hold(session, stamp, account_id, purpose, file=file)
        row = session.scalars(select(HeldUploadRow).where(HeldUploadRow.public_id == public_id)).one()
        held = holding.find_held(session, account_id, public_id, purpose, stamp.at)
        team = sorted(world.readers[name].team)
        people = tuple(world.borough.ids[one] for one in team[:1]) if purpose is Purpose.REGISTER else ()
        held = replace(held, id=row.id, told=told, people=people)
        holding.keep(session, stamp, held)
        if sent:
            holding.mark_sent(session, stamp, held, people)
        ticked = {"people": world.borough.people[team[0]]} if team else {}
        things.append(Thing(f"account of {name}", {"held": public_id}, fields={**fields, **ticked}))
    return things
