"""Somebody's history becomes events: a map is one DuckDB ``SELECT`` over their files that yields the envelope's columns."""
