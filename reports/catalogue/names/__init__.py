"""People by name: lists that are worked through."""
