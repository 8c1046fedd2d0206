"""The site: settings from the environment, addresses, and what all pages share."""
