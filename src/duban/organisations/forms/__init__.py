"""Forms of the pages of divisions, units and people. What may be is said by the actions; forms turn words into things."""
