"""The rule book as a file (interfaces, "Programme"): read from TOML, written as TOML, changes in words."""
