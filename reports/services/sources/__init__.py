"""What reports ask, answered by the engine and the stores, within the reach of the reader."""
