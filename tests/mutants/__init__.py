"""Who watches the tests? Changes by each of which something would be wrong; a test must notice every one.

``python -m tests.mutants`` makes them, one at a time, in a copy of the checkout, and says who noticed.
"""

from tests.mutants import of_journeys, of_parcels, of_support, of_time, of_visits
from tests.mutants.mutant import Mutant

MUTANTS: tuple[Mutant, ...] = (
    *of_visits.MUTANTS,
    *of_parcels.MUTANTS,
    *of_support.MUTANTS,
    *of_journeys.MUTANTS,
    *of_time.MUTANTS,
)

__all__ = ["MUTANTS", "Mutant"]
