"""Forms of the pages of papers and ledgers."""
