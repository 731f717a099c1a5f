"""Finding the modules of a folder: a new export format or report is one new file, listed nowhere."""

import importlib
import pkgutil
from types import ModuleType


def modules(package: ModuleType) -> list[ModuleType]:
    """The modules directly inside a package, by name, imported."""
    names = sorted(
        info.name for info in pkgutil.iter_modules(package.__path__) if not info.name.startswith("_")
    )
    return [importlib.import_module(f"{package.__name__}.{name}") for name in names]
