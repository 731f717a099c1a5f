"""Changes of the rule book prepared on pages: drafting, what-if, applying."""
