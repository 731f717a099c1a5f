"""Who issues certificates: the council, its keys, and what its certificates look like.

Certificates never change, but the council's colour, logo and address may. Each look is therefore kept as a numbered
file when the first certificate is issued in it, and a certificate's row says in which (`layout`). So the same
certificate is the same file whenever it is asked for.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from courses.certificate.keys import KeyRing, badge_keys, certificate_keys
from courses.certificate.numbered import NumberedFiles
from foundation.errors import DomainError

DRAWING: Final = 1
"""Which way of drawing is in use (courses/certificate/drawing.py): another way gets another number, and both stay."""
_PNG: Final = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True)
class Look:
    """What the council's certificates look like. `logo` is a PNG, or empty: then the council's name stands there."""

    colour: str
    base_url: str
    logo: bytes = b""
    drawing: int = DRAWING

    def address(self, number: str) -> str:
        """Where anybody may ask whether a certificate holds."""
        return f"{self.base_url}/verify/{number}"


@dataclass(frozen=True, slots=True)
class Issuer:
    """The council as the settings have it, and the folder where it keeps keys and looks."""

    council: str
    base_url: str
    colour: str
    instance_path: Path
    logo: Path | None = None
    key_file: Path | None = None
    key_password: str = ""

    @property
    def keys(self) -> KeyRing:
        """The keys that sign its certificates."""
        return certificate_keys(self.instance_path, self.council, self.key_file, self.key_password)

    @property
    def badge_keys(self) -> KeyRing:
        """The keys that sign its badges."""
        return badge_keys(self.instance_path, self.council)

    def layout(self) -> int:
        """The number of the look in which certificates are issued now; a new look is kept first."""
        wanted = self._present_look()
        while True:
            number = self._looks.numbers()[-1] if self._looks.numbers() else 0
            if number and self.look(number) == wanted:
                return number
            if self._looks.add(number + 1, _written(wanted)):
                return number + 1

    def look(self, layout: int) -> Look:
        """A look by its number. One whose file was lost gives way to the present one: the certificate says the same."""
        path = self._looks.path(layout)
        return _read(path) if path.exists() else self._present_look()

    @property
    def _looks(self) -> NumberedFiles:
        return NumberedFiles(self.instance_path / "certificates" / "looks", ".json")

    def _present_look(self) -> Look:
        """Of an SVG logo the PNG of the same name beside it is printed (app/branding.py asks for it at the start).

        Raises DomainError where it is away.
        """
        logo = b""
        if self.logo is not None:
            is_png = self.logo.suffix.lower() == ".png"
            try:
                logo = (self.logo if is_png else self.logo.with_suffix(".png")).read_bytes()
            except OSError as error:
                raise DomainError(f"COUNCIL_LOGO cannot be read ({error.strerror}).") from error
        return Look(self.colour, self.base_url, logo if logo.startswith(_PNG) else b"")


def issuer_of(config: Mapping[str, Any], instance_path: str) -> Issuer:
    """The issuer as Flask's settings have it: `issuer_of(current_app.config, current_app.instance_path)`."""
    return Issuer(
        council=config["COUNCIL_NAME"],
        base_url=config["BASE_URL"].rstrip("/"),
        colour=config["COUNCIL_COLOUR"],
        instance_path=Path(instance_path),
        logo=config["COUNCIL_LOGO"],
        key_file=config["CERTIFICATE_KEY_FILE"],
        key_password=config["CERTIFICATE_KEY_PASSWORD"],
    )


def _written(look: Look) -> bytes:
    said = {
        "colour": look.colour,
        "base_url": look.base_url,
        "logo": base64.b64encode(look.logo).decode("ascii"),
        "drawing": look.drawing,
    }
    return json.dumps(said, indent=1).encode()


@lru_cache(maxsize=8)
def _read(path: Path) -> Look:
    said = json.loads(path.read_bytes())
    return Look(said["colour"], said["base_url"], base64.b64decode(said["logo"]), said["drawing"])
