"""What the pages of papers show."""
