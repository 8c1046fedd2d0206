"""The audit trail: every action leaves an event; events are only ever added, each chained to the one before."""
