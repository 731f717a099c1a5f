"""The HTML part of a message, made from its plain text: paragraphs, headings, lists and links, and nothing else.

No picture, no style sheet, nothing that is fetched: opening a message tells nobody that it was opened. What counts as
what is decided by lines alone, so that a name in the text can never become a link, a heading or a tag. An address is a
link where it is the whole line, or all that stands after a label ("Where: https://...").
"""

import re
from functools import lru_cache
from html import escape

from foundation.mail import one_line
from reports.document import Block, Bullets, Heading, read_blocks

KEPT = 1024
"""Parts of messages that are kept: thousands of people are told the same, but for the line that greets them."""
_BLANK = re.compile(r"\n\s*\n")
_LINK = re.compile(r"https?://[!-~]+")
_LABELLED = re.compile(r"([A-Z][A-Za-z ]{1,20}): (\S.*)")
_HEAD = (
    '<!DOCTYPE html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">\n'
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    '<meta name="color-scheme" content="light dark">\n<title>'
)
_BODY = (
    "</title>\n</head>\n"
    '<body style="margin: 0; padding: 16px; font-family: Arial, Helvetica, sans-serif; font-size: 18px; '
    'line-height: 1.5">\n'
    '<div style="max-width: 40em">\n'
)
_END = "</div>\n</body>\n</html>\n"


def as_html(subject: str, body: str) -> str:
    """A whole page that says the same as the plain text, in British English."""
    blocks = "".join(map(_part, _BLANK.split(body.strip("\n"))))
    return f"{_HEAD}{escape(one_line(subject))}{_BODY}{blocks}{_END}"


@lru_cache(maxsize=KEPT)
def _part(text: str) -> str:
    """What stands between blank lines."""
    return "".join(f"{_block(block)}\n" for block in read_blocks(text))


def _block(block: Block) -> str:
    if isinstance(block, Heading):
        return f"<h2>{escape(block.text)}</h2>"
    if isinstance(block, Bullets):
        items = "".join(f"<li>{escape(item)}</li>\n" for item in block.items)
        return f"<ul>\n{items}</ul>"
    return f"<p>{'<br>'.join(map(_line, block.lines))}</p>"


def _line(line: str) -> str:
    labelled = _LABELLED.fullmatch(line)
    if labelled:
        return f"<strong>{escape(labelled[1])}:</strong> {_linked(labelled[2])}"
    return _linked(line)


def _linked(text: str) -> str:
    shown = escape(text)
    return f'<a href="{shown}">{shown}</a>' if _LINK.fullmatch(text) else shown
