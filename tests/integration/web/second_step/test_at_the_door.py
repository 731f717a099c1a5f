"""The second step of signing in: codes, recovery codes, and what is open between the steps (bad input G08)."""

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread

from flask import Flask
from sqlalchemy.orm import Session

from foundation import clock
from foundation.db import db, transaction
from foundation.stamp import Stamp
from people.services import recovery_codes, second_step
from people.services.sealing import Seal
from tests.borough import PASSWORD
from tests.integration.web.second_step.looks import (
    FIGURES,
    REMOVE,
    WRONG,
    Holder,
    account_of,
    events,
    is_inside,
    letters,
)
from tests.pages import PageClient
from tests.telephone import CODE, CODES, SET_UP, STEP, Hands

SignIn = Callable[[str], PageClient]


NOT_SIX = (
    "",
    "   ",
    "abcdef",
    "12345",
    "1234567",
    "12 34 5",
    "\uff11\uff12\uff13\uff14\uff15\uff16",
    "12345a",
)


def test_what_is_not_six_digits_is_said_to_be_so_and_is_no_guess(
    staff: Holder, sign_in: SignIn, session: Session
) -> None:
    client = sign_in("staff")
    for typed in NOT_SIX:
        answer = client.send(CODE, code=typed)
        assert answer.status_code == 422, typed
        assert answer.get_data(as_text=True).count("Enter the 6 digits of the security code") == 2, typed
    assert events(session) == ["second_step.set_up"]


def test_a_code_opens_the_door_one_step_early_or_late_and_not_two(
    staff: Holder, sign_in: SignIn, hands: Hands
) -> None:
    _, telephone, _ = staff
    for steps, opens in ((-2, False), (-1, True), (0, True), (1, True), (2, False)):
        hands.forward(timedelta(minutes=5))
        client = sign_in("staff")
        answer = client.send(CODE, code=telephone.code(steps))
        assert answer.status_code == (302 if opens else 422), steps
        assert is_inside(client) == opens, steps
        if not opens:
            assert answer.get_data(as_text=True).count(WRONG) == 2


def test_blanks_that_an_app_shows_do_no_harm(staff: Holder, sign_in: SignIn) -> None:
    code = staff[1].code()
    assert sign_in("staff").send(CODE, code=f" {code[:3]} {code[3:]}").status_code == 302


def test_a_code_opens_the_door_once_and_an_earlier_one_not_after_it(
    staff: Holder, sign_in: SignIn, hands: Hands
) -> None:
    _, telephone, _ = staff
    hands.forward(timedelta(minutes=5))
    code, earlier = telephone.code(), telephone.code(-1)
    assert sign_in("staff").send(CODE, code=code).status_code == 302
    late = sign_in("staff")
    for used in (code, earlier):
        answer = late.send(CODE, code=used)
        assert answer.status_code == 422
        assert WRONG in answer.get_data(as_text=True)
    assert not is_inside(late)


def in_a_race(app: Flask, *acts: Callable[[Session, Stamp], bool]) -> list[bool]:
    """What comes of acts that are begun together, each in a transaction of its own."""
    start, found = Barrier(len(acts)), []

    def run(act: Callable[[Session, Stamp], bool]) -> None:
        with app.app_context():
            start.wait()
            with transaction(db.session()) as session:
                found.append(act(session, Stamp("tests", clock.now())))
            db.session.remove()

    threads = [Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return sorted(found)


def test_of_two_who_race_with_the_same_code_one_comes_too_late(
    staff: Holder, app: Flask, session: Session
) -> None:
    _, telephone, codes = staff
    account = account_of(session, "staff")
    code, seal = telephone.code(), Seal([app.config["SECRET_KEY"]])

    def with_code(session: Session, stamp: Stamp) -> bool:
        return second_step.pass_with_code(session, stamp, seal, account, code)

    hashed = recovery_codes.code_hash(account.public_id, codes[0])

    def with_recovery_code(session: Session, stamp: Stamp) -> bool:
        return second_step.pass_with_recovery_code(session, stamp, account, hashed)

    assert in_a_race(app, with_code, with_code) == [False, True]
    assert in_a_race(app, with_recovery_code, with_recovery_code, with_recovery_code) == [False, False, True]


def test_a_recovery_code_opens_the_door_once_however_it_is_written(
    staff: Holder, sign_in: SignIn, session: Session
) -> None:
    code = staff[2][3]
    written = f" {code.lower().replace('-', ' ').replace('0', 'o').replace('1', 'l')} "
    client = sign_in("staff")
    assert client.send(f"{CODE}?with=recovery-code", recovery_code=written).status_code == 302
    assert is_inside(client)
    answer = sign_in("staff").send(f"{CODE}?with=recovery-code", recovery_code=code)
    assert answer.status_code == 422
    assert "The recovery code is not right, or was used already" in answer.get_data(as_text=True)
    assert "second_step_recovery_code_used" in [letter.kind for letter in letters(session)]
    assert "9 not used yet" in client.page(SET_UP).get_text()


def test_a_recovery_code_that_is_none_opens_nothing(staff: Holder, sign_in: SignIn) -> None:
    client = sign_in("staff")
    for typed in ("", "  ", "ABCD-EFGH-JKMN", "x" * 41):
        assert client.send(f"{CODE}?with=recovery-code", recovery_code=typed).status_code == 422, typed
    assert not is_inside(client)


def test_after_five_wrong_codes_the_right_one_has_to_wait_whatever_the_browser(
    staff: Holder, sign_in: SignIn, hands: Hands
) -> None:
    _, telephone, codes = staff
    for guess in range(5):
        client = sign_in("staff")
        if guess % 2:
            answer = client.send(f"{CODE}?with=recovery-code", recovery_code="ABCD-EFGH-JKMN")
        else:
            answer = client.send(CODE, code=telephone.wrong_code())
        assert answer.status_code == 422
    client = sign_in("staff")
    answer = client.send(CODE, code=telephone.code())
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) == 15 * 60
    assert "Wait 15 minutes" in answer.get_data(as_text=True)
    assert client.send(f"{CODE}?with=recovery-code", recovery_code=codes[0]).status_code == 429
    assert not is_inside(client)
    hands.forward(timedelta(minutes=15, seconds=1))
    assert client.send(CODE, code=telephone.code()).status_code == 302


def test_a_right_code_is_no_guess(staff: Holder, sign_in: SignIn, hands: Hands) -> None:
    _, telephone, _ = staff
    for _ in range(8):
        assert sign_in("staff").send(CODE, code=telephone.code()).status_code == 302
        hands.forward(STEP)


def test_a_copy_of_the_cookie_from_between_the_steps_opens_nothing_afterwards(
    staff: Holder, sign_in: SignIn, app: Flask
) -> None:
    client = sign_in("staff")
    half = client.get_cookie("tracker_session")
    assert half is not None
    assert client.send(CODE, code=staff[1].code()).status_code == 302
    thief = app.test_client()
    thief.set_cookie("tracker_session", half.value)
    assert isinstance(thief, PageClient)
    assert thief.get(FIGURES).headers["Location"].startswith("/sign-in?")
    assert thief.get(CODE).headers["Location"].startswith("/sign-in?")


def test_whoever_owes_the_code_cannot_set_another_app_up_nor_take_this_one_away(
    staff: Holder, sign_in: SignIn, session: Session
) -> None:
    client = sign_in("staff")
    token = client.page(CODE).select_one("main input[name=csrf_token]")
    assert token is not None
    before = events(session)
    for address in (SET_UP, CODES, REMOVE):
        assert client.get(address).headers["Location"].startswith(CODE)
        answer = client.post(address, data={"csrf_token": str(token["value"]), "password": PASSWORD})
        assert answer.headers["Location"].startswith(CODE)
    assert events(session) == before


def test_whoever_is_in_already_is_led_on_from_the_door(staff: Holder, sign_in: SignIn) -> None:
    assert staff[0].get(f"{CODE}?next=/figures").headers["Location"] == "/figures"
    assert staff[0].get(f"{CODE}?next=//evil.example").headers["Location"] == "/"
    assert sign_in("manager").get(CODE).headers["Location"] == "/"
    for address in (CODES, REMOVE):
        assert sign_in("manager").get(address).headers["Location"] == SET_UP
