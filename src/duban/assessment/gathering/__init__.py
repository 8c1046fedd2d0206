"""From what happened to facts: one module for each source, each in a bounded number of statements."""
