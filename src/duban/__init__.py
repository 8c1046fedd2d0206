"""duban (督办): from a printed plan to a ledger, and the ledger to its end."""

__version__ = "0.1.0"
