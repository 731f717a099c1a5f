"""The pages of what needs a person today: the worklist, and the people about whom something has to be put right."""
