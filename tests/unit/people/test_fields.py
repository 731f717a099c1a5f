"""Which fields of a person a reader may read (docs/security.md, the second table)."""

import pytest

from people.domain import Account, Permission
from people.services.scope import Seen, fields_of, masked, sees_references


def account(*permissions: Permission) -> Account:
    return Account(1, "a", "a@council.example", person_id=1, permissions=frozenset(permissions))


L, C, U, P = (
    account(Permission.LEARNING),
    account(Permission.COORDINATOR),
    account(Permission.AUDITOR),
    account(Permission.PARTNER_LEAD),
)
NOBODY = account()


@pytest.mark.parametrize(
    "reader, seen, reference, email, hidden, kind",
    [
        (NOBODY, {Seen.SELF}, True, True, False, True),
        (NOBODY, {Seen.TEAM}, False, True, False, False),
        (L, {Seen.EVERYBODY}, True, True, False, True),
        (C, {Seen.EVERYBODY}, False, True, False, False),
        (U, {Seen.EVERYBODY}, True, True, True, False),
        (P, {Seen.PART}, True, True, False, False),
        # Whoever is several of these reads what any of them may.
        (U, {Seen.EVERYBODY, Seen.SELF}, True, True, False, True),
        (U, {Seen.EVERYBODY, Seen.TEAM}, True, True, True, False),
        (C, {Seen.EVERYBODY, Seen.TEAM}, False, True, False, False),
        (account(Permission.COORDINATOR, Permission.LEARNING), {Seen.EVERYBODY}, True, True, False, True),
        # A permission counts for those whom it shows, not for a person seen for another reason.
        (L, {Seen.TEAM}, False, True, False, False),
    ],
)
def test_the_fields_follow_the_table(
    reader: Account, seen: set[Seen], reference: bool, email: bool, hidden: bool, kind: bool
) -> None:
    view = fields_of(reader, 7, frozenset(seen))
    assert (view.reference, view.email, view.masked, view.absence_kind) == (reference, email, hidden, kind)


def test_payroll_numbers_stand_in_lists_for_learning_and_development_alone() -> None:
    assert [sees_references(reader) for reader in (L, C, U, P, NOBODY)] == [True, False, False, False, False]


@pytest.mark.parametrize("text", ["1", "12", "123", "1234", "a@b.example", "sam.tester@council.example"])
def test_a_masked_text_hides_most_of_it_and_keeps_its_length(text: str) -> None:
    hidden = masked(text)
    assert len(hidden) == len(text)
    assert hidden != text or text.startswith("a@")
    assert "tester" not in hidden
