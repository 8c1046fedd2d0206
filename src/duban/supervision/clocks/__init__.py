"""Clocks: how limits are counted, and the schemes that say what is due when. Pure: no Django, no database, no clock."""
