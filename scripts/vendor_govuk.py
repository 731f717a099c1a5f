"""Fetch govuk-frontend and keep the two files that pages need under ``static/vendor/govuk-frontend``.

Pages are served without Node, so the style sheet and the script live in the repository, at the very version
that govuk-frontend-jinja was written for. This refreshes them; only the standard library is used.

    python scripts/vendor_govuk.py [--registry URL]

A council's service may look like the GOV.UK Design System but may not use its typeface or crown, so both are
taken out of the style sheet: the ``@font-face`` rules go, the families become Arial, the crest becomes ``none``.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import io
import json
import re
import subprocess
import sys
import tarfile
import urllib.request
from pathlib import Path

PACKAGE = "govuk-frontend"
VERSION = "6.3.0"
# Kept here and not only read from the registry: a changed registry cannot vouch for a changed package.
INTEGRITY = "sha512-cXIQxm5PHCsbic47GXZrVBZhAeeshTLRL6ZBKilLsR6rMCjJuWb7Fruq0VUNMBJFlJk/srsRj/q8d5bM9cgKoA=="

TARGET = Path(__file__).resolve().parent.parent / "static" / "vendor" / PACKAGE
STYLE_SHEET = "package/dist/govuk/govuk-frontend.min.css"
SCRIPT = "package/dist/govuk/govuk-frontend.min.js"

FONT_FACE = re.compile(r"@font-face\{[^}]*\}")
CREST = re.compile(r"url\(/assets/images/govuk-crest\.svg\)")
SOURCE_MAP = re.compile(r"\s*(?:/\*# sourceMappingURL=\S+ \*/|//# sourceMappingURL=\S+)\s*$")
GDS_FAMILY = "GDS Transport,arial,sans-serif"
OWN_FAMILY = "Arial,Helvetica,sans-serif"


class VendorError(Exception):
    """The package could not be fetched, or is not what was expected."""


def configured_registry() -> str:
    """The registry that this computer's own npm settings name."""
    try:
        answer = subprocess.run(
            ["npm", "config", "get", "registry"],  # noqa: S607  (whichever npm this computer uses)
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError) as error:
        raise VendorError("npm did not say which registry to use: give --registry URL") from error
    return answer.stdout.strip()


def fetch(url: str) -> bytes:
    """What an https address answers."""
    if not url.startswith("https://"):
        raise VendorError(f"{url} is not an https address")
    with urllib.request.urlopen(url, timeout=60) as response:  # noqa: S310  (the scheme was checked above)
        content: bytes = response.read()
    return content


def checked(content: bytes, integrity: str) -> bytes:
    """``content``, when its SHA-512 is the one that ``integrity`` (``sha512-<base64>``) states."""
    kind, _, expected = integrity.partition("-")
    actual = base64.b64encode(hashlib.sha512(content).digest()).decode("ascii")
    if kind != "sha512" or not hmac.compare_digest(actual, expected):
        raise VendorError(f"the package is not the one expected: sha512-{actual}, expected {integrity}")
    return content


def own_style_sheet(css: str) -> str:
    """The style sheet without GOV.UK's typeface, crest and source map; refused when any of them is left."""
    css = FONT_FACE.sub("", css).replace(GDS_FAMILY, OWN_FAMILY)
    css = SOURCE_MAP.sub("", CREST.sub("none", css))
    for left in ("GDS Transport", "crest", "url(/", "sourceMappingURL"):
        if left in css:
            raise VendorError(
                f"the style sheet still mentions {left!r}: govuk-frontend changed, change this script"
            )
    if f'--govuk-frontend-version:"{VERSION}"' not in css:
        raise VendorError(f"the style sheet does not say that it is version {VERSION}")
    return css + "\n"


def own_script(script: str) -> str:
    """The script without its source map."""
    return SOURCE_MAP.sub("", script) + "\n"


def member(package: tarfile.TarFile, name: str) -> str:
    """The text of one file of the package."""
    file = package.extractfile(name)
    if file is None:
        raise VendorError(f"{name} is not a file in the package")
    return file.read().decode("utf-8")


def vendor(registry: str) -> None:
    """Fetch, check, change and keep."""
    description = json.loads(fetch(f"{registry.rstrip('/')}/{PACKAGE}/{VERSION}"))
    if description["dist"]["integrity"] != INTEGRITY:
        raise VendorError(f"the registry describes another package: {description['dist']['integrity']}")
    content = checked(fetch(description["dist"]["tarball"]), INTEGRITY)
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as package:
        style_sheet = own_style_sheet(member(package, STYLE_SHEET))
        script = own_script(member(package, SCRIPT))
    TARGET.mkdir(parents=True, exist_ok=True)
    (TARGET / "govuk-frontend.min.css").write_text(style_sheet, encoding="utf-8", newline="\n")
    (TARGET / "govuk-frontend.min.js").write_text(script, encoding="utf-8", newline="\n")


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description="Refresh static/vendor/govuk-frontend.")
    parser.add_argument(
        "--registry", help="address of the npm registry (default: what npm is configured to use)"
    )
    arguments = parser.parse_args()
    try:
        vendor(arguments.registry or configured_registry())
    except (VendorError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{PACKAGE} {VERSION} is in {TARGET}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
