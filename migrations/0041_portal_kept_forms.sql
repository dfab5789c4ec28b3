-- What somebody typed and no function has taken: a form that was sent after its session had ended, until its owner has signed in again,
-- and the page of a form that was refused, so that the browser's way back leads to a page. Every function's guard writes here
-- (`web::kept`). The content is sealed under a cookie that the browser alone holds; the account is the only one that gets it back.
CREATE TABLE IF NOT EXISTS kept_form (
    id TEXT PRIMARY KEY,
    -- Keyed hash of the cookie that opens it: of the browser for a form, of the session for a page.
    held_by TEXT NOT NULL,
    account TEXT NOT NULL REFERENCES account (account),
    sealed TEXT NOT NULL,
    made_at TEXT NOT NULL,
    expires_at TEXT NOT NULL
) STRICT;

CREATE INDEX IF NOT EXISTS kept_form_held_by ON kept_form (held_by, made_at);

CREATE INDEX IF NOT EXISTS kept_form_expires ON kept_form (expires_at);

-- Of each holder the last twenty; and whoever keeps something clears away what has expired.
CREATE TRIGGER IF NOT EXISTS kept_form_clears_the_old AFTER INSERT ON kept_form
BEGIN
    DELETE FROM kept_form WHERE expires_at <= new.made_at;
    DELETE FROM kept_form WHERE held_by = new.held_by AND id NOT IN (
        SELECT k.id FROM kept_form k WHERE k.held_by = new.held_by ORDER BY k.made_at DESC, k.id LIMIT 20);
END;
