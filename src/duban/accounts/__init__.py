"""Accounts: signing in and out, passwords, second factors, sessions, and the first run."""
