"""Setting routing up on screens: what is shown, what is typed, and the doors in between."""
