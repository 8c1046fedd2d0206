"""What pages of dispatch read."""
