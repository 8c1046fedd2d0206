"""Bulletins (通报): papers composed from the year's data, each number bound to its query, edited, signed, issued, kept."""
