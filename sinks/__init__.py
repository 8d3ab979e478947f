"""Where results rest and how they are read: the lake, and DuckDB over it."""
