-- What a district may set about the visits that are owed: how often by level, which must be on site, when a period is closed, and how far back a
-- visit may be dated. A number of visits a year is a policy by level, for 001 §三.2 asks for one a quarter at least.
INSERT INTO policy_rule (name, title, kind, source, at_least, at_most) VALUES
    ('entries_a_year_cap', '一家企业一年最多入企多少次，超过时提醒（0 为没有定）', 'whole_number', '国办发〔2024〕54号，次数由本区确定', 0, 1000),
    ('visit_backdate_days', '督导最多补记多少个工作日以前的（食药安办导入的不限）', 'whole_number', '本区确定', 0, 250),
    ('visit_close_after', '一个督导周期结束后第几个工作日封存', 'whole_number', '本区确定', 1, 60),
    ('visit_close_from', '从哪一天起按期封存；此前结束的周期随这一天所在的季度一起封存', 'date', '本区确定', NULL, NULL),
    ('visit_on_site_canteen', '学校、幼儿园食堂须现场督导（1 是，0 否）', 'whole_number', '001 §三.2', 0, 1),
    ('visit_on_site_grade_c_maker', '风险等级 C 级的生产企业须现场督导（1 是，0 否）', 'whole_number', '总局令49号 第22条，由本区确定', 0, 1),
    ('visit_on_site_grade_d', '风险等级 D 级的企业须现场督导（1 是，0 否）', 'whole_number', '001 §三.2', 0, 1),
    ('visits_a_year_level_a', 'A级主体每年督导几次（4 每季度，2 每半年，1 每年）；从某年年初起改', 'whole_number', '001 §三.2', 1, 4),
    ('visits_a_year_level_b', 'B级主体每年督导几次（4 每季度，2 每半年，1 每年）；从某年年初起改', 'whole_number', '001 §三.2', 1, 4),
    ('visits_a_year_level_c', 'C级主体每年督导几次（4 每季度，2 每半年，1 每年）；从某年年初起改', 'whole_number', '001 §三.2', 1, 4),
    ('visits_a_year_level_d', 'D级主体每年督导几次（4 每季度，2 每半年，1 每年）；从某年年初起改', 'whole_number', '001 §三.2', 1, 4)
ON CONFLICT (name) DO NOTHING;

INSERT INTO policy (name, valid_from, value, changed_by, changed_at) VALUES
    ('entries_a_year_cap', '2020-01-01', '0', 'migration', '2026-11-27T00:00:00+08:00'),
    ('visit_backdate_days', '2020-01-01', '7', 'migration', '2026-11-27T00:00:00+08:00'),
    ('visit_close_after', '2020-01-01', '5', 'migration', '2026-11-27T00:00:00+08:00'),
    ('visit_on_site_canteen', '2020-01-01', '1', 'migration', '2026-11-27T00:00:00+08:00'),
    ('visit_on_site_grade_c_maker', '2020-01-01', '0', 'migration', '2026-11-27T00:00:00+08:00'),
    ('visit_on_site_grade_d', '2020-01-01', '1', 'migration', '2026-11-27T00:00:00+08:00'),
    ('visits_a_year_level_a', '2020-01-01', '4', 'migration', '2026-11-27T00:00:00+08:00'),
    ('visits_a_year_level_b', '2020-01-01', '4', 'migration', '2026-11-27T00:00:00+08:00'),
    ('visits_a_year_level_c', '2020-01-01', '4', 'migration', '2026-11-27T00:00:00+08:00'),
    ('visits_a_year_level_d', '2020-01-01', '4', 'migration', '2026-11-27T00:00:00+08:00')
ON CONFLICT (name, valid_from) DO NOTHING;

-- A period that had ended before the office began is not closed before its rosters can be there: it is closed with the quarter in which
-- the first account was made. Who sets another day has set the first value too.
CREATE TRIGGER IF NOT EXISTS account_begins_closing AFTER INSERT ON account
WHEN NOT EXISTS (SELECT 1 FROM policy WHERE name = 'visit_close_from')
BEGIN
    INSERT INTO policy (name, valid_from, value, changed_by, changed_at)
    SELECT 'visit_close_from', '2020-01-01', json_quote(substr(new.changed_at, 1, 10)), new.changed_by, new.changed_at;
END;

INSERT INTO policy (name, valid_from, value, changed_by, changed_at)
SELECT 'visit_close_from', '2020-01-01', json_quote(substr(began, 1, 10)), 'migration', began
FROM (SELECT min(changed_at) AS began FROM account)
WHERE began IS NOT NULL AND NOT EXISTS (SELECT 1 FROM policy WHERE name = 'visit_close_from');
