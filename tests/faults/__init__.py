"""Faults, one after the other or at once, and what must hold all the while. ``docs/faults.md`` tells the rest."""
