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

CREATE INDEX IF NOT EXISTS kept_form_account ON kept_form (account, made_at);

CREATE INDEX IF NOT EXISTS kept_form_expires ON kept_form (expires_at);

-- Of each holder the last twenty, of each account the last sixty; and whoever keeps something clears away what has expired.
CREATE TRIGGER IF NOT EXISTS kept_form_clears_the_old AFTER INSERT ON kept_form
BEGIN
    DELETE FROM kept_form WHERE expires_at <= new.made_at;
    DELETE FROM kept_form WHERE held_by = new.held_by AND id NOT IN (
        SELECT k.id FROM kept_form k WHERE k.held_by = new.held_by ORDER BY k.made_at DESC, k.rowid DESC LIMIT 20);
    DELETE FROM kept_form WHERE account = new.account AND id NOT IN (
        SELECT k.id FROM kept_form k WHERE k.account = new.account ORDER BY k.made_at DESC, k.rowid DESC LIMIT 60);
END;

-- The holidays that every year has, each with what an arrangement may call it (全国年节及纪念日放假办法 第2条). A test keeps it equal to
-- `domain::workdays::STATUTORY_HOLIDAYS`.
CREATE TABLE IF NOT EXISTS statutory_holiday (
    holiday TEXT NOT NULL,
    word TEXT NOT NULL,
    PRIMARY KEY (holiday, word)
) STRICT, WITHOUT ROWID;

INSERT INTO statutory_holiday (holiday, word) VALUES
    ('元旦', '元旦'),
    ('元旦', '新年'),
    ('春节', '春节'),
    ('春节', '除夕'),
    ('清明节', '清明'),
    ('劳动节', '劳动节'),
    ('劳动节', '五一'),
    ('端午节', '端午'),
    ('中秋节', '中秋'),
    ('国庆节', '国庆'),
    ('国庆节', '十一')
ON CONFLICT (holiday, word) DO NOTHING;

-- Years whose whole arrangement has been announced: their days off name every statutory holiday. A term that needs another year is
-- provisional.
CREATE VIEW IF NOT EXISTS announced_year AS
SELECT y.year FROM holiday_year_ledger y
WHERE (SELECT count(DISTINCT h.holiday) FROM statutory_holiday h WHERE instr(y.names, h.word) > 0)
    = (SELECT count(DISTINCT h.holiday) FROM statutory_holiday h);
