"""Figures by role and by sector are those of the slow reading, on both databases, now and as known at a moment."""

from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tests.integration.compliance.product import TODAY, Product, asking_everybody, sayable
from tests.integration.compliance.test_figures_agree_with_oracle import (
    load,
    paths_with_posts,
    some_days,
    the_bridge_holds,
    variety,
)
from tests.oracle.reading import Reading
from tests.oracle.strategies import worlds
from tests.oracle.world import World

WORLDS = worlds(completed_until=TODAY).map(sayable).map(lambda world: replace(world, grants=()))


def test_figures_by_role_and_sector_are_those_of_the_rules(product: Product, tmp_path: Path) -> None:
    @product.examples(6, 4, thorough=300)
    @given(world=st.one_of(WORLDS.map(asking_everybody), WORLDS), data=st.data())
    def agrees(world: World, data: st.DataObject) -> None:
        product.reset()
        load(product, world, tmp_path, data)
        reading = Reading(world)
        day = max(some_days(world, data, 8), key=lambda day: variety(reading, day))
        paths = [None, *paths_with_posts(world)]
        codes = [None, *sorted({line.code for line in world.requirements})]
        for known_at in (None, product.now):
            for by in ("role", "sector"):
                for unit in paths:
                    for code in codes:
                        (found,) = product.figures([day], by, unit, code, known_at)
                        assert found == reading.figures(day, by, unit, code), (by, unit, code, known_at)
            the_bridge_holds(product, day, known_at)

    agrees()
