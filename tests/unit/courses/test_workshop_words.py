"""The words of every message about a workshop, as a person has read them (how to change them: tests/snapshots.py)."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from courses.services.workshops.told import facts, leading_path, without_joining
from tests.snapshots import same_as_snapshot
from tests.unit.courses.workshop_told import BOOKING_LINK, CALENDAR_LINK, CALL, HOUSE, workshop

SNAPSHOTS = Path(__file__).with_name("snapshots") / "workshops"
ROOM_FACTS, CALL_FACTS = facts(HOUSE, workshop()), facts(HOUSE, workshop(CALL))
OWN = {
    "first_name": "Sam",
    "workshop": ROOM_FACTS,
    "booking": BOOKING_LINK,
    "calendar": CALENDAR_LINK,
    "until": "24 November 2026 at 9am",
    "instead_of": "",
}
TEAM = {
    "first_name": "Mo",
    "workshop": ROOM_FACTS,
    "people": [("Kit Tester", "")],
    "until": "",
    "how": "",
    "other": "",
    "was": None,
    "because": "",
}
SEVERAL = [("Kit Tester", ""), ("Ola Tester", "")]
LEADS = {
    "first_name": "Mo",
    "workshop": ROOM_FACTS,
    "was": None,
    "is_called_off": False,
    "because": "",
    "calendar": HOUSE.voice.address(leading_path(workshop())),
}
LINK = "https://training.example.gov.uk/evaluation/AAAABwIAcGFpcnBhaXJwYWly"
SAID: Mapping[str, tuple[str, Mapping[str, object]]] = {
    "booked": ("workshop_booked", {}),
    "booked_call": ("workshop_booked", {"workshop": CALL_FACTS, "first_name": ""}),
    "booked_instead": ("workshop_booked", {"instead_of": "Ola Tester"}),
    "waiting": ("workshop_waiting", {}),
    "offered": ("workshop_offered", {"workshop": without_joining(ROOM_FACTS)}),
    "cancelled": ("workshop_cancelled", {"how": ""}),
    "cancelled_late": ("workshop_cancelled", {"how": "late"}),
    "cancelled_ran_out": ("workshop_cancelled", {"how": "ran_out"}),
    "substituted": ("workshop_substituted", {"other": "Kit Tester"}),
    "moved": ("workshop_moved", {"workshop": CALL_FACTS, "was": ROOM_FACTS, "state": "booked"}),
    "moved_waiting": (
        "workshop_moved",
        {"workshop": without_joining(CALL_FACTS), "was": without_joining(ROOM_FACTS), "state": "waiting"},
    ),
    "called_off": ("workshop_called_off", {"because": "The facilitator is ill.", "state": "booked"}),
    "called_off_waiting": ("workshop_called_off", {"because": "", "state": "waiting"}),
    "reminder": ("workshop_reminder", {}),
    "evaluation_before": (
        "workshop_evaluation",
        {"when": "before", "link": LINK, "until": "the end of 1 December 2026"},
    ),
    "evaluation_after": (
        "workshop_evaluation",
        {"when": "after", "link": LINK, "until": "the end of 17 December 2026"},
    ),
    "evaluation_later": (
        "workshop_evaluation",
        {"when": "later", "link": LINK, "until": "the end of 28 June 2027"},
    ),
}
TEAM_SAID: Mapping[str, Mapping[str, object]] = {
    "team_booked": {"kind": "booked"},
    "team_booked_several": {"kind": "booked", "people": SEVERAL},
    "team_waiting": {"kind": "waiting", "workshop": without_joining(ROOM_FACTS)},
    "team_offered": {
        "kind": "offered",
        "until": "24 November 2026 at 9am",
        "people": [("Kit Tester", BOOKING_LINK)],
        "workshop": without_joining(ROOM_FACTS),
    },
    "team_cancelled": {"kind": "cancelled", "how": "late"},
    "team_ran_out": {"kind": "cancelled", "how": "ran_out"},
    "team_substituted": {"kind": "substituted", "other": "Sam Tester"},
    "team_moved": {"kind": "moved", "people": SEVERAL, "workshop": CALL_FACTS, "was": ROOM_FACTS},
    "team_called_off": {"kind": "called_off", "because": "The facilitator is ill."},
    "team_reminder": {"kind": "reminder", "people": SEVERAL},
}


LEADS_SAID: Mapping[str, tuple[str, Mapping[str, object]]] = {
    "leads": ("workshop_leads", {}),
    "leads_call": ("workshop_leads", {"workshop": CALL_FACTS, "first_name": ""}),
    "leads_moved": ("workshop_leads_moved", {"workshop": CALL_FACTS, "was": ROOM_FACTS}),
    "leads_no_more": ("workshop_leads_no_more", {}),
    "leads_called_off": (
        "workshop_leads_no_more",
        {"is_called_off": True, "because": "The room was flooded."},
    ),
}


def text(template: str, values: Mapping[str, object]) -> str:
    voice = HOUSE.voice
    return f"Subject: {voice.subject(template, **values)}\n\n{voice.body(template, **values)}"


@pytest.mark.parametrize("name", SAID)
def test_what_somebody_is_told_of_a_workshop_reads_as_it_did(name: str) -> None:
    template, values = SAID[name]
    assert same_as_snapshot(SNAPSHOTS / f"{name}.txt", text(template, {**OWN, **values}))


@pytest.mark.parametrize("name", TEAM_SAID)
def test_what_a_manager_is_told_of_people_without_email_reads_as_it_did(name: str) -> None:
    assert same_as_snapshot(SNAPSHOTS / f"{name}.txt", text("workshop_team", {**TEAM, **TEAM_SAID[name]}))


@pytest.mark.parametrize("name", LEADS_SAID)
def test_what_somebody_is_told_who_leads_a_workshop_reads_as_it_did(name: str) -> None:
    template, values = LEADS_SAID[name]
    assert same_as_snapshot(SNAPSHOTS / f"{name}.txt", text(template, {**LEADS, **values}))


def test_a_title_becomes_neither_a_line_nor_a_link() -> None:
    odd = facts(HOUSE, workshop(title="Free\r\nBcc: evil@x.test https://evil.example"))
    said = text("workshop_booked", {**OWN, "workshop": odd})
    assert "\nBcc:" not in said
    assert "https://evil" not in said


def test_how_to_join_is_told_with_the_place_alone() -> None:
    for template in ("workshop_waiting", "workshop_offered"):
        assert "meet.council.example" not in text(template, {**OWN, "workshop": CALL_FACTS})
