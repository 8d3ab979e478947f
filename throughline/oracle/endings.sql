-- How an episode ends that `resolved_at` ends unless it has expired before: expiry falls once the clock has passed it, and what
-- happens at exactly that moment is in time. NULL is never. Run once, before the relations.
CREATE MACRO how_ended(resolved_at, expires_at) AS
    CASE WHEN resolved_at <= coalesce(expires_at, 9e18::BIGINT) THEN 'resolved'
         WHEN expires_at < getvariable('as_of') THEN 'expired' ELSE 'open' END;

CREATE MACRO when_ended(how, resolved_at, expires_at) AS
    CASE how WHEN 'resolved' THEN resolved_at WHEN 'expired' THEN expires_at END;
