"""What people do in the monthly round; the only place that writes."""
