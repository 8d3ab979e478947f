-- Which identifier was seen to belong to which, since when; and what was revoked.
SELECT * FROM latest_identity_links
