-- What a permit is for, as it is printed on it (许可项目): of a production licence the categories of food, of a business licence the form of
-- business and its items.
ALTER TABLE enterprise_permit ADD COLUMN covers TEXT;

-- What was carried over when the register began stands in the audit under its own record.
CREATE TRIGGER IF NOT EXISTS enterprise_permit_was_created AFTER INSERT ON enterprise_permit WHEN new.changed_by <> 'migration'
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (new.changed_at, new.changed_by, 'permit/' || new.number || '/' || new.uscc, 'created',
        json_object('kind', new.kind, 'covers', new.covers, 'valid_from', new.valid_from, 'valid_until', new.valid_until, 'source', new.source, 'revoked_on', new.revoked_on));
END;

DROP TRIGGER IF EXISTS enterprise_permit_created;

-- Each change leaves a row in the audit.
CREATE TRIGGER IF NOT EXISTS enterprise_permit_was_changed AFTER UPDATE ON enterprise_permit
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (new.changed_at, new.changed_by, 'permit/' || new.number || '/' || new.uscc, 'changed',
        json_object('kind', old.kind, 'covers', old.covers, 'valid_from', old.valid_from, 'valid_until', old.valid_until, 'source', old.source, 'revoked_on', old.revoked_on),
        json_object('kind', new.kind, 'covers', new.covers, 'valid_from', new.valid_from, 'valid_until', new.valid_until, 'source', new.source, 'revoked_on', new.revoked_on));
END;

DROP TRIGGER IF EXISTS enterprise_permit_changed;

-- The roster of production licences knows their days and their categories.
CREATE TRIGGER IF NOT EXISTS license_stands_among_permits AFTER INSERT ON license
BEGIN
    INSERT INTO enterprise_permit (number, uscc, kind, covers, valid_from, valid_until, source, changed_by, changed_at)
    SELECT new.license_no, new.uscc, 'production_license', new.category, new.issued_on, new.expires_on, 'licenses', new.changed_by, new.changed_at WHERE true
    ON CONFLICT (number, uscc) DO UPDATE SET covers = coalesce(excluded.covers, covers), valid_from = excluded.valid_from,
        valid_until = excluded.valid_until, source = excluded.source, revoked_on = NULL,
        version = version + 1, changed_by = excluded.changed_by, changed_at = excluded.changed_at;
END;

DROP TRIGGER IF EXISTS license_is_a_permit;

-- And their changes.
CREATE TRIGGER IF NOT EXISTS license_changes_among_permits AFTER UPDATE OF uscc, category, issued_on, expires_on ON license
WHEN (new.uscc, new.category, new.issued_on, new.expires_on) IS NOT (old.uscc, old.category, old.issued_on, old.expires_on)
BEGIN
    UPDATE enterprise_permit SET revoked_on = substr(new.changed_at, 1, 10), version = version + 1, changed_by = new.changed_by, changed_at = new.changed_at
    WHERE number = old.license_no AND uscc = old.uscc AND old.uscc <> new.uscc AND source = 'licenses' AND revoked_on IS NULL;
    INSERT INTO enterprise_permit (number, uscc, kind, covers, valid_from, valid_until, source, changed_by, changed_at)
    SELECT new.license_no, new.uscc, 'production_license', new.category, new.issued_on, new.expires_on, 'licenses', new.changed_by, new.changed_at WHERE true
    ON CONFLICT (number, uscc) DO UPDATE SET covers = coalesce(excluded.covers, covers), valid_from = excluded.valid_from,
        valid_until = excluded.valid_until, source = excluded.source, revoked_on = NULL,
        version = version + 1, changed_by = excluded.changed_by, changed_at = excluded.changed_at;
END;

DROP TRIGGER IF EXISTS license_is_another_permit;

-- The categories that the roster of production licences has said before.
UPDATE enterprise_permit SET covers = (SELECT l.category FROM license l WHERE l.license_no = enterprise_permit.number),
    version = version + 1, changed_by = 'migration',
    changed_at = (SELECT l.changed_at FROM license l WHERE l.license_no = enterprise_permit.number)
WHERE source = 'licenses' AND covers IS NULL
    AND EXISTS (SELECT 1 FROM license l WHERE l.license_no = enterprise_permit.number AND l.uscc = enterprise_permit.uscc AND l.category IS NOT NULL);

-- The permits that a business holds, for whoever stands at the door and for what is judged by them: neither those that were entered wrongly nor
-- production licences that were cancelled or revoked. After a merger they are the surviving row's. It takes the place of
-- `enterprise_permit_held`, which the release before reads; asked for one business it reads no other's.
CREATE VIEW IF NOT EXISTS enterprise_permit_at_hand AS
SELECT p.uscc, p.number, p.kind, p.covers, p.valid_from, p.valid_until
FROM enterprise_permit p
WHERE p.revoked_on IS NULL AND NOT EXISTS (SELECT 1 FROM enterprise_site e WHERE e.uscc = p.uscc AND e.merged_into IS NOT NULL)
    AND NOT EXISTS (SELECT 1 FROM license l WHERE l.license_no = p.number AND l.uscc = p.uscc AND l.status IN ('cancelled', 'revoked'))
UNION ALL
SELECT e.merged_into, p.number, p.kind, p.covers, p.valid_from, p.valid_until
FROM enterprise_site e
JOIN enterprise_permit p ON p.uscc = e.uscc
WHERE e.merged_into IS NOT NULL AND p.revoked_on IS NULL
    AND NOT EXISTS (SELECT 1 FROM license l WHERE l.license_no = p.number AND l.uscc = p.uscc AND l.status IN ('cancelled', 'revoked'));
