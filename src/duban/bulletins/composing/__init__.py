"""Composes papers from facts by the rules of a wording file; no Django, no database, no clock."""
