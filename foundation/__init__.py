"""The floor: clock, days, stamps, facts, database, tables and formats. Knows nothing of training."""
