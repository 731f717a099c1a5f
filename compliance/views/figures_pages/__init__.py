"""What belongs to the figures page: the moment of knowledge, the trend, the bridge and the coverage of schools."""
