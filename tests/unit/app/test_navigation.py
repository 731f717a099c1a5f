"""The menu shows each account the pages it may open (docs/security.md), and never nothing."""

import pytest

from app.navigation import destinations
from people.domain import Account, Permission


@pytest.mark.parametrize(
    "person_id, is_manager, permissions, expected",
    [
        (1, False, [], ["My training", "Workshops", "Figures"]),
        (1, True, [], ["My training", "My team", "Workshops", "Figures"]),
        (
            None,
            False,
            [Permission.AUDITOR],
            [
                "Work to do",
                "Find people",
                "Workshops",
                "Imports",
                "Rule book",
                "Reminders",
                "Figures",
                "Reports",
                "Accounts",
            ],
        ),
        (
            1,
            True,
            [Permission.LEARNING],
            [
                "My training",
                "My team",
                "Work to do",
                "Find people",
                "Workshops",
                "Imports",
                "Rule book",
                "Reminders",
                "Figures",
                "Reports",
                "Accounts",
            ],
        ),
        (
            None,
            False,
            [Permission.PARTNER_LEAD],
            ["Work to do", "Find people", "Workshops", "Imports", "Figures", "Reports"],
        ),
    ],
)
def test_the_menu_follows_what_an_account_is(
    person_id: int | None, is_manager: bool, permissions: list[Permission], expected: list[str]
) -> None:
    account = Account(
        1,
        "a",
        "a@council.example",
        person_id=person_id,
        permissions=frozenset(permissions),
        is_manager=is_manager,
    )
    assert [item.text for item in destinations(account)] == expected
