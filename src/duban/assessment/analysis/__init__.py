"""The month in one page: what moved, what stalls and where, what recurs, what will miss, what hangs together."""
