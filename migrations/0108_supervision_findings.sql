-- What the business said of a problem that a visit found: when it will be right, or why it is not. Empty: nothing.
ALTER TABLE visit_problem ADD COLUMN said TEXT NOT NULL DEFAULT '';

-- The problems that a visit found come in the visit's own statement. While a store is being migrated the trigger `visit_brings_problems` may
-- still be there and does the same: then this one does nothing, so that no problem stands twice.
CREATE TRIGGER IF NOT EXISTS visit_brings_what_it_found AFTER INSERT ON visit
WHEN new.problems IS NOT NULL AND NOT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'trigger' AND name = 'visit_brings_problems')
BEGIN
    INSERT INTO visit_problem (visit_id, uscc, cadre_no, text, found_on, mend_by, mended_on, said, changed_by, changed_at)
    SELECT new.id, new.uscc, new.cadre_no, p.value ->> '$.text', new.visited_on, p.value ->> '$.mend_by',
        iif(p.value ->> '$.mend_by' IS NULL, new.visited_on, NULL), coalesce(p.value ->> '$.said', ''), new.changed_by, new.changed_at
    FROM json_each(new.problems) p;
END;

DROP TRIGGER IF EXISTS visit_brings_problems;

-- What a visit looks at, by sector (000 §二): the office changes it. The source names ten points of production, seven of distribution and
-- fourteen of catering; what it does not name stands here only when the office has entered it.
CREATE TABLE IF NOT EXISTS visit_point (
    sector TEXT NOT NULL,
    point TEXT NOT NULL CHECK (point <> ''),
    -- Points stand on the form in this order
    place INTEGER NOT NULL,
    revoked_on TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    PRIMARY KEY (sector, point)
) STRICT;

INSERT INTO visit_point (sector, place, point, changed_by, changed_at)
SELECT named.sector, point.key + 1, point.value, 'migration', '2026-11-27T00:00:00+08:00'
FROM (
    SELECT 'production' AS sector, '["资质管理","条件保持","进货查验","过程控制","产品检验","规范标识","人员管理","产品追溯","召回管理","事故处置"]' AS points
    UNION ALL
    SELECT 'distribution', '["证照管理","制度落实","人员管理","设备设施","进货查验","贮存管理","标识管理"]'
    UNION ALL
    SELECT 'catering', '["岗位责任","诚信自律","质控管理","人员管理","设施设备","采购运输","食品贮存","清洗切配","烹饪加工","专间专区","食品留样","供餐配送","餐具洗消","环境卫生"]'
) named JOIN json_each(named.points) point
WHERE true ON CONFLICT (sector, point) DO NOTHING;

AUDITED visit_point AS visit-point BY sector, point OF place, revoked_on;
