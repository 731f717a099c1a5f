"""Files about the rules, in: exemptions."""
