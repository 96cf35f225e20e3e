-- A session of the console is carried by a cookie; its token is kept as a hash alone. A session of
-- the API has none.
ALTER TABLE session ADD COLUMN cookie_hash TEXT;
CREATE UNIQUE INDEX session_cookie ON session (cookie_hash);
