"""The tests, in five folders: unit, architecture, integration, e2e and bench."""
