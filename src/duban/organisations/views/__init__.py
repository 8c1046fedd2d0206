"""Pages of divisions, units and people."""
