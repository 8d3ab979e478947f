"""The detectors. A new one is a file in this folder and a line in the list below.

The order is the order in which deadlines of one moment fall, so what explains stands before what it explains.
"""

from streams.journey.detectors.cart_abandoned import CartAbandoned
from streams.journey.detectors.checkout_abandoned import CheckoutAbandoned
from streams.journey.detectors.delivery_late import DeliveryLate
from streams.journey.detectors.detector import Detector
from streams.journey.detectors.dispatch_late import DispatchLate

DETECTORS: tuple[Detector, ...] = (CheckoutAbandoned(), CartAbandoned(), DispatchLate(), DeliveryLate())

__all__ = ["DETECTORS", "CartAbandoned", "CheckoutAbandoned", "DeliveryLate", "Detector", "DispatchLate"]
