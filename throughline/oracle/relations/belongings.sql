-- Whose an identifier is, and when: from each tie to the next; the first tie claims the past as well.
-- Of several ties in one instant the greatest target holds.
SELECT identifier, max(target) AS target,
    CASE WHEN lag(linked_at) OVER ties IS NOT NULL THEN linked_at ELSE -9e18::BIGINT END AS since,
    coalesce(lead(linked_at) OVER ties, 9e18::BIGINT) AS until
FROM links ANTI JOIN quarantined USING (identifier)
GROUP BY identifier, linked_at
WINDOW ties AS (PARTITION BY identifier ORDER BY linked_at)
