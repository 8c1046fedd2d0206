"""Workbooks that pages hand out or take in."""
