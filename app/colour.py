"""Colours as the eye tells them apart: contrast after WCAG 2.2, and lighter and darker tones of a council's own."""

from typing import Final

WHITE: Final = "#ffffff"
BLACK: Final = "#000000"
LEAST_CONTRAST: Final = 4.5
"""What WCAG 1.4.3 asks of text of ordinary size."""


def contrast(one: str, other: str) -> float:
    """How far two colours stand apart, from 1 (the same) to 21 (black and white).

    >>> contrast("#ffffff", "#000000")
    21.0
    >>> round(contrast("#12436d", "#ffffff"), 2)
    10.25
    """
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return round((lighter + 0.05) / (darker + 0.05), 4)


def mixed(colour: str, other: str, percent: int) -> str:
    """A colour with so many hundredths of another in it.

    >>> mixed("#12436d", "#ffffff", 50)
    '#88a1b6'
    """
    parts = (
        round(a * (100 - percent) / 100 + b * percent / 100)
        for a, b in zip(_parts(colour), _parts(other), strict=True)
    )
    return "#" + "".join(f"{part:02x}" for part in parts)


def lightened(colour: str, ground: str, least: float) -> str:
    """The nearest lighter tone that stands out from a dark ground by `least` or more.

    >>> lightened("#12436d", "#000000", 7) > "#12436d"
    True
    """
    return next(
        tone
        for percent in range(0, 101, 5)
        if contrast(tone := mixed(colour, WHITE, percent), ground) >= least or percent == 100
    )


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    shares = [part / 255 for part in _parts(colour)]
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
