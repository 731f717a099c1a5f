"""What is learnt: the course catalogue and the completions with their evidence."""
