"""Recovery codes, the address in the QR code, and the QR code as a drawing."""

import re
from collections.abc import Iterator

import pytest
import segno
from argon2 import PasswordHasher

from people.domain import Account, Permission
from people.services import passwords, recovery_codes, second_step
from people.views.qr_code import QUIET_ZONE, qr_code

ACCOUNT = Account(
    id=1, public_id="a" * 32, email="o'brien+test@council.example", permissions=frozenset(Permission)
)


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


def test_ten_codes_are_made_of_letters_that_nobody_mistakes() -> None:
    codes = recovery_codes.new_codes()
    assert len(set(codes)) == 10
    assert all(re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){2}[0-9A-HJKMNP-TV-Z]{4}", code) for code in codes)


@pytest.mark.parametrize(
    "typed",
    ["1B0D-EFGH-JKMN", "1b0d efgh jkmn", " ibod\u2013efgh\u2013jkmn ", "LBOD\tEFGHJKMN", "lbOdefghjkmn"],
)
def test_however_a_code_is_typed_it_is_the_same(typed: str) -> None:
    right = recovery_codes.code_hash(ACCOUNT.public_id, "1B0D-EFGH-JKMN")
    assert recovery_codes.code_hash(ACCOUNT.public_id, typed) == right
    assert len(right) == 64


def test_the_same_code_of_two_accounts_is_kept_differently() -> None:
    code = "1B0D-EFGH-JKMN"
    assert recovery_codes.code_hash("a" * 32, code) != recovery_codes.code_hash("b" * 32, code)


def test_a_code_costs_a_guesser_as_much_as_a_password(monkeypatch: pytest.MonkeyPatch) -> None:
    cheap = recovery_codes.code_hash(ACCOUNT.public_id, "1B0D-EFGH-JKMN")
    monkeypatch.setattr(passwords, "HASHER", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    assert recovery_codes.code_hash(ACCOUNT.public_id, "1B0D-EFGH-JKMN") != cheap


def test_the_address_for_the_app_holds_no_loose_ends() -> None:
    address = second_step.address_for_app("ABCD", ACCOUNT, "Prevent: training & more")
    assert address == (
        "otpauth://totp/Prevent%3A%20training%20%26%20more:o%27brien%2Btest%40council.example"
        "?secret=ABCD&issuer=Prevent%3A%20training%20%26%20more"
    )


def dark_squares(path: str) -> Iterator[tuple[int, int]]:
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", path):
        yield from ((int(x) + step, int(y)) for step in range(int(width)))


def test_the_drawing_has_a_dark_square_wherever_the_code_has_one() -> None:
    text = second_step.address_for_app("A" * 32, ACCOUNT, "Prevent training")
    drawing = qr_code(text)
    matrix = segno.make_qr(text, error="m").matrix
    wanted = {
        (x + QUIET_ZONE, y + QUIET_ZONE) for y, row in enumerate(matrix) for x, dark in enumerate(row) if dark
    }
    assert set(dark_squares(drawing.path)) == wanted
    assert drawing.size == len(matrix) + 8
