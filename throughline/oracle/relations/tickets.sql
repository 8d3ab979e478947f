-- Every word in a ticket: what the customer asks, and what answers it. A bot's reply or another agent's taking over answers nothing.
SELECT person, 'ticket:' || ticket_id AS key, event_id, type, moment, place, order_id,
    type IN ('ticket_opened', 'customer_replied', 'ticket_reopened') AS asks,
    type = 'ticket_solved' OR (type = 'agent_replied' AND properties ->> 'by' = 'human') AS answers
FROM touchpoints
WHERE ticket_id IS NOT NULL AND (asks OR answers)
