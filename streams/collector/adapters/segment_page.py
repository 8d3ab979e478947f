"""The adapter's tables as people read them."""

from __future__ import annotations

from streams.collector.adapters.segment_events import MEANINGS

_RULES: tuple[tuple[str, str, str], ...] = (
    (
        "`track` with an event of ours (`Payment Failed`, `Delivered`, `Ticket Opened` …)",
        "that event",
        "in any case or in snake_case; properties are ours",
    ),
    (
        "`track` with any other event",
        "nothing",
        "said among the losses; send it as one of ours, or as `Feature Used` with a `feature`",
    ),
    ("`page`", "`page_viewed`", "named or of a category like *Order Status*, its `page_kind` is `order_status`"),
    ("`screen`", "`page_viewed`", "`channel` is `app`, its name stands for the path"),
    (
        "`identify`",
        "`identified`",
        "e-mail and phone become identifiers, names and addresses of persons are left out, other traits carried",
    ),
    ("`alias`", "`identified`", "`previousId` is taken as an anonymous id: an event that names both links them"),
    ("`group`", "nothing", "journeys are of persons"),
    ("`messageId`", "`event_id`", "`segment:` before it unless it is a UUID; without one, a hash of what is said"),
    (
        "`originalTimestamp`, else `timestamp`; `sentAt`",
        "`occurred_at`, `sent_at`",
        "with `receivedAt` (Segment passed it on): `timestamp` alone",
    ),
    (
        "`userId`, `anonymousId`",
        "`customer_id`, `anonymous_id`",
        "a `userId` that is an e-mail address becomes `email`, which is hashed",
    ),
    ("`context.traits`, `context.externalIds`", "`email`, `phone`, `customer_id`", "where the message names none itself"),
    (
        "`price`, `total`, `revenue`, `subtotal`, `shipping`, `tax`, `discount`, `value`",
        "the same with `_minor`",
        "in minor units of `currency`, else of `context.currency`; where neither stands, carried as sent",
    ),
    (
        "`total` of an order",
        "`total_minor`",
        "missing: subtotal + shipping + tax; else revenue + shipping + tax − discount. `total_from` says which",
    ),
    ("`value` of Checkout Started", "`value_minor`", "missing: `total`, else `revenue`"),
    (
        "`total` of Order Refunded",
        "`amount_minor`",
        "missing: what its products cost; no products: all of it. Refused where an amount has no currency",
    ),
    (
        "`checkout_id` of an order",
        "`properties.checkout_id`",
        "not an identifier there: Checkout Started names none, so an order ends the customer's open checkout",
    ),
    (
        "`order_id`, `cart_id`, `checkout_id`, `shipment_id`, `ticket_id`, `email`, `phone`",
        "the same, outside of `properties`",
        "",
    ),
    ("other properties", "carried as they are", "but those that name a person"),
    (
        "`context`",
        "`context`",
        "page, campaign, referrer, locale, time zone, device, system, country, consent; of a user agent device and system; no IP",
    ),
)
MAPPING: tuple[tuple[str, str, str], ...] = (
    *(
        (f"`{name.replace('_', ' ').title()}`", f"`{meaning.type}`", meaning.guess)
        for name, meaning in MEANINGS.items()
        if name != meaning.type
    ),
    *_RULES,
)
