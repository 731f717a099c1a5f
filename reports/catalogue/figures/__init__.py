"""The figures, and what is made of them: for committees and the public."""
