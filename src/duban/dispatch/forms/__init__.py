"""Forms of dispatch."""
