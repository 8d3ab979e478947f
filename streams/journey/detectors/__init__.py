"""The detectors. A new one is a file in this folder and a line in the list below.

The order is the order in which deadlines of one moment fall, so what explains stands before what it explains.
"""

from streams.journey.detectors.bad_score import BadScore
from streams.journey.detectors.browse_abandoned import BrowseAbandoned
from streams.journey.detectors.carrier_silent import CarrierSilent
from streams.journey.detectors.cart_abandoned import CartAbandoned
from streams.journey.detectors.checkout_abandoned import CheckoutAbandoned
from streams.journey.detectors.coupon_trouble import CouponTrouble
from streams.journey.detectors.delay_expected import DelayExpected
from streams.journey.detectors.delivery_exception import DeliveryException
from streams.journey.detectors.delivery_failed import DeliveryFailed
from streams.journey.detectors.delivery_late import DeliveryLate
from streams.journey.detectors.detector import Detector
from streams.journey.detectors.dispatch_late import DispatchLate
from streams.journey.detectors.form_trouble import FormTrouble
from streams.journey.detectors.page_frustration import PageFrustration
from streams.journey.detectors.payment_trouble import PaymentTrouble
from streams.journey.detectors.refund_late import RefundLate
from streams.journey.detectors.repeat_contact import RepeatContact
from streams.journey.detectors.reply_late import ReplyLate
from streams.journey.detectors.search_dead_end import SearchDeadEnd
from streams.journey.detectors.ticket_reopened import TicketReopened
from streams.journey.detectors.where_is_my_order import WhereIsMyOrder

DETECTORS: tuple[Detector, ...] = (
    *(CheckoutAbandoned(), CartAbandoned(), BrowseAbandoned()),
    *(PaymentTrouble(), FormTrouble(), SearchDeadEnd(), PageFrustration(), CouponTrouble()),
    *(DispatchLate(), CarrierSilent(), DelayExpected(), DeliveryLate(), DeliveryFailed(), DeliveryException(), RefundLate()),
    *(WhereIsMyOrder(), ReplyLate(), TicketReopened(), RepeatContact(), BadScore()),
)

__all__ = ["DETECTORS", "Detector", *(type(detector).__name__ for detector in DETECTORS)]
