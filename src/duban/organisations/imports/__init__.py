"""Workbooks of units and of people: read, compared with what is there, shown, taken in."""
