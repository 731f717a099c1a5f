"""Finding the reports there are: a new one is a new file in the folder of its group, listed nowhere."""

from foundation.registry import modules
from reports.catalogue import figures, names, training, upkeep
from reports.domain.asking import Definition, Group

_FOLDERS = {Group.FIGURES: figures, Group.NAMES: names, Group.TRAINING: training, Group.UPKEEP: upkeep}
GROUPS: dict[Group, tuple[Definition, ...]] = {
    group: tuple(
        sorted(
            (module.DEFINITION for module in modules(folder) if hasattr(module, "DEFINITION")),
            key=lambda one: (one.place, one.key),
        )
    )
    for group, folder in _FOLDERS.items()
}
CATALOGUE: tuple[Definition, ...] = tuple(one for found in GROUPS.values() for one in found)
"""In the order in which they are listed."""


def find(key: str) -> Definition | None:
    """The report with a key; None where there is none."""
    return next((one for one in CATALOGUE if one.key == key), None)
