"""The colour and logo of the council: refused where nobody could read white text on it; served by us, inert."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from app import create_app
from app.branding import DARK_GROUND, LARGEST_LOGO, brand_sheet
from app.colour import LEAST_CONTRAST, WHITE, contrast, lightened, mixed
from app.config import Settings, SettingsError

SVG = (
    b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><script>1</script></svg>'
)
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def settings(folder: Path, **more: object) -> Settings:
    return Settings(
        _env_file=None,
        instance_path=folder,
        secret_key=SecretStr("only-for-tests-0123456789-abcdefghijklmnop"),
        **more,  # type: ignore[arg-type]  # the test names them
    )


@pytest.mark.parametrize(
    "colour, other, expected",
    [
        ("#ffffff", "#ffffff", 1.0),
        ("#000000", "#ffffff", 21.0),
        ("#777777", "#ffffff", 4.48),  # the well-known grey that just fails
        ("#767676", "#ffffff", 4.54),
        ("#ff0000", "#ffffff", 4.0),
        ("#0000ff", "#ffffff", 8.59),
    ],
)
def test_contrast_is_that_of_wcag(colour: str, other: str, expected: float) -> None:
    assert contrast(colour, other) == pytest.approx(expected, abs=0.005)
    assert contrast(other, colour) == contrast(colour, other)


@given(COLOURS)
def test_whatever_the_colour_what_is_made_of_it_can_be_read(colour: str) -> None:
    tone = lightened(colour, DARK_GROUND, 7)
    assert re.fullmatch("#[0-9a-f]{6}", tone)
    assert contrast(tone, DARK_GROUND) >= 7
    if contrast(colour, WHITE) >= LEAST_CONTRAST:
        # The header in the dark carries white text too.
        assert contrast(mixed(colour, "#000000", 35), WHITE) >= LEAST_CONTRAST


@pytest.mark.parametrize("colour", ["#ffdd00", "#777777", "#FFFFFF"])
def test_a_colour_on_which_white_text_cannot_be_read_is_refused_and_the_message_says_why(colour: str) -> None:
    with pytest.raises(
        ValidationError, match=r"COUNCIL_COLOUR is '#\w+': white text.*contrast is only .* to 1"
    ):
        Settings(_env_file=None, council_colour=colour)


@pytest.mark.parametrize("colour", ["red", "#fff", "#12436d;}", "12436d", "#12436g"])
def test_what_is_no_colour_is_refused(colour: str) -> None:
    with pytest.raises(ValidationError, match="council_colour"):
        Settings(_env_file=None, council_colour=colour)


def test_the_style_sheet_holds_the_colour_and_its_tone_for_the_dark() -> None:
    sheet = brand_sheet("#00703c")
    light, dark = sheet.split("@media screen and (prefers-color-scheme:dark)")
    assert "--app-header-background:#00703c" in light
    assert "#00703c" not in dark
    assert sheet.count("{") == sheet.count("}")


def test_the_style_sheet_may_be_kept_while_its_address_stays_the_same(tmp_path: Path) -> None:
    addresses = set()
    for colour in ("#00703c", "#12436d"):
        app = create_app(settings(tmp_path, council_colour=colour))
        page = app.test_client().get("/help").text
        address = re.search(r'href="(/brand\.css\?v=[0-9a-f]{12})"', page)
        assert address is not None
        addresses.add(address[1])
        answer = app.test_client().get(address[1])
        assert answer.mimetype == "text/css"
        assert "immutable" in answer.headers["Cache-Control"]
        assert colour in answer.text
        assert app.test_client().get("/brand.css").headers["Cache-Control"] == "no-cache"
    assert len(addresses) == 2


@pytest.mark.parametrize(
    "name, content, kind", [("a.svg", SVG, "image/svg+xml"), ("b.PNG", PNG, "image/png")]
)
@pytest.mark.parametrize("absolute", [True, False])
def test_a_logo_stands_in_the_header_and_is_inert(
    tmp_path: Path, name: str, content: bytes, kind: str, absolute: bool
) -> None:
    (tmp_path / name).write_bytes(content)
    (tmp_path / "a.png").write_bytes(PNG)
    logo = tmp_path / name if absolute else Path(name)
    client = create_app(settings(tmp_path, council_logo=logo)).test_client()
    page = client.get("/help").text
    image = re.search(r'<img class="app-logo" src="([^"]+)" alt="Example Borough Council">', page)
    assert image is not None
    answer = client.get(image[1])
    assert answer.mimetype == kind
    assert answer.data == content
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "script" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in answer.headers["Cache-Control"]


def test_without_a_logo_the_name_stands_in_the_header(tmp_path: Path) -> None:
    client = create_app(settings(tmp_path)).test_client()
    assert "app-logo" not in client.get("/help").text
    assert client.get("/brand/logo").status_code == 404


@pytest.mark.parametrize(
    "name, content, message",
    [
        ("logo.svg", None, "it cannot be read (No such file or directory)"),
        ("logo.jpg", PNG, "expected a file that ends in .svg or .png"),
        ("logo.png", SVG, "what is in it is no PNG"),
        ("logo.svg", PNG, "what is in it is no SVG"),
        ("logo.svg", SVG + b" " * LARGEST_LOGO, "it is larger than 512 kB"),
        (
            "logo.svg",
            SVG,
            "Put the same logo as a PNG file beside it, as 'logo.png', or name a PNG file here",
        ),
    ],
)
def test_a_logo_that_will_not_do_stops_the_service_and_says_why(
    tmp_path: Path, name: str, content: bytes | None, message: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(SettingsError, match=r"COUNCIL_LOGO is ") as caught:
        create_app(settings(tmp_path, council_logo=Path(name)))
    assert message in caught.value.message


@pytest.mark.parametrize(
    "name, value",
    [
        ("support_email", "not an address"),
        ("support_email", "a@b.example?bcc=x"),
        ("support_email", 'a"><b>@council.example'),
        ("support_email", "háy@council.example"),
        ("support_email", "=?utf-8?q?x?=@council.example"),
        ("support_email", "[help]@council.example"),
        ("support_email", f"{'x' * 65}@council.example"),
        ("data_protection_email", "a(b)@council.example"),
        ("support_phone", "<b>"),
        ("security_contact", "javascript:alert(1)"),
        ("security_contact", "http://council.example"),
        ("data_protection_email", "mailto:a@b.example"),
        ("retention_years", 0),
        ("statement_prepared_on", "1 May"),
    ],
)
def test_contacts_that_are_none_are_refused(name: str, value: object) -> None:
    with pytest.raises(ValidationError, match=name):
        Settings(_env_file=None, **{name: value})  # type: ignore[arg-type]  # wrong on purpose
