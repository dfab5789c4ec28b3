DROP VIEW IF EXISTS deadline_visit;

-- With the deadline that came before it in the same matter: who misses two running is called in at once.
CREATE VIEW IF NOT EXISTS deadline_visit AS
SELECT 'visit' AS rule, 'visit/' || o.uscc || '/' || o.period AS "key",
    o.enterprise || '：' || substr(o.period, 1, 4) || '年第' || substr('一二三四', substr(o.period, 6), 1) || '季度督导' AS subject,
    'cadre' AS owed_by_kind, o.cadre_no AS owed_by, o.town, o.ends_on AS due_on, o.met_on,
    json_object('uscc', o.uscc, 'enterprise', o.enterprise, 'period', o.period, 'on_site_required', json(iif(o.on_site_required, 'true', 'false')),
        'visited_on', o.visited_on,
        'previous', 'visit/' || o.uscc || '/' || (SELECT before.period FROM quarter before WHERE before.ends_on = date(o.starts_on, '-1 day'))) AS evidence
FROM obligation o WHERE o.cadre_no IS NOT NULL;

-- How an official is reached by a robot that names people.
CREATE VIEW IF NOT EXISTS cadre_contact AS SELECT cadre_no, phone FROM cadre WHERE phone IS NOT NULL;
