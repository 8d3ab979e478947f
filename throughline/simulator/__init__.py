"""A shop that never was: seeded shoppers, their events on the wire, and the truth of what must be found in them.

Start at ``simulate.py``. A shopper's life (``life.py``) is planned from a seed alone; the truth is what the plan knows,
never what a detector says.
"""

from throughline.simulator.simulate import simulate, write
from throughline.simulator.truth import Episode, Oddity, Shopper, Summary, Truth
from throughline.simulator.wire import Record
from throughline.simulator.world import CALM, Rates, World

__all__ = ["CALM", "Episode", "Oddity", "Rates", "Record", "Shopper", "Summary", "Truth", "World", "simulate", "write"]
