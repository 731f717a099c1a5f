"""Files about what people completed, in."""
