"""How fast it is and what it weighs: scripts that print a table, run by themselves (``python -m bench.NAME``) or all together."""
