-- Every accepted event, once: as received, identifiers hashed; late ones too, which are in no journey.
-- properties->>'$.product_id' reads a property.
SELECT * REPLACE (context::JSON AS context, properties::JSON AS properties, extra::JSON AS extra)
FROM latest_events
