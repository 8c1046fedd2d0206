"""A ledger written down: JSON, JSON lines, a table for Excel or WPS, the workbook that an office sends on."""
