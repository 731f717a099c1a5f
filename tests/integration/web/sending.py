"""Sending files by the pages, as a browser would."""

from datetime import date
from io import BytesIO

from bs4 import BeautifulSoup
from werkzeug.test import TestResponse

from tests.pages import PageClient

BOUNDARY = "a-boundary-that-no-file-holds"
START = "/training/tell-us"


def upload(
    client: PageClient, address: str, content: bytes | None, name: str = "certificate.pdf", **fields: str
) -> TestResponse:
    """Fetch the page with the form, choose a file, and send it."""
    form = client.page(address).select_one("main form[method=post]")
    assert form is not None
    hidden = {str(one["name"]): str(one.get("value", "")) for one in form.select("input[type=hidden]")}
    return client.post(
        str(form["action"]),
        input_stream=BytesIO(multipart({**hidden, **fields}, content, name)),
        content_type=f"multipart/form-data; boundary={BOUNDARY}",
    )


def multipart(fields: dict[str, str], content: bytes | None, name: str) -> bytes:
    """The body of a form with a file; the test client's own would leave large temporary files about."""
    parts = [(f'name="{field}"', value.encode()) for field, value in fields.items()]
    if content is not None:
        parts.append((f'name="file"; filename="{name}"', content))
    head = f"--{BOUNDARY}\r\nContent-Disposition: form-data; "
    body = b"".join(head.encode() + said.encode() + b"\r\n\r\n" + value + b"\r\n" for said, value in parts)
    return body + f"--{BOUNDARY}--\r\n".encode()


def day_boxes(day: str, month: str, year: str) -> dict[str, str]:
    """A date as it is typed."""
    return {"completed_on-day": day, "completed_on-month": month, "completed_on-year": year}


def follow(client: PageClient, answer: TestResponse) -> BeautifulSoup:
    """The page to which an answer leads."""
    assert answer.status_code in (302, 303), answer.get_data(as_text=True)
    return client.page(answer.headers["Location"])


def boxes(day: date) -> dict[str, str]:
    """The same of a day."""
    return day_boxes(str(day.day), str(day.month), str(day.year))


def hidden_fields(client: PageClient, address: str) -> dict[str, str]:
    """What the form of a page hides."""
    return {
        str(one["name"]): str(one["value"]) for one in client.page(address).select("main input[type=hidden]")
    }


def begin(client: PageClient, content: bytes | None, name: str = "certificate.pdf") -> str:
    """Upload a certificate, or say that there is none; gives the address of the next page."""
    without = {"without": "yes"} if content is None else {}
    return str(upload(client, START, content, name, **without).headers["Location"])


def describe(client: PageClient, address: str, day: date, course: str = "PREV", **more: str) -> BeautifulSoup:
    """Fill in what was completed; gives the page of answers."""
    return follow(client, client.send(address, course=course, **boxes(day), **more))
