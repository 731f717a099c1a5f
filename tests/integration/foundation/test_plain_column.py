"""Both databases write a name in plain letters as we do, and sort by that in one order."""

import pytest
from sqlalchemy import literal, select, union_all
from sqlalchemy.orm import Session

from foundation.plain import plain
from foundation.plain_column import plain_of

NAMES = (
    "Fernŵood", "Zoë", "ÖZTÜRKMERE", "Łąkowick", "Ñandale", "Weiß", "Ægir Þór", "O\u2019Mossgrave", "O'Tidewell",
    "Tŷ-Mawrdale", "Smith", "smith\u2013jones", "Đặng", "Ǿrsted", "İpek", "Ngọc", "Œuvre", "al-Rahmanby", "50%_o\\", "",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_the_database_writes_a_name_in_plain_letters_as_we_do(session: Session, name: str) -> None:
    assert session.scalar(select(plain_of(literal(name)))) == plain(name)


def test_names_are_sorted_where_one_looks_for_them(session: Session) -> None:
    names = union_all(*(select(literal(name).label("name")) for name in NAMES)).subquery()
    found = session.scalars(select(names.c.name).order_by(plain_of(names.c.name))).all()
    assert list(found) == sorted(NAMES, key=plain)
    assert found.index("Łąkowick") < found.index("Ñandale") < found.index("Smith") < found.index("Zoë")
