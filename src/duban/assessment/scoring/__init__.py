"""Scores: the schemes that say what counts, and the arithmetic. Pure: no Django, no database, no clock."""
