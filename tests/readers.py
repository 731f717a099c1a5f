"""Everybody who may knock on the service, signed in, and one of each thing that somebody owns.

The borough of tests/borough.py, with another partner, another manager, a delegate, and those whose time is over: they
signed in while they were still something, and come back with the cookie of then.
"""

from collections.abc import Mapping
from contextvars import Context
from datetime import timedelta

from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from foundation import clock, facts
from foundation.dates import FAR_DAY
from foundation.db import transaction
from foundation.facts import recorded, retract
from foundation.stamp import Stamp
from people.domain import Permission
from people.models import (
    AccountRow,
    AccountSessionRow,
    DelegationRow,
    PermissionRow,
    PostSpellRow,
    SecondStepRow,
)
from people.services.accounts import create_account
from tests.belongings import (
    ANY_LEAD,
    OTHER_PARTNER,
    OTHER_PARTNERS,
    PARTNERS,
    TEAM_OF_MO,
    Reader,
    World,
    account_id,
    address_of,
    write_things,
)
from tests.belongings_booked import booked
from tests.belongings_by_hand import completions
from tests.belongings_certified import certified
from tests.belongings_evaluation import evaluated
from tests.belongings_imported import imported
from tests.belongings_mailed import mailed
from tests.belongings_registers import registers
from tests.belongings_reported import reported
from tests.borough import PASSWORD, READERS, RESOURCES, Builder, build

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
    world.readers["partner"].part = PARTNERS | {ANY_LEAD}
    world.readers["other partner"].part = OTHER_PARTNERS | {ANY_LEAD}
    elsewhere = PARTNERS | OTHER_PARTNERS | {"Lee", "Lia"}
    for name in ("manager", "other manager", "auditor with a team"):
        world.readers[name].colleagues = frozenset(world.borough.people) - elsewhere
    with transaction(session):
        stamp = Stamp("command:tests", clock.now())
        write_things(world, session, stamp)
        world.things |= imported(world, session, stamp)
        world.things["completion"] = completions(world, session)
        world.things |= mailed(world, session, stamp)
        world.things |= certified(world, session, stamp)
        world.things |= booked(world, session, stamp)
        world.things |= registers(world, session, stamp)
        world.things |= evaluated(session, stamp)
        world.things |= reported(world, session, stamp)
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
        PermissionRow.account_id == account_id(session, "learning of yesterday")
    )
    retract(session, PermissionRow, session.scalars(una).all(), stamp, "tests")
    session.execute(
        update(AccountRow)
        .where(AccountRow.email == address_of("disabled with a cookie"))
        .values(disabled_at=stamp.at)
    )
    session.execute(
        update(AccountSessionRow)
        .where(AccountSessionRow.account_id == account_id(session, "stale session"))
        .values(began_at=stamp.at - timedelta(hours=13))
    )
    session.add(
        SecondStepRow(
            account_id=account_id(session, "half signed in"),
            secret="of an app",
            made_at=stamp.at,
            confirmed_at=stamp.at,
            last_step=None,
        )
    )
