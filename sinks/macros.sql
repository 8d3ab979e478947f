-- A share is null, not 0, where there is nothing to divide by.
CREATE MACRO share(part, whole) AS part / nullif(whole, 0);
-- Wilson's 95 % interval of a share (Wilson 1927): honest for few cases and for shares near 0 and 1.
CREATE MACRO wilson_low(part, whole) AS CASE WHEN whole > 0 THEN
    greatest(0, share(part, whole) + 1.920729 / whole
        - 1.959964 * sqrt(share(part, whole) * (1 - share(part, whole)) / whole + 0.960365 / (whole * whole)))
    / (1 + 3.841459 / whole) END;
CREATE MACRO wilson_high(part, whole) AS CASE WHEN whole > 0 THEN
    least(1 + 3.841459 / whole, share(part, whole) + 1.920729 / whole
        + 1.959964 * sqrt(share(part, whole) * (1 - share(part, whole)) / whole + 0.960365 / (whole * whole)))
    / (1 + 3.841459 / whole) END;
