"""The counting rules as pure functions: facts in, timelines and figures out. docs/counting-rules.md is the law here."""
