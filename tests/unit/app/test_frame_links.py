"""The links of the frame lead where Flask itself would lead, also where the service answers below a path."""

from pathlib import Path

import pytest
from flask import url_for

from app import create_app, navigation
from app.config import Settings
from app.frame_links import Destination, Links
from people.domain import Account, Permission

EVERY_PAGE = Account(
    id=1,
    public_id="1" * 32,
    email="sam@council.example",
    person_id=1,
    permissions=frozenset(Permission),
    is_manager=True,
)


@pytest.mark.parametrize("below", ["", "/training"])
def test_links_of_the_frame_are_the_addresses_of_their_pages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, below: str
) -> None:
    app = create_app(Settings(_env_file=None, instance_path=tmp_path))
    monkeypatch.setattr(navigation, "signed_in", lambda: EVERY_PAGE)
    with app.test_request_context("/", environ_overrides={"SCRIPT_NAME": below}):
        shown = navigation.frame()
        menu = {item.text: url_for(item.endpoint) for item in navigation.destinations(EVERY_PAGE)}
        footer = {words: url_for(endpoint) + place for words, endpoint, place in navigation.FOOTER}
    assert {item["text"]: item["href"] for item in shown["navigation"]} == menu
    assert {link["text"]: link["href"] for link in shown["footer_links"]} == footer
    assert all(address.startswith(f"{below}/") for address in (*menu.values(), *footer.values()))


def test_links_are_made_once_for_each_page_menu_and_path() -> None:
    first, second = Destination("First", "first", frozenset({"below"})), Destination("Second", "second")
    links = Links({"first": "/first", "second": "/second"}, [("Help", "second", "#ask")])

    def marks(here: str | None, *items: Destination) -> list[tuple[str, bool, bool]]:
        return [(one["text"], one["current"], one["active"]) for one in links.menu("", here, items)]

    assert links.menu("", "first", (first, second)) is links.menu("", "first", (first, second))
    assert marks("first", first, second) == [("First", True, False), ("Second", False, False)]
    assert marks("below", first, second) == [("First", False, True), ("Second", False, False)]
    assert marks("first", second) == [("Second", False, False)]
    assert [one["href"] for one in links.menu("/training", None, (first,))] == ["/training/first"]
    assert links.footer("") is links.footer("")
    assert links.footer("/training") == [{"text": "Help", "href": "/training/second#ask"}]
