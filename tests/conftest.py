"""Being here puts this folder on the import path: ``from factories import ledgers``."""
