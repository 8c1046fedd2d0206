"""What pages of rankings show, in a bounded number of statements."""
