"""What the pages of divisions, units and people show."""
