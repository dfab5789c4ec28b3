-- Obligations are counted from the last full quarter before the office began, where it has set no other day. A rehearsal sets it.
CREATE TRIGGER IF NOT EXISTS account_begins_obligations AFTER INSERT ON account
WHEN NOT EXISTS (SELECT 1 FROM policy WHERE name = 'obligations_from')
BEGIN
    INSERT INTO policy (name, valid_from, value, changed_by, changed_at)
    SELECT 'obligations_from', '2022-01-01',
        json_quote(date(substr(new.changed_at, 1, 10), 'start of month', '-' || ((substr(new.changed_at, 6, 2) - 1) % 3 + 3) || ' months')),
        new.changed_by, new.changed_at;
END;

INSERT INTO policy (name, valid_from, value, changed_by, changed_at)
SELECT 'obligations_from', '2022-01-01',
    json_quote(date(substr(began, 1, 10), 'start of month', '-' || ((substr(began, 6, 2) - 1) % 3 + 3) || ' months')),
    'migration', began
FROM (SELECT min(changed_at) AS began FROM account)
WHERE began IS NOT NULL AND NOT EXISTS (SELECT 1 FROM policy WHERE name = 'obligations_from');
