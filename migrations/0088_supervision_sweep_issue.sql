-- A paper is issued: its number, its term by the rules of that day, and a message to its addressee and to whoever gets a copy (抄送).
-- A paper has many lines and few rules: what a rule says of its rungs is read once a rule, not once a line.
-- While a store is being migrated the trigger `notice_goes_out` may still be there and does the same: then this one does nothing, so that
-- no number is given twice.
CREATE TRIGGER IF NOT EXISTS notice_is_issued AFTER UPDATE OF issued_on ON notice
WHEN new.issued_on IS NOT NULL AND old.issued_on IS NULL
    AND NOT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'trigger' AND name = 'notice_goes_out')
BEGIN
    UPDATE notice_line SET policy_from = held.valid_from
    FROM (SELECT e.rule, max(e.valid_from) AS valid_from FROM escalation_policy e WHERE e.valid_from <= new.issued_on GROUP BY e.rule) held
    WHERE notice_line.notice_id = new.id AND held.rule = notice_line.rule;
    UPDATE notice SET year = CAST(substr(new.issued_on, 1, 4) AS INTEGER),
        number = (SELECT coalesce(max(n.number), 0) + 1 FROM notice n WHERE n.kind = new.kind AND n.year = CAST(substr(new.issued_on, 1, 4) AS INTEGER)),
        term = coalesce((SELECT max(p.rungs ->> ('$[' || (new.rung - 1) || '].term'))
            FROM (SELECT DISTINCT rule, policy_from FROM notice_line WHERE notice_id = new.id) ruled
            JOIN escalation_policy p ON p.rule = ruled.rule AND p.valid_from = ruled.policy_from),
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
    FROM (
        SELECT DISTINCT told.value AS recipient_kind,
            CASE told.value WHEN 'town' THEN new.town WHEN 'cadre' THEN owed.cadre WHEN 'office' THEN '' END AS recipient
        FROM (SELECT DISTINCT rule, policy_from, iif(owed_by_kind = 'cadre', owed_by, NULL) AS cadre FROM notice_line WHERE notice_id = new.id) owed
        JOIN escalation_policy p ON p.rule = owed.rule AND p.valid_from = owed.policy_from
        JOIN json_each(p.rungs, '$[' || (new.rung - 1) || '].told') told
    ) c
    JOIN notice n ON n.id = new.id JOIN notice_number t ON t.notice_id = n.id JOIN message_kind w ON w.kind = 'copy'
    WHERE c.recipient IS NOT NULL AND NOT (c.recipient_kind = n.addressee_kind AND c.recipient = n.addressee)
    ON CONFLICT (key) DO NOTHING;
END;

DROP TRIGGER IF EXISTS notice_goes_out;

DROP VIEW IF EXISTS notice_copy;
