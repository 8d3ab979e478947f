-- Ids as the contract makes them, and what is no identifier at all. Run once, before the relations.

-- UUIDv5 (RFC 9562) of a name in Throughline's namespace.
CREATE MACRO uuid5(name) AS (
    SELECT concat_ws('-', h[1:8], h[9:12], '5' || h[14:16], translate(h[17], '0123456789abcdef', '89ab89ab89ab89ab') || h[18:20], h[21:32])
    FROM (SELECT sha1(getvariable('namespace') || encode(name)) AS h)
);

-- A value that many senders write where they know nobody: it would join strangers.
CREATE MACRO placeholder(value) AS
    lower(trim(value)) IN ('null', 'undefined', 'none', 'nil', 'nan', 'guest', 'anonymous', 'unknown', 'n/a', '-1')
    OR regexp_full_match(trim(value), '[0-]*');

CREATE MACRO known(value) AS CASE WHEN NOT placeholder(value) THEN value END;

-- The last second of a day somewhere.
CREATE MACRO end_of_day(day, zone) AS epoch_us(timezone(zone, day + TIME '23:59:59'));

-- The calendar day of an instant somewhere.
CREATE MACRO day_of(instant, zone) AS timezone(zone, make_timestamptz(instant))::DATE;

-- Who asks to be forgotten begins anew: a person's later lives are persons of their own, told apart by a number behind the name.
CREATE MACRO life_of(person, life) AS CASE WHEN life > 0 THEN person || chr(31) || lpad(life::VARCHAR, 4, '0') ELSE person END;
CREATE MACRO name_of(person) AS split_part(person, chr(31), 1);

-- How strong an identifier is: the least is the strongest.
CREATE MACRO strength(identifier) AS
    list_position(['customer', 'email', 'phone', 'anonymous', 'order', 'shipment', 'ticket'], split_part(identifier, ':', 1));
