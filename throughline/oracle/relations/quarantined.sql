-- An identifier tied to more targets than its kind allows is a shared device or a mistake: it keeps its touchpoints.
SELECT identifier, count(DISTINCT target) AS targets
FROM links JOIN link_limits ON kind = split_part(identifier, ':', 1)
GROUP BY identifier, most
HAVING targets > most
