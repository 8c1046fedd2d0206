"""What pages show, in a bounded number of statements."""
