"""docs/authorization.toml, read; and the table of docs/security.md that is made from it.

`python -m tests.authorization` writes the table anew.
"""

import re
import tempfile
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from flask import Flask

ROOT: Final = Path(__file__).resolve().parent.parent
MATRIX: Final = ROOT / "docs" / "authorization.toml"
SECURITY: Final = ROOT / "docs" / "security.md"
BEGINS: Final = "<!-- made from docs/authorization.toml: python -m tests.authorization -->"
ENDS: Final = "<!-- the end of what is made -->"

AUTOMATIC: Final = frozenset({"HEAD", "OPTIONS"})
"""Methods that Flask adds by itself: HEAD is GET without its body, OPTIONS names the methods."""
DEFAULTS: Final = {"anonymous": "sign in", "half": "second step"}
COLUMNS: Final = {
    "anonymous": "A",
    "half": "H",
    "staff": "S",
    "manager": "M",
    "learning": "L",
    "coordinator": "C",
    "auditor": "U",
    "partner_lead": "P",
}
SCOPES: Final = frozenset({"own", "team", "part", "all", "numbers", "colleagues"})
WORDS: Final = SCOPES | {"yes", "link", "-", "never", "led on", "sign in", "second step", "code", "set up"}
IN_THE_TABLE: Final = {
    "sign in": "to sign in",
    "second step": "to the second step",
    "code": "with an app",
    "set up": "without an app",
    "colleagues": "own organisation",
}


@dataclass(frozen=True, slots=True)
class Page:
    """One row of the matrix."""

    name: str
    about: str
    object: str
    hidden: int
    acts: bool
    opens: Mapping[str, int]
    """"METHOD endpoint": the status for whoever may."""
    cells: Mapping[str, frozenset[str]]

    def words(self, columns: Iterable[str]) -> frozenset[str]:
        """What the row says to somebody who is several kinds of reader."""
        return frozenset().union(*(self.cells[column] for column in columns))


def read_matrix() -> list[Page]:
    """Every row of the file. Raises ValueError for a word or a key that means nothing."""
    with MATRIX.open("rb") as file:
        return [_page(row) for row in tomllib.load(file)["page"]]


def _page(row: dict[str, Any]) -> Page:
    kinds = [*COLUMNS, "delegate"]
    said = {**DEFAULTS, "delegate": row["manager"], **{kind: row[kind] for kind in kinds if kind in row}}
    cells = {kind: frozenset(said[kind].split(", ")) for kind in kinds}
    unknown = frozenset().union(*cells.values()) - WORDS
    surplus = row.keys() - {"name", "about", "object", "hidden", "acts", "opens", *kinds}
    if unknown or surplus:
        raise ValueError(f"{row['name']}: {sorted(unknown | surplus)} mean nothing")
    return Page(
        name=row["name"],
        about=row.get("about", ""),
        object=row.get("object", ""),
        hidden=row.get("hidden", 404),
        acts=row.get("acts", False),
        opens=row["opens"],
        cells=cells,
    )


def doors(app: Flask) -> set[str]:
    """Every "METHOD endpoint" that the service answers."""
    return {
        f"{method} {rule.endpoint}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - AUTOMATIC
    }


def differences(app: Flask, pages: Iterable[Page]) -> list[str]:
    """What the matrix says nothing of, what it says twice, and what it says of nothing (promise S1)."""
    stated = [door for page in pages for door in page.opens]
    there = doors(app)
    return [
        *(f"{door} is not in docs/authorization.toml" for door in sorted(there - set(stated))),
        *(f"{door} is in docs/authorization.toml and nowhere else" for door in sorted(set(stated) - there)),
        *(f"{door} is stated twice" for door in sorted({door for door in stated if stated.count(door) > 1})),
    ]


def table(app: Flask, pages: Iterable[Page]) -> str:
    """The matrix as a table for people: a line for each page, rows that say the same of one page put together."""
    lines: dict[tuple[str, ...], tuple[list[str], list[str]]] = {}
    for page in pages:
        cells = [_cell(page.cells[column]) for column in COLUMNS]
        about, addresses = lines.setdefault((page.name, *cells), ([], []))
        about += [page.about] if page.about and page.about not in about else []
        for door in page.opens:
            address = _address(app, door.partition(" ")[2])
            addresses += [address] if address not in addresses else []
    rows = [
        f"| {name}{_in_brackets(about)}: {', '.join(addresses)} | {' | '.join(cells)} |"
        for (name, *cells), (about, addresses) in lines.items()
    ]
    return "\n".join([f"| Page | {' | '.join(COLUMNS.values())} |", f"|{'---|' * (len(COLUMNS) + 1)}", *rows])


def _in_brackets(about: list[str]) -> str:
    return f" ({'; '.join(about)})" if about else ""


def _cell(words: frozenset[str]) -> str:
    return ", ".join(IN_THE_TABLE.get(word, word) for word in sorted(words))


def _address(app: Flask, endpoint: str) -> str:
    rule = next(app.url_map.iter_rules(endpoint))
    return f"`{re.sub('<[^>]*>', '…', rule.rule)}`"


def with_table(text: str, made: str) -> str:
    """The document with this table between its marks."""
    before, _, rest = text.partition(BEGINS)
    _, _, after = rest.partition(ENDS)
    return f"{before}{BEGINS}\n{made}\n{ENDS}{after}"


def main() -> None:
    """Write the table into docs/security.md."""
    from app import create_app
    from app.config import Settings

    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(_env_file=None, instance_path=Path(folder)))
        text = SECURITY.read_text(encoding="utf-8")
        SECURITY.write_text(with_table(text, table(app, read_matrix())), encoding="utf-8")


if __name__ == "__main__":
    main()
