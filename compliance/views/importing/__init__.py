"""The pages of imports: what was loaded, loading a file, mending its rows, taking it back."""
