"""Reminders: rules as data, what they find, and the channels by which people are told."""
