"""The reader: a document in, a ledger out. No Django, no clock, no database."""
