DROP INDEX session_cookie;
ALTER TABLE session DROP COLUMN cookie_hash;
