"""What people do to papers and ledgers; the only place that writes."""
