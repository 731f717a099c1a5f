"""The rules: requirements, targets and exemptions; the timelines they give, and the figures counted from them."""
