"""Schemes (办法): rules that an office reads, changes and versions as a file; each proves itself with worked examples."""
