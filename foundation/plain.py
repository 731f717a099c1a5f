"""Names in plain letters, so that they are found by whoever types without accents and sorted where one looks."""

import unicodedata

UNDECOMPOSED = {
    "æ": "ae", "đ": "d", "ð": "d", "ħ": "h", "\u0131": "i", "ł": "l", "ø": "o", "œ": "oe", "ŧ": "t", "þ": "th",
    **dict.fromkeys("\u2018\u2019\u02bc\u00b4", "'"),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015", "-"),
}  # fmt: skip
"""Small letters that are no plain letter with an accent, and the marks that keyboards and word processors swap."""
_TABLE = str.maketrans(UNDECOMPOSED)


def plain(text: str) -> str:
    r"""A text in small letters without accents, its blanks single and none at the ends.

    For keys of searching and sorting alone, never to be shown. To do it twice changes nothing.

    >>> plain("  Siân  FERNŴOOD "), plain("Łucja O\u2019Mossgrave"), plain("Tŷ-Mawrdale Weiß")
    ('sian fernwood', "lucja o'mossgrave", 'ty-mawrdale weiss')
    """
    return " ".join(plain_letters(text).split())


def plain_letters(text: str) -> str:
    r"""The same with the blanks and lines as they are; letters that fonts join are apart again.

    >>> plain_letters("o\ufb03ce\n of Siân")
    'office\n of sian'
    """
    if text.isascii():
        return text.lower()
    # The marks first: NFKD takes an acute accent that stands alone for a blank with an accent.
    apart = unicodedata.normalize("NFKD", text.translate(_TABLE))
    apart = unicodedata.normalize("NFKD", apart.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter)).translate(_TABLE).lower()


def literally(text: str) -> str:
    """A text for a LIKE pattern in which its own signs mean themselves; the escape sign is the backslash.

    >>> literally("50%_o\\\\'")
    "50\\\\%\\\\_o\\\\\\\\'"
    """
    for sign in ("\\", "%", "_"):
        text = text.replace(sign, f"\\{sign}")
    return text
