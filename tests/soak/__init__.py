"""Long runs of what the suite tests shortly: `make soak`."""
