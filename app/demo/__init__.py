"""A made-up London borough, the size of a real one, with eight years of people and training."""
