"""Reading the pages of reminders: their tables, files and words."""

import csv
import io
from collections.abc import Callable

from tests.pages import PageClient, text_of

SignIn = Callable[[str], PageClient]
MESSAGES, STATE = "/reminders/messages", "/reminders"


def rows(client: PageClient, address: str, table: str) -> list[list[str]]:
    page = client.page(address)
    return [[text_of(cell) for cell in row.select("th, td")] for row in page.select(f"#{table} tbody tr")]


def file_rows(client: PageClient, address: str) -> list[dict[str, str]]:
    text = client.get(address).get_data(as_text=True).removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(text)))


def main_text(client: PageClient, address: str) -> str:
    main = client.page(address).select_one("main")
    assert main is not None
    return text_of(main)
