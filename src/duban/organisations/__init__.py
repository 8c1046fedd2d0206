"""Divisions, units and people: who is who, who may do what, and who sees what."""
