"""People trained by sector, and the numbers that partners declare without names."""
