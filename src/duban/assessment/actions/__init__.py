"""What people do with rankings: the only writers."""
