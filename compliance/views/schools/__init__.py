"""One school: what it is, how its leads stand, and changing what we were told."""
