-- The keys that this store was written with: of each a fingerprint, which names the key and does not tell it. The first use of a key
-- writes it; of a key that is changed, the row goes when nothing is left that was written with it.
CREATE TABLE IF NOT EXISTS store_key (
    -- Of its variable
    name TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    first_used_at TEXT NOT NULL,
    PRIMARY KEY (name, fingerprint)
) STRICT, WITHOUT ROWID;
