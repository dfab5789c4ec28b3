-- The terms of papers that no rule of the ladder sets are terms that a district sets.
INSERT INTO policy_rule (name, title, kind, source) VALUES
    ('notice_term_workdays', '文书的办理期限，规则没有另定的（工作日）', 'whole_number', '004 §二(一)，期限由本区确定'),
    ('withdrawn_draft_workdays', '撤回的拟稿，所列事项多少个工作日后重新拟稿', 'whole_number', '004 §二(一)，期限由本区确定')
ON CONFLICT (name) DO NOTHING;

INSERT INTO policy (name, valid_from, value, changed_by, changed_at) VALUES
    ('notice_term_workdays', '2020-01-01', '10', 'migration', '2026-11-22T00:00:00+08:00'),
    ('withdrawn_draft_workdays', '2020-01-01', '10', 'migration', '2026-11-22T00:00:00+08:00')
ON CONFLICT (name, valid_from) DO NOTHING;

-- What a message about a paper tells: how many lines the paper has, its day, the reason for its withdrawal. The sentences that are made of
-- it stand in the program (`message_text.rs`). Null: `text` is all that the message says.
ALTER TABLE message ADD COLUMN facts TEXT CHECK (facts IS NULL OR json_valid(facts));

-- The word before the name of a paper in the title of a message about it.
CREATE TABLE IF NOT EXISTS message_kind (
    kind TEXT PRIMARY KEY,
    word TEXT NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO message_kind (kind, word) VALUES ('copy', '抄送'), ('closure', '已销号'), ('withdrawal', '已撤回')
ON CONFLICT (kind) DO NOTHING;

-- The number of a paper as it is printed: 浔食药安办函〔2026〕1号.
CREATE VIEW IF NOT EXISTS notice_number AS
SELECT n.id AS notice_id, k.name AS paper, n.prefix || k.mark || '〔' || n.year || '〕' || n.number || '号' AS number
FROM notice n JOIN notice_kind k ON k.kind = n.kind WHERE n.number IS NOT NULL;

-- Who gets a copy of a paper (抄送), by the rules of its lines.
CREATE VIEW IF NOT EXISTS notice_copy AS
SELECT DISTINCT n.id AS notice_id, told.value AS recipient_kind,
    CASE told.value WHEN 'town' THEN n.town WHEN 'cadre' THEN iif(l.owed_by_kind = 'cadre', l.owed_by, NULL) WHEN 'office' THEN '' END AS recipient
FROM notice n JOIN notice_line l ON l.notice_id = n.id
JOIN escalation_policy p ON p.rule = l.rule AND p.valid_from = l.policy_from
JOIN json_each(p.rungs, '$[' || (n.rung - 1) || '].told') told;

-- A paper is issued: its number, its term by the rules of that day, and a message to its addressee and to whoever gets a copy.
-- While a store is being migrated the trigger `notice_issued` may still be there and does the same: then this one does nothing, so that no
-- number is given twice. The two triggers below are the same in this.
CREATE TRIGGER IF NOT EXISTS notice_goes_out AFTER UPDATE OF issued_on ON notice
WHEN new.issued_on IS NOT NULL AND old.issued_on IS NULL
    AND NOT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'trigger' AND name = 'notice_issued')
BEGIN
    UPDATE notice_line SET policy_from = (SELECT max(e.valid_from) FROM escalation_policy e WHERE e.rule = notice_line.rule AND e.valid_from <= new.issued_on)
    WHERE notice_id = new.id;
    UPDATE notice SET year = CAST(substr(new.issued_on, 1, 4) AS INTEGER),
        number = (SELECT coalesce(max(n.number), 0) + 1 FROM notice n WHERE n.kind = new.kind AND n.year = CAST(substr(new.issued_on, 1, 4) AS INTEGER)),
        term = coalesce((SELECT max(p.rungs ->> ('$[' || (new.rung - 1) || '].term')) FROM notice_line l
            JOIN escalation_policy p ON p.rule = l.rule AND p.valid_from = l.policy_from WHERE l.notice_id = new.id),
            (SELECT p.value FROM policy_ledger p WHERE p.name = 'notice_term_workdays'
                AND p.valid_from <= new.issued_on AND (p.valid_before IS NULL OR new.issued_on < p.valid_before)))
    WHERE id = new.id;
    UPDATE notice SET due_on = (SELECT t.ends_on FROM notice_term t WHERE t.notice_id = new.id) WHERE id = new.id;
    INSERT INTO message (key, kind, notice_id, recipient_kind, recipient, title, text, path, created_at, facts)
    SELECT 'notice/' || n.id, 'notice', n.id, n.addressee_kind, n.addressee, t.paper || '：' || t.number, '', '/notices/' || n.id, n.changed_at,
        json_object('lines', json_array_length(n.lines), 'due_on', n.due_on, 'provisional', n.due_provisional)
    FROM notice n JOIN notice_number t ON t.notice_id = n.id WHERE n.id = new.id
    ON CONFLICT (key) DO NOTHING;
    INSERT INTO message (key, kind, notice_id, recipient_kind, recipient, title, text, path, created_at, facts)
    SELECT 'notice/' || n.id || '/' || c.recipient_kind || '/' || c.recipient, 'copy', n.id, c.recipient_kind, c.recipient,
        w.word || '：' || t.paper || '（' || n.addressee_name || '）', '', '/notices/' || n.id, n.changed_at,
        json_object('lines', json_array_length(n.lines), 'due_on', n.due_on, 'provisional', n.due_provisional)
    FROM notice n JOIN notice_number t ON t.notice_id = n.id JOIN notice_copy c ON c.notice_id = n.id JOIN message_kind w ON w.kind = 'copy'
    WHERE n.id = new.id AND c.recipient IS NOT NULL AND NOT (c.recipient_kind = n.addressee_kind AND c.recipient = n.addressee)
    ON CONFLICT (key) DO NOTHING;
END;

DROP TRIGGER IF EXISTS notice_issued;

-- Meeting what was owed closes the chain, and the addressee is told (销号).
CREATE TRIGGER IF NOT EXISTS notice_closure_is_told AFTER UPDATE OF status ON notice
WHEN new.status = 'closed' AND new.issued_on IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'trigger' AND name = 'notice_closed_says_so')
BEGIN
    INSERT INTO message (key, kind, notice_id, recipient_kind, recipient, title, text, path, created_at, facts)
    SELECT 'closed/' || new.id, w.kind, new.id, new.addressee_kind, new.addressee, w.word || '：' || t.paper || ' ' || t.number, '', '/notices/' || new.id, new.changed_at,
        json_object()
    FROM notice_number t JOIN message_kind w ON w.kind = 'closure' WHERE t.notice_id = new.id
    ON CONFLICT (key) DO NOTHING;
END;

DROP TRIGGER IF EXISTS notice_closed_says_so;

-- A draft that was withdrawn holds its breaches for the working days that the policy names: nothing is forgotten, and nothing is drafted
-- twice. Of an issued paper that is withdrawn its addressee is told.
CREATE TRIGGER IF NOT EXISTS notice_withdrawal_holds_and_is_told AFTER UPDATE OF status ON notice
WHEN new.status = 'withdrawn' AND NOT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'trigger' AND name = 'notice_withdrawn')
BEGIN
    UPDATE notice SET due_on = (SELECT min(day.date) FROM calendar_day day
        WHERE day.is_workday AND day.workdays = (SELECT d.workdays FROM calendar_day d WHERE d.date = substr(new.changed_at, 1, 10))
            + (SELECT p.value FROM policy_ledger p WHERE p.name = 'withdrawn_draft_workdays'
                AND p.valid_from <= substr(new.changed_at, 1, 10) AND (p.valid_before IS NULL OR substr(new.changed_at, 1, 10) < p.valid_before)))
    WHERE id = new.id AND due_on IS NULL;
    INSERT INTO message (key, kind, notice_id, recipient_kind, recipient, title, text, path, created_at, facts)
    SELECT 'withdrawn/' || new.id, w.kind, new.id, new.addressee_kind, new.addressee, w.word || '：' || t.paper || ' ' || t.number, '', '/notices/' || new.id, new.changed_at,
        json_object('reason', new.said)
    FROM notice_number t JOIN message_kind w ON w.kind = 'withdrawal' WHERE t.notice_id = new.id AND new.issued_on IS NOT NULL
    ON CONFLICT (key) DO NOTHING;
END;

DROP TRIGGER IF EXISTS notice_withdrawn;

-- Whether the day is provisional is one of the facts of a message now.
DROP TRIGGER IF EXISTS message_of_a_provisional_day;
