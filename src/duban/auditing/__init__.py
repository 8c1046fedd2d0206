"""The auditor's pages: what happened, searched, exported and verified."""
