"""One job, done by Throughline and by what one would otherwise use, over the same events on the same broker.

The job, which ``job.py`` says once more in code:

* Input is one topic, keyed by customer, in order per customer. A record is an event, or, with the header ``throughline: tick``, a
  tick: everything of its partition before that time stands before it.
* **Decode** the JSON: ``event_id``, ``type``, ``occurred_at``, ``customer_id``, of ``properties`` what a cart needs.
* **Deduplicate**: an event of the customer's running session that is met again is dropped.
* **Sessionise**: a customer's events with pauses of at most 30 minutes are one session.
* **Abandonment by silence**: a cart holds something and its owner has done nothing for longer than 60 minutes. The owner's next
  event or a tick shows it; the moment that is due is told, not the moment it was noticed. One change of a cart is told of once.
* **Write** each event with its session, and each abandoned cart, as Parquet, and each abandoned cart to a topic as well.
"""
