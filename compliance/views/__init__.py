"""The pages: my training and its history, my team, the figures, the people behind them, a person."""

from compliance.views import behind, figures, history, mine, person, team
from compliance.views.blueprint import blueprint

__all__ = ["behind", "blueprint", "figures", "history", "mine", "person", "team"]
