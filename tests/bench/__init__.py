"""`make bench`: how fast the service is against floors measured in the same run, and how its cost grows with people."""
