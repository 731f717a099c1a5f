"""Files about people, in: what they say, how that differs from the record, and how the difference is written."""
