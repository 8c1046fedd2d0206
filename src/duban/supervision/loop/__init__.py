"""What issues, whistles, conferences, close-outs and instructions share beside their tables."""
