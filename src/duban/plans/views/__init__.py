"""Pages of the ledger; thin."""
