"""The pages of commentary: who writes, who reads, what becomes of two who write at once."""

import io
import re
from datetime import timedelta

from pypdf import PdfReader
from sqlalchemy import text
from sqlalchemy.orm import Session

from foundation import clock
from foundation.once import new_key
from tests.integration.web.conftest import SignIn
from tests.pages import PageClient

PAGE = "/reports/targets/commentary"
AWARE = f"{PAGE}/AWARE"


def of_today(address: str) -> str:
    return f"{address}?as_at={clock.today().isoformat()}"


def seen(page: PageClient) -> str:
    """The note that the form has before it."""
    found = re.search(r'name="seen"[^>]*value="([^"]*)"', page.get(of_today(AWARE)).text)
    assert found is not None
    return found[1]


def test_words_go_from_the_form_into_the_report_the_kept_report_and_its_file(sign_in: SignIn) -> None:
    page = sign_in("coordinator")
    assert of_today(PAGE) in page.get(of_today("/reports/targets")).text
    assert "Add commentary" in page.get(of_today(PAGE)).text
    sent = {"words": "Turnover.\n\n\nMore places in May.", "rag": "red", "said_by": "Prevent Coordinator"}
    answer = page.send(of_today(AWARE), once=new_key(), seen="", **sent)
    assert answer.status_code == 302
    assert answer.headers["Location"].endswith(of_today(PAGE))
    shown = page.get(of_today(PAGE)).text
    assert "More places in May." in shown
    assert "may be published carries the words and the colour" in shown
    address = page.send(of_today("/reports/targets"), once=new_key()).headers["Location"]
    pages = PdfReader(io.BytesIO(page.get(f"{address}.pdf").data)).pages
    assert "More places in May." in " ".join("".join(one.extract_text() for one in pages).split())


def test_the_second_of_two_is_shown_both_texts_and_may_then_save(sign_in: SignIn, session: Session) -> None:
    first, second = sign_in("coordinator"), sign_in("learning")
    before = {page: seen(page) for page in (first, second)}
    said = {"rag": "none", "said_by": "The lead"}
    first.send(of_today(AWARE), once=new_key(), seen=before[first], words="Said first.", **said)
    answer = second.send(of_today(AWARE), once=new_key(), seen=before[second], words="Said second.", **said)
    assert answer.status_code == 409
    assert "Said first." in answer.text
    assert "Said second." in answer.text
    assert "This was changed on" in answer.text
    query = text("SELECT words FROM report_note WHERE retracted_at IS NULL")
    assert list(session.scalars(query)) == ["Said first."]
    session.rollback()
    again = re.search(r'name="seen"[^>]*value="([^"]*)"', answer.text)
    assert again is not None
    saved = second.send(of_today(AWARE), once=new_key(), seen=again[1], words="Said second.", **said)
    assert saved.status_code == 302
    assert list(session.scalars(query)) == ["Said second."]
    assert "What was said earlier" in first.get(of_today(AWARE)).text
    assert "Said first." in first.get(of_today(AWARE)).text


def test_what_cannot_be_said_is_told_at_its_input_and_nothing_typed_is_lost(sign_in: SignIn) -> None:
    page = sign_in("learning")
    for sent, says in (
        ({"words": "x" * 2001, "said_by": "The lead"}, "2,000 characters or fewer"),
        ({"words": "Words.", "said_by": ""}, "Enter who answers for it"),
        ({"words": "", "said_by": "The lead", "rag": "red"}, "a colour alone says too little"),
    ):
        answer = page.send(of_today(AWARE), once=new_key(), seen="", **{"rag": "none", **sent})
        assert answer.status_code == 422
        assert says in answer.text
        assert sent["words"] in answer.text


def test_emptying_takes_it_out(sign_in: SignIn, session: Session) -> None:
    page = sign_in("learning")
    said = {"rag": "amber", "said_by": "The lead"}
    page.send(of_today(AWARE), once=new_key(), seen="", words="Words.", **said)
    page.send(of_today(AWARE), once=new_key(), seen=seen(page), words="", rag="none", said_by="The lead")
    query = text("SELECT count(*) FROM report_note WHERE retracted_at IS NULL")
    assert session.execute(query).scalar_one() == 0
    assert "No commentary yet." in page.get(of_today(AWARE)).text


def test_sent_twice_it_is_said_once(sign_in: SignIn, session: Session) -> None:
    page, key = sign_in("learning"), new_key()
    for _ in range(2):
        answer = page.send(of_today(AWARE), once=key, seen="", words="Words.", rag="none", said_by="The lead")
        assert answer.status_code == 302
    assert session.execute(text("SELECT count(*) FROM report_note")).scalar_one() == 1


def test_an_auditor_reads_and_has_no_form(sign_in: SignIn) -> None:
    page = sign_in("auditor")
    assert "What was said earlier" in page.get(of_today(PAGE)).text
    shown = page.get(of_today(AWARE))
    assert shown.status_code == 200
    assert 'name="words"' not in shown.text
    assert sign_in("partner").get(PAGE).status_code == 403


def test_the_annual_report_has_its_own_parts(sign_in: SignIn) -> None:
    page = sign_in("coordinator")
    shown = page.get(of_today("/reports/annual/commentary")).text
    for title in ("Summary", "Data quality and caveats", "Actions for next year"):
        assert title in shown
    for address in (f"{PAGE}/NOPE", "/reports/expiring/commentary"):
        assert page.get(address).status_code == 404


def test_a_wrong_day_is_told_at_its_boxes(sign_in: SignIn) -> None:
    page = sign_in("coordinator")
    typed = "as_at-day=31&as_at-month=2&as_at-year=2026"
    for asked, says in ((typed, "must be a real date"), ("as_at=2026-13-01", "Date")):
        answer = page.get(f"{PAGE}?{asked}")
        assert answer.status_code == 422
        assert "There is a problem" in answer.text
        assert says in answer.text


def test_of_a_day_to_come_there_is_no_commentary(sign_in: SignIn) -> None:
    page, day = sign_in("coordinator"), (clock.today() + timedelta(days=1)).isoformat()
    shown = page.get(f"{PAGE}?as_at={day}")
    assert shown.status_code == 422
    assert "Of a day to come nothing is known yet." in shown.text
    assert page.get(f"{AWARE}?as_at={day}").status_code == 404
    assert "Commentary on this report" not in page.get(f"/reports/targets?as_at={day}").text
