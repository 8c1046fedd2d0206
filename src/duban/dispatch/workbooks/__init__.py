"""Workbooks of dispatch that go out and come back."""
