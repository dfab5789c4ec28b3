-- By which words a licence marks a business whose visits the policy may ask on site. The number of a production licence begins with the category of
-- food: SC127 保健食品, SC128 特殊医学用途配方食品, SC129 婴幼儿配方食品.
CREATE TABLE IF NOT EXISTS on_site_mark (
    -- The value of the policy that asks for it
    policy TEXT NOT NULL,
    permit_kind TEXT NOT NULL,
    -- Where the words stand: in the `number`, or in what the permit `covers`
    stands_in TEXT NOT NULL,
    -- As GLOB reads it
    pattern TEXT NOT NULL,
    -- Words that say the contrary
    unless TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (policy, permit_kind, stands_in, pattern)
) STRICT, WITHOUT ROWID;

INSERT INTO on_site_mark (policy, permit_kind, stands_in, pattern, unless) VALUES
    ('visit_on_site_central_kitchen', 'business_license', 'covers', '*中央厨房*', '*不含*中央厨房*'),
    ('visit_on_site_elderly_canteen', 'business_license', 'covers', '*养老*食堂*', '*不含*养老*食堂*'),
    ('visit_on_site_elderly_canteen', 'business_license', 'covers', '*食堂*养老*', '*不含*养老*'),
    ('visit_on_site_group_meals', 'business_license', 'covers', '*集体用餐配送*', '*不含*集体用餐配送*'),
    ('visit_on_site_special_food_maker', 'production_license', 'covers', '*保健食品*', '*不含*保健食品*'),
    ('visit_on_site_special_food_maker', 'production_license', 'covers', '*特殊医学用途*', '*不含*特殊医学用途*'),
    ('visit_on_site_special_food_maker', 'production_license', 'covers', '*婴幼儿配方*', '*不含*婴幼儿配方*'),
    ('visit_on_site_special_food_maker', 'production_license', 'number', 'SC127*', ''),
    ('visit_on_site_special_food_maker', 'production_license', 'number', 'SC128*', ''),
    ('visit_on_site_special_food_maker', 'production_license', 'number', 'SC129*', '')
ON CONFLICT (policy, permit_kind, stands_in, pattern) DO NOTHING;

ALTER TABLE visit_period ADD COLUMN on_site_central_kitchen INTEGER NOT NULL DEFAULT 0;

ALTER TABLE visit_period ADD COLUMN on_site_elderly_canteen INTEGER NOT NULL DEFAULT 0;

ALTER TABLE visit_period ADD COLUMN on_site_group_meals INTEGER NOT NULL DEFAULT 0;

ALTER TABLE visit_period ADD COLUMN on_site_special_food_maker INTEGER NOT NULL DEFAULT 0;

-- What the policy says of a period: by the value that holds on its first day. A level whose number of visits is not set, or that is not
-- known, owes one a quarter.
CREATE VIEW IF NOT EXISTS visit_period_rule AS
WITH said AS (
    SELECT q.period, q.kind, q.starts_on, p.name, p.value ->> '$' AS value, f.kind AS frequency
    FROM visit_period q
    JOIN policy_ledger p ON p.valid_from <= q.starts_on AND (p.valid_before IS NULL OR q.starts_on < p.valid_before)
    LEFT JOIN visit_frequency f ON p.name GLOB 'visits_a_year_level_?' AND f.visits_a_year = p.value ->> '$'
    WHERE p.name GLOB 'visits_a_year_level_?' OR p.name GLOB 'visit_on_site_*' OR p.name = 'obligations_from')
SELECT q.period,
    coalesce(max(s.name = 'obligations_from' AND q.starts_on >= s.value), 0) AS is_from,
    coalesce(max(CASE s.name WHEN 'visits_a_year_level_a' THEN s.frequency = q.kind END), q.kind = 'quarter') AS level_a,
    coalesce(max(CASE s.name WHEN 'visits_a_year_level_b' THEN s.frequency = q.kind END), q.kind = 'quarter') AS level_b,
    coalesce(max(CASE s.name WHEN 'visits_a_year_level_c' THEN s.frequency = q.kind END), q.kind = 'quarter') AS level_c,
    coalesce(max(CASE s.name WHEN 'visits_a_year_level_d' THEN s.frequency = q.kind END), q.kind = 'quarter') AS level_d,
    q.kind = 'quarter' AS level_none,
    coalesce(max(CASE s.name WHEN 'visit_on_site_grade_d' THEN s.value <> 0 END), 1) AS on_site_grade_d,
    coalesce(max(CASE s.name WHEN 'visit_on_site_grade_c_maker' THEN s.value <> 0 END), 0) AS on_site_grade_c_maker,
    coalesce(max(CASE s.name WHEN 'visit_on_site_canteen' THEN s.value <> 0 END), 1) AS on_site_canteen,
    coalesce(max(CASE s.name WHEN 'visit_on_site_central_kitchen' THEN s.value <> 0 END), 0) AS on_site_central_kitchen,
    coalesce(max(CASE s.name WHEN 'visit_on_site_elderly_canteen' THEN s.value <> 0 END), 0) AS on_site_elderly_canteen,
    coalesce(max(CASE s.name WHEN 'visit_on_site_group_meals' THEN s.value <> 0 END), 0) AS on_site_group_meals,
    coalesce(max(CASE s.name WHEN 'visit_on_site_special_food_maker' THEN s.value <> 0 END), 0) AS on_site_special_food_maker
FROM visit_period q LEFT JOIN said s ON s.period = q.period
GROUP BY q.period;

-- The one place where the periods take over what the policy says.
CREATE TRIGGER IF NOT EXISTS visit_policy_sets_periods AFTER UPDATE ON visit_policy_version
BEGIN
    UPDATE visit_period SET is_counted = p.is_from AND (p.level_a OR p.level_b OR p.level_c OR p.level_d OR p.level_none),
        level_a = p.level_a, level_b = p.level_b, level_c = p.level_c, level_d = p.level_d, level_none = p.level_none,
        on_site_grade_d = p.on_site_grade_d, on_site_grade_c_maker = p.on_site_grade_c_maker, on_site_canteen = p.on_site_canteen,
        on_site_central_kitchen = p.on_site_central_kitchen, on_site_elderly_canteen = p.on_site_elderly_canteen,
        on_site_group_meals = p.on_site_group_meals, on_site_special_food_maker = p.on_site_special_food_maker
    FROM visit_period_rule p
    WHERE p.period = visit_period.period AND NOT EXISTS (SELECT 1 FROM period_close c WHERE c.period = visit_period.period);
END;

DROP TRIGGER IF EXISTS visit_policy_reaches_periods;

-- Which visits must be on site (001 §三.2): of each business in business and each period, by the set that the policy names for it. Licences that
-- were held in the period are looked at only where the policy goes by them; a CASE asks no further than it must, which an OR does not promise.
CREATE VIEW IF NOT EXISTS enterprise_period AS
SELECT q.period, q.name AS period_name, q.previous, q.starts_on, q.ends_on, q.is_counted, q.level_a, q.level_b, q.level_c, q.level_d, q.level_none,
    e.ledger_id, e.uscc, e.name AS enterprise, e.town, e.village, e.level, e.sector, e.risk_grade, e.canteen, e.founded_on,
    CASE WHEN (e.risk_grade IS 'D' AND q.on_site_grade_d) OR (e.canteen AND q.on_site_canteen)
        OR (e.risk_grade IS 'C' AND e.sector IS 'production' AND q.on_site_grade_c_maker) THEN 1
    WHEN q.on_site_central_kitchen OR q.on_site_elderly_canteen OR q.on_site_group_meals OR q.on_site_special_food_maker THEN EXISTS (
        SELECT 1 FROM enterprise_permit_at_hand h
        WHERE h.uscc = e.uscc AND (h.valid_from IS NULL OR h.valid_from <= q.ends_on) AND (h.valid_until IS NULL OR h.valid_until >= q.starts_on)
            AND EXISTS (SELECT 1 FROM on_site_mark m
                WHERE m.permit_kind = h.kind
                    AND CASE m.policy WHEN 'visit_on_site_central_kitchen' THEN q.on_site_central_kitchen
                        WHEN 'visit_on_site_elderly_canteen' THEN q.on_site_elderly_canteen
                        WHEN 'visit_on_site_group_meals' THEN q.on_site_group_meals
                        WHEN 'visit_on_site_special_food_maker' THEN q.on_site_special_food_maker END
                    AND CASE m.stands_in WHEN 'number' THEN h.number ELSE h.covers END GLOB m.pattern
                    AND NOT (CASE m.stands_in WHEN 'number' THEN h.number ELSE h.covers END GLOB m.unless)))
    ELSE 0 END AS on_site_required
FROM visit_period q
CROSS JOIN enterprise_in_business e;

-- Which businesses owe a visit for which period (001 §三.2): those in business that were founded before it, by the frequency of their level.
-- Who was closed (停业) for more than half of the period owes nothing for it.
CREATE VIEW IF NOT EXISTS visit_duty AS
SELECT q.period, q.period_name, q.previous, q.starts_on, q.ends_on, q.ledger_id, q.uscc, q.enterprise, q.town, q.village, q.level, q.sector,
    q.risk_grade, q.canteen, q.on_site_required
FROM enterprise_period q
WHERE q.is_counted AND (q.founded_on IS NULL OR q.founded_on < q.starts_on)
    AND CASE q.level WHEN 'A' THEN q.level_a WHEN 'B' THEN q.level_b WHEN 'C' THEN q.level_c WHEN 'D' THEN q.level_d ELSE q.level_none END
    AND ((SELECT NOT EXISTS (SELECT 1 FROM enterprise_suspended))
        OR NOT EXISTS (SELECT 1 FROM enterprise_suspended s WHERE s.uscc = q.uscc AND s.starts_on <= q.ends_on AND s.ends_on >= q.starts_on)
        OR 2 * (SELECT count(*) FROM calendar_day d WHERE d.date BETWEEN q.starts_on AND q.ends_on
            AND EXISTS (SELECT 1 FROM enterprise_suspended s WHERE s.uscc = q.uscc AND d.date BETWEEN s.starts_on AND s.ends_on))
            <= julianday(q.ends_on) - julianday(q.starts_on) + 1);

-- 应督导事项 of a period that is not closed: owed by who holds the business when the period ends; where the assignment ended within it, by
-- the town of the last holder; where nobody held it at all, by nobody. `tier` and `post_town` are those of the post that holds it. Any
-- official's visit meets it. `met_on` is the first visit that fits, in the period or after it; `visited_on` the first of any kind in the period.
-- What of this has come to pass on a day, the reader compares. While a period is being closed, visits that were recorded after its moment are
-- not seen.
CREATE VIEW IF NOT EXISTS unclosed_obligation AS
SELECT o.ledger_id, o.period, o.period_name, o.previous, o.starts_on, o.ends_on, o.uscc, o.enterprise, o.town, o.village, o.level, o.sector,
    o.risk_grade, o.canteen, o.on_site_required,
    iif(h.ends_on IS NULL OR h.ends_on >= o.ends_on, h.cadre_no, NULL) AS cadre_no,
    iif(h.ends_on IS NULL OR h.ends_on >= o.ends_on, c.name, NULL) AS cadre,
    iif(h.ends_on IS NULL OR h.ends_on >= o.ends_on, c.tier, NULL) AS tier,
    iif(h.ends_on IS NULL OR h.ends_on >= o.ends_on, c.town, NULL) AS post_town,
    CASE WHEN h.id IS NULL THEN NULL WHEN h.ends_on IS NULL OR h.ends_on >= o.ends_on THEN 'cadre'
        WHEN c.tier = 'district' OR coalesce(c.town, o.town) IS NULL THEN 'department' ELSE 'town' END AS owed_by_kind,
    CASE WHEN h.id IS NULL THEN NULL WHEN h.ends_on IS NULL OR h.ends_on >= o.ends_on THEN h.cadre_no
        WHEN c.tier = 'district' OR coalesce(c.town, o.town) IS NULL THEN '区食药安办' ELSE coalesce(c.town, o.town) END AS owed_by,
    (SELECT min(v.visited_on) FROM visit v
     WHERE v.uscc = o.uscc AND v.visited_on >= o.starts_on AND (p.last_visit_id IS NULL OR v.id <= p.last_visit_id)
         AND (v.mode = 'on_site' OR NOT o.on_site_required)) AS met_on,
    (SELECT min(v.visited_on) FROM visit v
     WHERE v.uscc = o.uscc AND v.visited_on BETWEEN o.starts_on AND o.ends_on AND (p.last_visit_id IS NULL OR v.id <= p.last_visit_id)) AS visited_on,
    p.closed_on, p.last_visit_id, p.last_ledger_id, p.finished_at
FROM visit_duty o
LEFT JOIN period_close p ON p.period = o.period
LEFT JOIN assignment h ON h.id = coalesce(
    (SELECT a.id FROM assignment a
     WHERE a.uscc = o.uscc AND (a.starts_on IS NULL OR a.starts_on <= o.ends_on) AND (a.ends_on IS NULL OR a.ends_on >= o.ends_on)
     ORDER BY a.starts_on DESC, a.id DESC LIMIT 1),
    (SELECT a.id FROM assignment a
     WHERE a.uscc = o.uscc AND (a.starts_on IS NULL OR a.starts_on <= o.ends_on) AND a.ends_on >= o.starts_on
     ORDER BY a.ends_on DESC, a.starts_on DESC, a.id DESC LIMIT 1))
LEFT JOIN post c ON c.post_no = coalesce(h.post_no, h.cadre_no);

-- The town of the post that held the business; what was closed by the release before does not have it.
ALTER TABLE closed_obligation ADD COLUMN post_town TEXT;

-- The rows of a closing that has not ended, as they are written: a visit that was recorded by its moment counts, that of the day itself too.
CREATE VIEW IF NOT EXISTS obligation_to_close AS
SELECT o.period, o.ledger_id, o.uscc, o.enterprise, o.town, o.village, o.level, o.sector, o.risk_grade, o.canteen, o.on_site_required,
    o.cadre_no, o.cadre, o.tier, o.post_town, o.owed_by_kind, o.owed_by,
    CASE WHEN o.owed_by IS NULL THEN 'unassigned'
        WHEN o.met_on <= o.ends_on THEN 'done'
        WHEN o.met_on <= o.closed_on THEN 'late'
        WHEN o.on_site_required AND o.visited_on IS NOT NULL THEN 'wrong_mode'
        ELSE 'overdue' END AS status,
    iif(o.met_on <= o.closed_on, o.met_on, NULL) AS met_on, o.visited_on,
    (SELECT count(*) FROM visit v WHERE v.uscc = o.uscc AND v.visited_on BETWEEN o.starts_on AND o.ends_on AND v.id <= o.last_visit_id) AS visits
FROM unclosed_obligation o
WHERE o.closed_on IS NOT NULL AND o.finished_at IS NULL AND o.ledger_id <= o.last_ledger_id;

-- 应督导事项 of every period: as they were closed, and where they are not, as they are today. `closed_status` is null for the latter. Beside
-- what a closed row says stands what came after it: `met_since` is when it was met at last; a visit that was recorded after the closing
-- (补录) met it on the day it was recorded, or where the office takes it as on time on its own day. The CASTs give the columns of both halves the
-- same affinity, without which SQLite reads a whole period to show a page of it.
CREATE VIEW IF NOT EXISTS obligation_record AS
SELECT c.ledger_id, c.period, q.name AS period_name, q.previous, q.starts_on, q.ends_on, c.uscc, c.enterprise, c.town, c.village, c.level, c.sector,
    c.risk_grade, c.on_site_required, c.cadre_no, c.cadre, c.tier, c.post_town, c.owed_by_kind, c.owed_by, c.met_on, c.visited_on,
    c.status AS closed_status, p.closed_on, c.visits AS closed_visits,
    CAST(coalesce(c.met_on,
        (SELECT a.visited_on FROM late_entry_acceptance a WHERE a.period = c.period AND a.uscc = c.uscc),
        (SELECT min(iif(v.visited_on <= q.ends_on, substr(v.changed_at, 1, 10), v.visited_on)) FROM visit v
         WHERE v.uscc = c.uscc AND v.visited_on >= q.starts_on AND (v.mode = 'on_site' OR NOT c.on_site_required))) AS TEXT) AS met_since
FROM period_close p
CROSS JOIN visit_period q ON q.period = p.period
CROSS JOIN closed_obligation c ON c.period = p.period
WHERE p.finished_at IS NOT NULL
UNION ALL
SELECT o.ledger_id, o.period, o.period_name, o.previous, o.starts_on, o.ends_on, o.uscc, o.enterprise, o.town, o.village, o.level, o.sector,
    o.risk_grade, CAST(o.on_site_required AS INTEGER), CAST(o.cadre_no AS TEXT), CAST(o.cadre AS TEXT), CAST(o.tier AS TEXT),
    CAST(o.post_town AS TEXT), CAST(o.owed_by_kind AS TEXT), CAST(o.owed_by AS TEXT), CAST(o.met_on AS TEXT), CAST(o.visited_on AS TEXT),
    CAST(NULL AS TEXT), CAST(NULL AS TEXT), CAST(NULL AS INTEGER), CAST(o.met_on AS TEXT)
FROM unclosed_obligation o
WHERE NOT EXISTS (SELECT 1 FROM period_close f WHERE f.period = o.period AND f.finished_at IS NOT NULL);

-- With the deadline that came before it in the same matter: who misses two running is called in at once. Who owes a closed obligation is who
-- owed it in the moment of the closing. A business that is no more cannot be visited: what was not met by then is no longer owed.
CREATE VIEW IF NOT EXISTS visit_deadline AS
SELECT 'visit' AS rule, 'visit/' || o.uscc || '/' || o.period AS "key", o.enterprise || '：' || o.period_name || '督导' AS subject,
    o.owed_by_kind, o.owed_by, o.town, o.ends_on AS due_on, o.met_since AS met_on,
    json_object('uscc', o.uscc, 'enterprise', o.enterprise, 'period', o.period, 'on_site_required', json(iif(o.on_site_required, 'true', 'false')),
        'visited_on', o.visited_on, 'tier', o.tier, 'post_town', o.post_town, 'previous', 'visit/' || o.uscc || '/' || o.previous) AS evidence
FROM obligation_record o
WHERE o.owed_by IS NOT NULL
    AND (o.closed_status IS NULL OR o.met_on IS NOT NULL OR EXISTS (SELECT 1 FROM enterprise_in_business e WHERE e.uscc = o.uscc));

UPDATE deadline_view SET view = 'visit_deadline' WHERE matter = 'visit';

-- What such a business owes is written before it changes.
CREATE TRIGGER IF NOT EXISTS closing_kept_is_written AFTER INSERT ON closing_kept
BEGIN
    INSERT INTO closed_obligation (period, ledger_id, uscc, enterprise, town, village, level, sector, risk_grade, canteen, on_site_required,
        cadre_no, cadre, tier, post_town, owed_by_kind, owed_by, status, met_on, visited_on, visits)
    SELECT o.period, o.ledger_id, o.uscc, o.enterprise, o.town, o.village, o.level, o.sector, o.risk_grade, o.canteen, o.on_site_required,
        o.cadre_no, o.cadre, o.tier, o.post_town, o.owed_by_kind, o.owed_by, o.status, o.met_on, o.visited_on, o.visits
    FROM obligation_to_close o WHERE o.period = new.period AND o.uscc = new.uscc
    ON CONFLICT (period, ledger_id) DO NOTHING;
END;

DROP TRIGGER IF EXISTS closing_kept_writes_row;

-- A permit is entered while a period is being closed: it may ask for visits on site.
CREATE TRIGGER IF NOT EXISTS permit_begins_while_closing BEFORE INSERT ON enterprise_permit
WHEN EXISTS (SELECT 1 FROM period_close WHERE finished_at IS NULL)
BEGIN
    INSERT INTO closing_kept (period, uscc)
    SELECT c.period, coalesce((SELECT e.merged_into FROM enterprise_site e WHERE e.uscc = new.uscc), new.uscc) FROM period_close c WHERE c.finished_at IS NULL
    ON CONFLICT (period, uscc) DO NOTHING;
END;

-- A permit changes while a period is being closed.
CREATE TRIGGER IF NOT EXISTS permit_changes_while_closing BEFORE UPDATE ON enterprise_permit
WHEN EXISTS (SELECT 1 FROM period_close WHERE finished_at IS NULL)
BEGIN
    INSERT INTO closing_kept (period, uscc)
    SELECT c.period, coalesce((SELECT e.merged_into FROM enterprise_site e WHERE e.uscc = old.uscc), old.uscc) FROM period_close c WHERE c.finished_at IS NULL
    ON CONFLICT (period, uscc) DO NOTHING;
END;

-- A production licence is cancelled, or holds again, while a period is being closed.
CREATE TRIGGER IF NOT EXISTS license_stands_otherwise_while_closing BEFORE UPDATE OF status ON license
WHEN EXISTS (SELECT 1 FROM period_close WHERE finished_at IS NULL)
BEGIN
    INSERT INTO closing_kept (period, uscc)
    SELECT c.period, coalesce((SELECT e.merged_into FROM enterprise_site e WHERE e.uscc = old.uscc), old.uscc) FROM period_close c WHERE c.finished_at IS NULL
    ON CONFLICT (period, uscc) DO NOTHING;
END;
