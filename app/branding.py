"""The council's own look: its colour and its logo, from the settings, served from our own address.

The browser policy allows no style in the page, so the colour comes as a style sheet. Both addresses change with what
they hold, so that browsers may keep them for a year like every other asset.
"""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from flask import Flask, Response, abort, current_app, url_for

from app.colour import BLACK, lightened, mixed
from app.config import Settings, SettingsError
from people import auth

BRAND_CSS = "brand_css"
LOGO = "council_logo"
KEPT = frozenset({BRAND_CSS, LOGO})
"""The endpoints whose answers a browser may keep while their address stays the same."""

LARGEST_LOGO = 512 * 1024
DARK_GROUND = "#15181b"  # of static/app.css
READABLE_IN_THE_DARK = 7.0
# A picture runs nothing and fetches nothing, even when it is opened by itself. Its own styles are all that it may use:
# drawing programs write them into every SVG.
PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"
PNG_BEGINS = b"\x89PNG\r\n\x1a\n"
KINDS = {".svg": "image/svg+xml", ".png": "image/png"}


@dataclass(frozen=True, slots=True)
class Brand:
    """What the council looks like: a style sheet, and a logo where it has one."""

    css: str
    logo: bytes = b""
    logo_kind: str = ""

    @property
    def css_version(self) -> str:
        """Changes with the style sheet."""
        return sha256(self.css.encode()).hexdigest()[:12]

    @property
    def logo_version(self) -> str:
        """Changes with the logo."""
        return sha256(self.logo).hexdigest()[:12]


def install(app: Flask, settings: Settings) -> None:
    """Add /brand.css and /brand/logo. Raises SettingsError when the logo will not do."""
    logo, kind = _read_logo(settings)
    app.extensions["brand"] = Brand(brand_sheet(settings.council_colour), logo, kind)
    app.add_url_rule("/brand.css", BRAND_CSS, brand_css)
    app.add_url_rule("/brand/logo", LOGO, council_logo)
    app.jinja_env.globals.update(brand_address=brand_address, logo_address=logo_address)


@auth.public
def brand_css() -> Response:
    """The colours of the council."""
    return Response(_brand().css, mimetype="text/css")


@auth.public
def council_logo() -> Response:
    """The logo of the council, inert."""
    brand = _brand()
    if not brand.logo:
        abort(404)
    answer = Response(brand.logo, mimetype=brand.logo_kind)
    answer.headers["Content-Security-Policy"] = PICTURE_POLICY
    return answer


def brand_address() -> str:
    """Where the style sheet is, for layouts/base.html."""
    return url_for(BRAND_CSS, v=_brand().css_version)


def logo_address() -> str | None:
    """Where the logo is; None where the council's name stands in its place."""
    brand = _brand()
    return url_for(LOGO, v=brand.logo_version) if brand.logo else None


def brand_sheet(colour: str) -> str:
    """The style sheet of a colour. In the dark the ground is deeper, and what must stand out from it lighter."""
    light = f":root{{--govuk-brand-colour:{colour};--app-header-background:{colour}}}"
    tone = lightened(colour, DARK_GROUND, READABLE_IN_THE_DARK)
    deep = mixed(colour, BLACK, 35)
    dark = f":root{{--govuk-brand-colour:{tone};--app-header-background:{deep}}}"
    return f"{light}\n@media screen and (prefers-color-scheme:dark){{{dark}}}\n"


def _brand() -> Brand:
    brand: Brand = current_app.extensions["brand"]
    return brand


def _read_logo(settings: Settings) -> tuple[bytes, str]:
    """The logo's bytes and kind, read once at the start: no address of ours ever names a file."""
    if settings.council_logo is None:
        return b"", ""
    path = settings.instance_path / settings.council_logo.expanduser()
    kind = KINDS.get(path.suffix.lower())
    if kind is None:
        raise _unfit(path, "expected a file that ends in .svg or .png")
    try:
        with path.open("rb") as file:
            found = file.read(LARGEST_LOGO + 1)
    except OSError as error:
        raise _unfit(path, f"it cannot be read ({error.strerror})") from error
    if len(found) > LARGEST_LOGO:
        raise _unfit(path, f"it is larger than {LARGEST_LOGO // 1024} kB")
    if not (found.startswith(PNG_BEGINS) if kind == "image/png" else b"<svg" in found[:4096]):
        raise _unfit(path, f"what is in it is no {path.suffix[1:].upper()}")
    if kind != "image/png":
        _refuse_without_png(path)
    return found, kind


def _refuse_without_png(path: Path) -> None:
    """Certificates and passports show the logo as a PNG: nothing here draws an SVG as a browser does.

    So an SVG has the same picture as a PNG beside it, under the same name (`courses.certificate.issuer`).
    """
    beside = path.with_suffix(".png")
    try:
        with beside.open("rb") as file:
            begins = file.read(len(PNG_BEGINS))
    except OSError:
        begins = b""
    if begins != PNG_BEGINS:
        raise _unfit(
            path,
            "pages can show an SVG, and certificates cannot. Put the same logo as a PNG file beside it, as "
            f"'{beside.name}', or name a PNG file here",
        )


def _unfit(path: Path, why: str) -> SettingsError:
    return SettingsError(f"the settings need mending.\n  COUNCIL_LOGO is '{path}': {why}.")
