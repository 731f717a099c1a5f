"""Recording what is known of a person by hand: who they are, their posts, and when they are away."""
