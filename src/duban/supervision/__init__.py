"""Supervision (督办督查): matters of every source, orders, inspections, problems closed in a loop."""
