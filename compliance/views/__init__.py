"""The pages: my requirements, my team, the figures, the people behind them, a person."""

from compliance.views import behind, figures, mine, person, team
from compliance.views.blueprint import blueprint

__all__ = ["behind", "blueprint", "figures", "mine", "person", "team"]
