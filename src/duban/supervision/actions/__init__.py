"""Actions of supervision: the only writers."""
