"""What is done with workshops: planning, booking, signing in, closing, telling, and what time brings."""
