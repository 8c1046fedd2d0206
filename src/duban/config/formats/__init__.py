"""Chinese date habits."""
