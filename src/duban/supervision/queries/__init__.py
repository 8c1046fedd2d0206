"""What the pages of supervision read."""
