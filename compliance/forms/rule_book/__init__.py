"""The lines of the rule book as forms."""
