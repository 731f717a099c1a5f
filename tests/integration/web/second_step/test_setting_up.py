"""Setting an authenticator app up, recovery codes, and turning it off again (ASVS 6.5 and 7.5.1)."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from people.services import second_step
from people.views.qr_code import qr_code
from tests.borough import PASSWORD, email_of
from tests.integration.web.second_step.looks import (
    FIGURES,
    REMOVE,
    WRONG,
    Holder,
    account_of,
    events,
    is_inside,
    letters,
    rows_of_everything,
)
from tests.pages import PageClient
from tests.telephone import CODE, CODES, SET_UP, STEP, Hands, begin_set_up, set_up, shown_codes

SignIn = Callable[[str], PageClient]


def test_an_app_is_set_up_with_the_password_and_a_code_and_asked_for_from_then_on(
    sign_in: SignIn, hands: Hands
) -> None:
    client = sign_in("staff")
    telephone, codes = set_up(client, hands)
    assert is_inside(client)
    assert len(set(codes)) == 10
    again = sign_in("staff")
    assert again.get(FIGURES).headers["Location"] == f"{CODE}?next=/figures"
    answer = again.send(f"{CODE}?next=/figures", code=telephone.code())
    assert answer.headers["Location"] == "/figures"
    assert is_inside(again)


def test_the_secret_has_160_bits_and_the_qr_code_says_what_the_key_says(
    sign_in: SignIn, hands: Hands, app: Flask
) -> None:
    client = sign_in("staff")
    telephone = begin_set_up(client, hands)
    assert len(telephone.secret) == 32
    page = client.page(SET_UP)
    drawing = page.select_one("svg[role=img]")
    assert drawing is not None
    assert drawing.title is not None
    path = drawing.select_one("path")
    assert path is not None
    address = (
        f"otpauth://totp/Prevent%20training:staff%40council.example?secret={telephone.secret}"
        "&issuer=Prevent%20training"
    )
    assert path["d"] == qr_code(address).path
    assert not page.select("[style], img, canvas")


def test_without_the_password_no_key_is_shown(sign_in: SignIn, hands: Hands, session: Session) -> None:
    client = sign_in("staff")
    answer = client.send(SET_UP, password="not the password")
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert page.count("The password is not right") == 2
    assert "not the password" not in page
    assert client.send(SET_UP, password="").status_code == 422
    assert not client.page(SET_UP).select(".app-key")
    assert events(session) == []


def test_a_browser_left_open_is_no_place_to_guess_the_password(staff: Holder) -> None:
    client = staff[0]
    places = [SET_UP, CODES, REMOVE] * 4
    answers = [client.send(place, password=f"guess at {number}") for number, place in enumerate(places)]
    assert [answer.status_code for answer in answers] == [422] * 10 + [429] * 2
    for place in (SET_UP, CODES, REMOVE):
        assert client.send(place, password=PASSWORD).status_code == 429


def test_a_wrong_first_code_sets_nothing_up_and_the_key_stays(
    sign_in: SignIn, hands: Hands, session: Session
) -> None:
    client = sign_in("staff")
    telephone = begin_set_up(client, hands)
    answer = client.send(SET_UP, code=telephone.wrong_code())
    assert answer.status_code == 422
    assert WRONG in answer.get_data(as_text=True)
    key = client.page(SET_UP).select_one(".app-key")
    assert key is not None
    assert key.get_text().replace(" ", "") == telephone.secret
    assert events(session) == ["second_step.refused"]
    assert is_inside(sign_in("staff"))


def test_a_key_that_was_left_lying_is_forgotten_after_a_quarter_of_an_hour(
    sign_in: SignIn, hands: Hands
) -> None:
    client = sign_in("staff")
    telephone = begin_set_up(client, hands)
    hands.forward(second_step.SET_UP_LASTS + STEP)
    assert not client.page(SET_UP).select(".app-key")
    page = client.send(SET_UP, code=telephone.code())
    assert page.status_code == 422
    assert "Enter your password" in page.get_data(as_text=True)


def test_nothing_is_written_down_before_the_app_has_shown_a_code(
    sign_in: SignIn, hands: Hands, session: Session
) -> None:
    client = sign_in("staff")
    before = rows_of_everything(session)
    begin_set_up(client, hands)
    assert rows_of_everything(session) == before


def test_the_code_that_set_the_app_up_opens_no_door(sign_in: SignIn, hands: Hands) -> None:
    client = sign_in("staff")
    telephone = begin_set_up(client, hands)
    code = telephone.code()
    assert client.send(SET_UP, code=code).status_code == 302
    assert sign_in("staff").send(CODE, code=code).status_code == 422


def test_setting_up_ends_every_session_but_this_one_and_tells_the_owner(
    sign_in: SignIn, hands: Hands, session: Session
) -> None:
    other, client = sign_in("staff"), sign_in("staff")
    set_up(client, hands)
    assert is_inside(client)
    assert other.get(FIGURES).headers["Location"].startswith("/sign-in?")
    assert [(letter.kind, letter.address, letter.is_secret) for letter in letters(session)] == [
        ("second_step_set_up", email_of("staff"), False)
    ]
    assert events(session) == ["second_step.set_up"]


def test_another_app_takes_the_place_of_the_first_only_once_it_has_shown_a_code(
    staff: Holder, sign_in: SignIn, hands: Hands
) -> None:
    client, first, first_codes = staff
    second = begin_set_up(client, hands)
    assert sign_in("staff").send(CODE, code=first.code()).status_code == 302
    hands.forward(STEP)
    assert client.send(SET_UP, code=second.code()).status_code == 302
    hands.forward(STEP)
    again = sign_in("staff")
    assert again.send(CODE, code=first.code()).status_code == 422
    assert again.send(f"{CODE}?with=recovery-code", recovery_code=first_codes[0]).status_code == 422
    assert again.send(CODE, code=second.code()).status_code == 302


def test_recovery_codes_are_shown_until_they_are_kept_and_never_again(sign_in: SignIn, hands: Hands) -> None:
    client = sign_in("staff")
    telephone = begin_set_up(client, hands)
    client.send(SET_UP, code=telephone.code())
    codes = shown_codes(client)
    assert shown_codes(client) == codes  # a page that was printed badly may be printed again
    assert all(len(code) == 14 and code.count("-") == 2 for code in codes)
    client.send(CODES)
    assert shown_codes(client) == []
    assert "10 of your 10 recovery codes are not used yet" in client.page(CODES).get_text()


def test_recovery_codes_that_nobody_keeps_are_shown_no_longer_than_a_quarter_of_an_hour(
    sign_in: SignIn, hands: Hands
) -> None:
    client = sign_in("staff")
    client.send(SET_UP, code=begin_set_up(client, hands).code())
    assert shown_codes(client)
    hands.forward(second_step.SET_UP_LASTS + STEP)
    assert shown_codes(client) == []


def test_new_recovery_codes_need_the_password_and_void_the_old(
    staff: Holder, sign_in: SignIn, hands: Hands, session: Session
) -> None:
    client, _, old = staff
    assert client.send(CODES, password="not the password").status_code == 422
    assert client.send(CODES, password=PASSWORD).headers["Location"] == CODES
    new = shown_codes(client)
    assert not set(new) & set(old)
    again = sign_in("staff")
    assert again.send(f"{CODE}?with=recovery-code", recovery_code=old[0]).status_code == 422
    assert again.send(f"{CODE}?with=recovery-code", recovery_code=new[0]).status_code == 302
    assert "second_step.recovery_codes_made" in events(session)
    assert "second_step_recovery_codes_made" in [letter.kind for letter in letters(session)]


def test_turning_it_off_needs_the_password_ends_other_sessions_and_tells_the_owner(
    staff: Holder, sign_in: SignIn, session: Session
) -> None:
    client, telephone, _ = staff
    other = sign_in("staff")
    other.send(CODE, code=telephone.code())
    assert is_inside(other)
    assert client.send(REMOVE, password="not the password").status_code == 422
    assert "second_step.removed" not in events(session)
    assert client.send(REMOVE, password=PASSWORD).headers["Location"] == SET_UP
    assert is_inside(client)
    assert not is_inside(other)
    assert is_inside(sign_in("staff"))
    assert events(session)[-1] == "second_step.removed"
    last = letters(session)[-1]
    assert (last.kind, last.address) == ("second_step_removed", email_of("staff"))
    assert "codes" not in last.body
    assert account_of(session, "staff").has_second_step is False


@pytest.mark.usefixtures("required")
def test_turning_it_off_is_refused_to_whoever_must_have_it(
    sign_in: SignIn, hands: Hands, session: Session
) -> None:
    client = sign_in("manager")
    set_up(client, hands)
    page = client.page(REMOVE)
    assert not page.select("main form")
    assert "It cannot be turned off" in page.get_text()
    token = client.page(CODES).select_one("main input[name=csrf_token]")
    assert token is not None
    answer = client.post(REMOVE, data={"csrf_token": str(token["value"]), "password": PASSWORD})
    assert answer.status_code == 422
    assert "second_step.removed" not in events(session)
    assert account_of(session, "manager").has_second_step


def test_a_lost_telephone_is_reset_by_command(
    staff: Holder, sign_in: SignIn, session: Session, app: Flask
) -> None:
    client, _, _ = staff
    runner = app.test_cli_runner()
    result = runner.invoke(args=["people", "reset-second-step", f" {email_of('staff').upper()}"])
    assert result.exit_code == 0, result.output
    assert not is_inside(client)
    assert is_inside(sign_in("staff"))
    assert events(session)[-1] == "second_step.reset"
    assert letters(session)[-1].kind == "second_step_reset"
    again = runner.invoke(args=["people", "reset-second-step", email_of("staff")])
    assert again.exit_code == 1
    assert "has no two-step sign-in" in again.output
    unknown = runner.invoke(args=["people", "reset-second-step", "nobody@council.example"])
    assert unknown.exit_code == 1
    assert "There is no account" in unknown.output
