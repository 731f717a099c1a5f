"""Pictures, drawn anew: what is kept has the pixels and nothing else (promises E12 to E15).

Comments, places, thumbnails and whatever hides behind the end are gone; a picture that was turned by its camera's note
is turned in earnest, as the note goes too.
"""

import struct
import warnings
import zlib
from io import BytesIO

from PIL import Image, ImageOps

from courses.uploads.kinds import WORDS, Kind
from foundation.errors import DomainError

MOST_PIXELS = 50_000_000
"""As many as a telephone takes at its best."""
LONGEST_SIDE = 3000
"""Pixels: an A4 page at 250 dots per inch."""
WIDEST_PIXEL = 8
"""Bytes: four colours of two each."""
ROOM_FOR_PASSES = 16
"""An interlaced picture has a byte more for each line of its seven passes."""
PART = 1024 * 1024
_FORMATS = {Kind.PNG: "PNG", Kind.JPEG: "JPEG"}
_TOO_LARGE = (
    f"The picture is too large: it has more than {MOST_PIXELS // 1_000_000} million pixels. "
    "Take or save it smaller and upload it again."
)
_MORE = "The file holds far more than the picture that it shows. Take a screenshot of it and upload that."


def draw_anew(content: bytes, kind: Kind) -> bytes:
    """The picture without anything but its pixels. Raises DomainError where it is refused."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of large pictures, which are judged here
        try:
            with Image.open(BytesIO(content), formats=[_FORMATS[kind]]) as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    raise DomainError(_TOO_LARGE)
                if kind is Kind.PNG and _unpacks_to_more(content, picture.width, picture.height):
                    raise DomainError(_MORE)
                return _drawn(picture, kind)
        except DomainError:
            raise
        except (Image.DecompressionBombError, MemoryError) as error:
            raise DomainError(_TOO_LARGE) from error
        except Exception as error:  # Pillow meets broken files with every kind of exception
            raise DomainError(
                f"The file is damaged, or only a part of it arrived. Save it again as a {WORDS[kind]}, or take the "
                "picture again, and upload that."
            ) from error


def _unpacks_to_more(content: bytes, width: int, height: int) -> bool:
    """Whether a PNG holds more than its pixels: it unpacks to more than their bytes at the widest."""
    most = height * (width * WIDEST_PIXEL + 1) + ROOM_FOR_PASSES * (width + height)
    unpacker, found, at = zlib.decompressobj(), 0, 8
    while at + 8 <= len(content):
        size, name = struct.unpack_from("!L4s", content, at)
        packed = content[at + 8 : at + 8 + size] if name == b"IDAT" else b""
        while packed and not unpacker.eof:
            found += len(unpacker.decompress(packed, PART))
            packed = unpacker.unconsumed_tail
            if found > most:
                return True
        at += 12 + size
    return False


def _drawn(picture: Image.Image, kind: Kind) -> bytes:
    # A JPEG is decoded at a half, a quarter or an eighth where that is enough.
    picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    picture.load()
    small: Image.Image = picture
    small.thumbnail((LONGEST_SIDE, LONGEST_SIDE), reducing_gap=2.0)
    turned = _turned(small)
    clean = turned.convert(_mode(turned, kind))
    clean.info = {}
    out = BytesIO()
    if kind is Kind.PNG:
        clean.save(out, "PNG", compress_level=3)
    else:
        clean.save(out, "JPEG", quality=85)
    return out.getvalue()


def _turned(picture: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(picture)
    except Exception:  # the camera's note is broken: the picture stays as it lies
        return picture


def _mode(picture: Image.Image, kind: Kind) -> str:
    if picture.mode in ("1", "L"):
        return "L"
    see_through = kind is Kind.PNG and (
        picture.mode in ("LA", "RGBA", "PA") or "transparency" in picture.info
    )
    return "RGBA" if see_through else "RGB"
