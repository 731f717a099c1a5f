"""Whether the record can be relied on: where it came from, who is left out, who looked and who changed what."""
