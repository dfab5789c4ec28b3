-- What portal has in a migrated store: each table with the rules that stand in it, its indexes and triggers, then the views that read it.
-- To be read, never run: made from the migrations by SHIAN_RENEW=1 cargo test -p store --test schema

-- Who may sign in: staff of the office, the towns and the stations, and officials.
CREATE TABLE account (
    account TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('office', 'chair', 'town', 'station', 'cadre')),
    -- JSON array of town names; empty for the whole district
    towns TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(towns)),
    cadre_no TEXT,
    password_hash TEXT NOT NULL,
    must_change_password INTEGER NOT NULL DEFAULT 1,
    status TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'disabled')),
    version INTEGER NOT NULL DEFAULT 1,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    acts_as TEXT REFERENCES staff_role (role),
    -- The organisation that the account of a department belongs to.
    organisation TEXT REFERENCES organisation (id)
) STRICT;

CREATE TRIGGER account_is_never_deleted BEFORE DELETE ON account
BEGIN SELECT RAISE(ABORT, 'accounts are disabled, never deleted'); END;

-- Obligations are counted from the last full quarter before the office began, where it has set no other day. A rehearsal sets it.
CREATE TRIGGER account_begins_obligations AFTER INSERT ON account
WHEN NOT EXISTS (SELECT 1 FROM policy WHERE name = 'obligations_from')
BEGIN
    INSERT INTO policy (name, valid_from, value, changed_by, changed_at)
    SELECT 'obligations_from', '2022-01-01',
        json_quote(date(substr(new.changed_at, 1, 10), 'start of month', '-' || ((substr(new.changed_at, 6, 2) - 1) % 3 + 3) || ' months')),
        new.changed_by, new.changed_at;
END;

-- A password that the office resets, and an account that it disables, may have been in other hands: no browser is known any more.
CREATE TRIGGER account_change_forgets_browsers AFTER UPDATE OF password_hash, status ON account WHEN new.changed_by <> new.account
BEGIN
    DELETE FROM known_browser WHERE account = new.account;
END;

-- A release before that writes towns for a chair means the district's, too.
CREATE TRIGGER account_of_chair_has_no_towns AFTER INSERT ON account
WHEN new.role = 'chair' AND new.acts_as IS NULL AND new.towns <> '[]'
BEGIN
    UPDATE account SET towns = '[]' WHERE account = new.account;
END;

-- The same where it changes one.
CREATE TRIGGER account_of_chair_gets_no_towns AFTER UPDATE OF role, towns ON account
WHEN new.role = 'chair' AND new.acts_as IS NULL AND new.towns <> '[]'
BEGIN
    UPDATE account SET towns = '[]' WHERE account = new.account;
END;

-- An account is told of with the role in which its person works.
CREATE TRIGGER account_created_with_its_role AFTER INSERT ON account
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'staff/' || new.account, 'created',
        json_object('name', new.name, 'role', coalesce(new.acts_as, new.role), 'towns', json(new.towns), 'cadre_no', new.cadre_no,
            'organisation', new.organisation, 'status', new.status));
END;

-- The same of a change.
CREATE TRIGGER account_changed_with_its_role AFTER UPDATE ON account
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'staff/' || new.account, 'changed',
        json_object('name', old.name, 'role', coalesce(old.acts_as, old.role), 'towns', json(old.towns), 'cadre_no', old.cadre_no,
            'organisation', old.organisation, 'status', old.status),
        json_object('name', new.name, 'role', coalesce(new.acts_as, new.role), 'towns', json(new.towns), 'cadre_no', new.cadre_no,
            'organisation', new.organisation, 'status', new.status,
            'password_changed', json(iif(new.password_hash IS old.password_hash, 'false', 'true'))));
END;

-- A changed password, a changed role or organisation, or a disabled account ends what was signed in with it.
CREATE TRIGGER account_change_ends_what_was_signed_in AFTER UPDATE OF password_hash, role, acts_as, organisation, towns, status ON account
BEGIN
    DELETE FROM session WHERE account = new.account;
END;

-- A release before that gives an account another role, or makes it an official with a number, knows nothing of `acts_as`: its role holds.
CREATE TRIGGER account_role_is_given_anew AFTER UPDATE OF role ON account
WHEN new.acts_as IS NOT NULL AND new.acts_as IS old.acts_as
    AND (new.role <> old.role OR new.cadre_no IS NOT old.cadre_no AND new.cadre_no IS NOT NULL)
BEGIN
    UPDATE account SET acts_as = NULL, organisation = NULL WHERE account = new.account;
END;

-- A period that had ended before the office began is not closed before its rosters can be there: it is closed with the quarter in which
-- the first account was made. Who sets another day has set the first value too.
CREATE TRIGGER account_begins_closing AFTER INSERT ON account
WHEN NOT EXISTS (SELECT 1 FROM policy WHERE name = 'visit_close_from')
BEGIN
    INSERT INTO policy (name, valid_from, value, changed_by, changed_at)
    SELECT 'visit_close_from', '2020-01-01', json_quote(substr(new.changed_at, 1, 10)), new.changed_by, new.changed_at;
END;

-- Accounts that work can be given to.
CREATE VIEW station_account AS
SELECT account, name, towns FROM account WHERE role = 'station' AND status = 'active';

-- Accounts of stations that work can be given to, with a row for each place that is today one of their towns.
CREATE VIEW station_place AS
SELECT DISTINCT a.account, a.name, same.id AS town
FROM account a, json_each(a.towns) t JOIN place own ON own.id = t.value JOIN place same ON same.today = own.today
WHERE a.role = 'station' AND a.status = 'active';

-- Accounts by the role in which their people work.
CREATE VIEW staff_account AS
SELECT account, name, coalesce(acts_as, role) AS role, towns, organisation, status FROM account;

-- Accounts that a complaint or report can be given to by name.
CREATE VIEW case_handler AS
SELECT account, name, role FROM staff_account
WHERE status = 'active' AND (role IN ('bureau', 'station') OR role = 'office' AND (SELECT holds FROM office_for_bureau));

-- Papers that nobody has acknowledged wait for those of the department to which they went; the office is told of them as well.
CREATE VIEW task_paper_of_department AS
SELECT a.role, NULL AS town, a.account, NULL AS cadre_no, NULL AS except_account, 'notice_to_acknowledge' AS what,
    '等待回执的文书' AS title, '/notices' AS path, NULL AS waits_from, n.due_on AS oldest_due, 1 AS "count"
FROM staff_account a JOIN organisation o ON o.ended_on IS NULL
    AND (a.role = 'department' AND o.id = a.organisation OR a.role = 'bureau' AND o.kind = 'bureau')
JOIN notice n ON n.addressee_kind = 'department' AND n.addressee IN (o.id, o.name)
WHERE a.status = 'active' AND n.status IN ('issued', 'delivered');

-- Who is signed in, by a hash of the cookie.
CREATE TABLE session (
    token_hash TEXT PRIMARY KEY,
    account TEXT NOT NULL REFERENCES account (account),
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    browser_hash TEXT
) STRICT, WITHOUT ROWID;

CREATE INDEX session_account ON session (account);

-- Signing in is one statement: with the session the browser becomes known. Of each account the last twenty.
CREATE TRIGGER session_makes_its_browser_known AFTER INSERT ON session WHEN new.browser_hash IS NOT NULL
BEGIN
    INSERT INTO known_browser (account, browser_hash, seen_at) VALUES (new.account, new.browser_hash, new.created_at)
    ON CONFLICT (account, browser_hash) DO UPDATE SET seen_at = excluded.seen_at;
    DELETE FROM known_browser WHERE account = new.account AND browser_hash NOT IN (
        SELECT browser_hash FROM known_browser WHERE account = new.account ORDER BY seen_at DESC, browser_hash LIMIT 20);
END;

-- Tokens of programs, by their hash; the token itself is shown once.
CREATE TABLE access_token (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    token_hash TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL CHECK (role IN ('office', 'chair', 'town', 'station')),
    towns TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(towns)),
    expires_at TEXT NOT NULL,
    revoked_at TEXT,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    -- What a token may do: JSON array of scopes. Null: made before there were scopes, and kept to what is no act of law.
    scopes TEXT CHECK (scopes IS NULL OR json_valid(scopes)),
    acts_as TEXT REFERENCES staff_role (role)
) STRICT;

CREATE TRIGGER access_token_changed AFTER UPDATE ON access_token
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'token/' || new.id, 'changed',
        json_object('revoked_at', old.revoked_at), json_object('revoked_at', new.revoked_at));
END;

CREATE TRIGGER access_token_is_never_deleted BEFORE DELETE ON access_token
BEGIN SELECT RAISE(ABORT, 'tokens are revoked, never deleted'); END;

-- Which token was made for whom, and what it may do, stands in the audit; the token and its hash do not.
CREATE TRIGGER access_token_created_with_its_role AFTER INSERT ON access_token
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'token/' || new.id, 'created',
        json_object('name', new.name, 'role', coalesce(new.acts_as, new.role), 'towns', json(new.towns), 'scopes', json(new.scopes),
            'expires_at', new.expires_at));
END;

-- The days that are not what their weekday says, as the State Council announces them (data/holidays.csv).
CREATE TABLE holiday (
    date TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('holiday', 'workday')),
    name TEXT NOT NULL,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

CREATE TRIGGER holiday_created AFTER INSERT ON holiday WHEN new.changed_by <> 'migration'
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'holiday/' || new.date, 'created', json_object('kind', new.kind, 'name', new.name));
END;

CREATE TRIGGER holiday_changed AFTER UPDATE ON holiday
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'holiday/' || new.date, 'changed',
        json_object('kind', old.kind, 'name', old.name), json_object('kind', new.kind, 'name', new.name));
END;

CREATE TRIGGER holiday_is_never_deleted BEFORE DELETE ON holiday
BEGIN SELECT RAISE(ABORT, 'announced days are never deleted'); END;

-- A new arrangement renumbers what follows. Two statements each: the first must still see what the day was.
CREATE TRIGGER holiday_numbers_days AFTER INSERT ON holiday
BEGIN
    UPDATE calendar_day SET workdays = workdays + (new.kind = 'workday') - (SELECT is_workday FROM calendar_day WHERE date = new.date)
    WHERE date >= new.date;
    UPDATE calendar_day SET is_workday = (new.kind = 'workday') WHERE date = new.date;
END;

-- The same where the kind of an announced day is corrected.
CREATE TRIGGER holiday_renumbers_days AFTER UPDATE OF kind ON holiday WHEN new.kind <> old.kind
BEGIN
    UPDATE calendar_day SET workdays = workdays + (new.kind = 'workday') - (SELECT is_workday FROM calendar_day WHERE date = new.date)
    WHERE date >= new.date;
    UPDATE calendar_day SET is_workday = (new.kind = 'workday') WHERE date = new.date;
END;

CREATE TRIGGER holiday_counted_when_created AFTER INSERT ON holiday
BEGIN UPDATE holiday_version SET version = version + 1; END;

CREATE TRIGGER holiday_counted_when_changed AFTER UPDATE ON holiday
BEGIN UPDATE holiday_version SET version = version + 1; END;

-- What other functions may read of the State Council's arrangement: the days that are not what their weekday says.
CREATE VIEW holiday_ledger AS SELECT date, kind FROM holiday;

-- How the days off of each year are called: whoever reads it can tell whether the year's whole arrangement has been announced.
CREATE VIEW holiday_year_ledger AS
SELECT CAST(substr(date, 1, 4) AS INTEGER) AS year, group_concat(DISTINCT name) AS names
FROM holiday WHERE kind = 'holiday' GROUP BY substr(date, 1, 4);

-- Years whose whole arrangement has been announced: their days off name every statutory holiday. A term that needs another year is
-- provisional.
CREATE VIEW announced_year AS
SELECT y.year FROM holiday_year_ledger y
WHERE (SELECT count(DISTINCT h.holiday) FROM statutory_holiday h WHERE instr(y.names, h.word) > 0)
    = (SELECT count(DISTINCT h.holiday) FROM statutory_holiday h);

-- What a district may set, and where each comes from.
CREATE TABLE policy_rule (
    name TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('date', 'whole_number')),
    source TEXT NOT NULL,
    -- The least and the most that a number may be; null where 0 and 10,000 hold, which the program knows.
    at_least INTEGER,
    at_most INTEGER
) STRICT, WITHOUT ROWID;

INSERT INTO policy_rule (name, title, kind, source, at_least, at_most) VALUES
    ('black_list_months', '黑榜公布多少个月', 'whole_number', '本区确定', 1, 120),
    ('canteen_training_workdays', '食堂项目竣工后培训的工作日数', 'whole_number', '000 §三(二)，期限由本区确定', 1, 250),
    ('canteen_visit_workdays', '食堂项目每一步后上门服务的工作日数', 'whole_number', '000 §三(二)，期限由本区确定', 1, 250),
    ('complaint_retention_days', '投诉举报办结后多少天抹去个人信息', 'whole_number', '本区确定', 30, 10000),
    ('complaint_small_cell', '公开统计中小于多少件的数字不公布', 'whole_number', '本区确定', 1, 100),
    ('credit_repair_months', '黑榜公布满多少个月可以申请信用修复', 'whole_number', '本区确定（市场监督管理信用修复管理办法：公示满三个月）', 1, 36),
    ('duty_publication', '履责晾晒：每季度结束后公布各镇街、部门履责情况（1 公布，0 不公布）', 'whole_number', '001 §三.12；由食药安办决定', 0, 1),
    ('entries_a_year_cap', '一家企业一年最多入企多少次，超过时提醒（0 为没有定）', 'whole_number', '国办发〔2024〕54号，次数由本区确定', 0, 1000),
    ('failed_sample_workdays', '抽检不合格结果在抽样多少个工作日以后公布（留出复检时间）', 'whole_number', '本区确定（食品安全抽样检验管理办法）', 0, 250),
    ('license_renewal_workdays', '许可证到期前多少个工作日应申请延续', 'whole_number', '食品生产许可管理办法 第34条', 1, 250),
    ('matter_cancellation', '许可证注销的办结工作日数（0 为当日）', 'whole_number', '000 §三(三)', 0, 250),
    ('matter_enterprise_request', '企业诉求的办结工作日数', 'whole_number', '000 §三(三)，期限由本区确定', 0, 250),
    ('matter_license_application', '食品生产许可申请的办结工作日数', 'whole_number', '食品生产许可管理办法 第22条', 0, 250),
    ('matter_simple_change', '许可证简单变更的办结工作日数（0 为当日）', 'whole_number', '000 §三(三)', 0, 250),
    ('new_producer_training_days', '新获证企业上门培训的期限（天）', 'whole_number', '000 §三(四)', 1, 366),
    ('notice_term_workdays', '文书的办理期限，规则没有另定的（工作日）', 'whole_number', '004 §二(一)，期限由本区确定', 1, 250),
    ('objection_workdays', '拟列入黑榜的陈述申辩期限（告知后多少个工作日）', 'whole_number', '本区确定', 1, 250),
    ('obligations_from', '从哪一天起计算应督导事项', 'date', '本区确定', NULL, NULL),
    ('outreach_duties_from', '从哪一天发证起计算新证企业上门培训', 'date', '本区确定', NULL, NULL),
    ('problem_assign_workdays', '问题登记后多少个工作日内分派', 'whole_number', '本区确定（南通长效机制意见：实时化交办）', 1, 250),
    ('problem_general_workdays', '一般问题分派后多少个工作日内整改', 'whole_number', '本区确定', 1, 250),
    ('problem_larger_workdays', '较大问题分派后多少个工作日内整改', 'whole_number', '本区确定', 1, 250),
    ('problem_major_workdays', '重大问题分派后多少个工作日内整改', 'whole_number', '本区确定', 1, 250),
    ('problem_verify_workdays', '问题整改后多少个工作日内复核', 'whole_number', '本区确定', 1, 250),
    ('reassignment_after_enterprise_change', '主体变动后重新指定的工作日数', 'whole_number', '001 §三.2', 1, 250),
    ('reassignment_after_official_change', '包保干部变动后重新指定的工作日数', 'whole_number', '001 §三.2', 1, 250),
    ('red_list_months', '红榜公布多少个月', 'whole_number', '本区确定', 1, 120),
    ('talk_workdays', '责任约谈以后至少留几个工作日再升级', 'whole_number', '004 §二(一)，天数由本区确定', 0, 60),
    ('visit_backdate_days', '督导最多补记多少个工作日以前的（食药安办导入的不限）', 'whole_number', '本区确定', 0, 250),
    ('visit_close_after', '一个督导周期结束后第几个工作日封存', 'whole_number', '本区确定', 1, 60),
    ('visit_close_from', '从哪一天起按期封存；此前结束的周期随这一天所在的季度一起封存', 'date', '本区确定', NULL, NULL),
    ('visit_on_site_canteen', '学校、幼儿园食堂须现场督导（1 是，0 否）', 'whole_number', '001 §三.2', 0, 1),
    ('visit_on_site_central_kitchen', '中央厨房须现场督导，按登记的食品经营许可认定（1 是，0 否）', 'whole_number', '总局令49号 第22条，由本区确定', 0, 1),
    ('visit_on_site_elderly_canteen', '养老机构食堂须现场督导，按登记的食品经营许可认定（1 是，0 否）', 'whole_number', '001 §三.2，由本区确定', 0, 1),
    ('visit_on_site_grade_c_maker', '风险等级 C 级的生产企业须现场督导（1 是，0 否）', 'whole_number', '总局令49号 第22条，由本区确定', 0, 1),
    ('visit_on_site_grade_d', '风险等级 D 级的企业须现场督导（1 是，0 否）', 'whole_number', '001 §三.2', 0, 1),
    ('visit_on_site_group_meals', '集体用餐配送单位须现场督导，按登记的食品经营许可认定（1 是，0 否）', 'whole_number', '总局令49号 第22条，由本区确定', 0, 1),
    ('visit_on_site_special_food_maker', '保健食品、特殊医学用途配方食品、婴幼儿配方食品生产企业须现场督导，按登记的食品生产许可认定（1 是，0 否）', 'whole_number', '总局令49号 第22条，由本区确定', 0, 1),
    ('visit_position_months', '督导时记下的位置保存几个月', 'whole_number', '本区确定', 1, 24),
    ('visits_a_year_level_a', 'A级主体每年督导几次（4 每季度，2 每半年，1 每年）；从某年年初起改', 'whole_number', '001 §三.2', 1, 4),
    ('visits_a_year_level_b', 'B级主体每年督导几次（4 每季度，2 每半年，1 每年）；从某年年初起改', 'whole_number', '001 §三.2', 1, 4),
    ('visits_a_year_level_c', 'C级主体每年督导几次（4 每季度，2 每半年，1 每年）；从某年年初起改', 'whole_number', '001 §三.2', 1, 4),
    ('visits_a_year_level_d', 'D级主体每年督导几次（4 每季度，2 每半年，1 每年）；从某年年初起改', 'whole_number', '001 §三.2', 1, 4),
    ('withdrawn_draft_workdays', '撤回的拟稿，所列事项多少个工作日后重新拟稿', 'whole_number', '004 §二(一)，期限由本区确定', 1, 250);

-- Numbers and dates that a district may set, each value with the date it holds from.
CREATE TABLE policy (
    name TEXT NOT NULL,
    valid_from TEXT NOT NULL,
    -- JSON
    value TEXT NOT NULL CHECK (json_valid(value)),
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    PRIMARY KEY (name, valid_from)
) STRICT;

INSERT INTO policy (name, valid_from, value, changed_by, changed_at) VALUES
    ('black_list_months', '2020-01-01', '12', 'migration', '2026-11-22T00:00:00+08:00'),
    ('canteen_training_workdays', '2020-03-01', '20', 'migration', '2026-11-22T00:00:00+08:00'),
    ('canteen_visit_workdays', '2020-03-01', '10', 'migration', '2026-11-22T00:00:00+08:00'),
    ('complaint_retention_days', '2020-01-01', '1095', 'migration', '2026-11-22T00:00:00+08:00'),
    ('complaint_small_cell', '2020-01-01', '5', 'migration', '2026-11-22T00:00:00+08:00'),
    ('credit_repair_months', '2020-01-01', '3', 'migration', '2026-11-22T00:00:00+08:00'),
    ('duty_publication', '2020-01-01', '0', 'migration', '2026-11-22T00:00:00+08:00'),
    ('entries_a_year_cap', '2020-01-01', '0', 'migration', '2026-11-27T00:00:00+08:00'),
    ('failed_sample_workdays', '2020-01-01', '20', 'migration', '2026-11-22T00:00:00+08:00'),
    ('license_renewal_workdays', '2020-03-01', '30', 'migration', '2026-11-22T00:00:00+08:00'),
    ('matter_cancellation', '2020-03-01', '0', 'migration', '2026-11-22T00:00:00+08:00'),
    ('matter_enterprise_request', '2020-03-01', '5', 'migration', '2026-11-22T00:00:00+08:00'),
    ('matter_license_application', '2020-03-01', '10', 'migration', '2026-11-22T00:00:00+08:00'),
    ('matter_simple_change', '2020-03-01', '0', 'migration', '2026-11-22T00:00:00+08:00'),
    ('new_producer_training_days', '2020-03-01', '30', 'migration', '2026-11-22T00:00:00+08:00'),
    ('notice_term_workdays', '2020-01-01', '10', 'migration', '2026-11-22T00:00:00+08:00'),
    ('objection_workdays', '2020-01-01', '5', 'migration', '2026-11-22T00:00:00+08:00'),
    ('outreach_duties_from', '2020-03-01', '"2026-12-01"', 'migration', '2026-11-22T00:00:00+08:00'),
    ('problem_assign_workdays', '2020-01-01', '2', 'migration', '2026-11-27T00:00:00+08:00'),
    ('problem_general_workdays', '2020-01-01', '15', 'migration', '2026-11-27T00:00:00+08:00'),
    ('problem_larger_workdays', '2020-01-01', '10', 'migration', '2026-11-27T00:00:00+08:00'),
    ('problem_major_workdays', '2020-01-01', '5', 'migration', '2026-11-27T00:00:00+08:00'),
    ('problem_verify_workdays', '2020-01-01', '10', 'migration', '2026-11-27T00:00:00+08:00'),
    ('reassignment_after_enterprise_change', '2022-01-01', '30', 'migration', '2026-11-22T00:00:00+08:00'),
    ('reassignment_after_official_change', '2022-01-01', '20', 'migration', '2026-11-22T00:00:00+08:00'),
    ('red_list_months', '2020-01-01', '12', 'migration', '2026-11-22T00:00:00+08:00'),
    ('talk_workdays', '2020-01-01', '5', 'migration', '2026-11-27T00:00:00+08:00'),
    ('visit_backdate_days', '2020-01-01', '7', 'migration', '2026-11-27T00:00:00+08:00'),
    ('visit_close_after', '2020-01-01', '5', 'migration', '2026-11-27T00:00:00+08:00'),
    ('visit_on_site_canteen', '2020-01-01', '1', 'migration', '2026-11-27T00:00:00+08:00'),
    ('visit_on_site_central_kitchen', '2020-01-01', '0', 'migration', '2026-11-28T00:00:00+08:00'),
    ('visit_on_site_elderly_canteen', '2020-01-01', '0', 'migration', '2026-11-28T00:00:00+08:00'),
    ('visit_on_site_grade_c_maker', '2020-01-01', '0', 'migration', '2026-11-27T00:00:00+08:00'),
    ('visit_on_site_grade_d', '2020-01-01', '1', 'migration', '2026-11-27T00:00:00+08:00'),
    ('visit_on_site_group_meals', '2020-01-01', '0', 'migration', '2026-11-28T00:00:00+08:00'),
    ('visit_on_site_special_food_maker', '2020-01-01', '0', 'migration', '2026-11-28T00:00:00+08:00'),
    ('visit_position_months', '2020-01-01', '6', 'migration', '2026-11-27T00:00:00+08:00'),
    ('visits_a_year_level_a', '2020-01-01', '4', 'migration', '2026-11-27T00:00:00+08:00'),
    ('visits_a_year_level_b', '2020-01-01', '4', 'migration', '2026-11-27T00:00:00+08:00'),
    ('visits_a_year_level_c', '2020-01-01', '4', 'migration', '2026-11-27T00:00:00+08:00'),
    ('visits_a_year_level_d', '2020-01-01', '4', 'migration', '2026-11-27T00:00:00+08:00'),
    ('withdrawn_draft_workdays', '2020-01-01', '10', 'migration', '2026-11-22T00:00:00+08:00');

CREATE TRIGGER policy_created AFTER INSERT ON policy
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'policy/' || new.name, 'created',
        json_object('valid_from', new.valid_from, 'value', json(new.value)));
END;

CREATE TRIGGER policy_changed AFTER UPDATE ON policy
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'policy/' || new.name, 'changed',
        json_object('valid_from', old.valid_from, 'value', json(old.value)),
        json_object('valid_from', new.valid_from, 'value', json(new.value)));
END;

CREATE TRIGGER policy_is_never_deleted BEFORE DELETE ON policy
BEGIN SELECT RAISE(ABORT, 'policy values keep their history'); END;

-- A value stays within the bounds, whoever writes it.
CREATE TRIGGER policy_keeps_its_bounds BEFORE INSERT ON policy
WHEN EXISTS (SELECT 1 FROM policy_rule r WHERE r.name = new.name AND CAST(new.value AS INTEGER) NOT BETWEEN r.at_least AND r.at_most)
BEGIN SELECT RAISE(ABORT, 'a policy value is out of its bounds'); END;

-- A new value of the policy about visits.
CREATE TRIGGER policy_sets_visits AFTER INSERT ON policy
WHEN new.name = 'obligations_from' OR new.name GLOB 'visits_a_year_level_?' OR new.name GLOB 'visit_on_site_*'
BEGIN UPDATE visit_policy_version SET version = version + 1 WHERE id = 1; END;

-- The same where a value is put right.
CREATE TRIGGER policy_corrects_visits AFTER UPDATE ON policy
WHEN new.name = 'obligations_from' OR new.name GLOB 'visits_a_year_level_?' OR new.name GLOB 'visit_on_site_*'
BEGIN UPDATE visit_policy_version SET version = version + 1 WHERE id = 1; END;

-- What other functions may read of the policy: each value with the days on which it holds.
CREATE VIEW policy_ledger AS
SELECT name, value, valid_from,
    lead(valid_from) OVER (PARTITION BY name ORDER BY valid_from) AS valid_before
FROM policy;

-- The working days, numbered, so that SQL can count them (design: time and law). `workdays` is how many there have been since
-- the calendar's first day, that day included: the n-th after D has the number of D plus n.
CREATE TABLE calendar_day (
    date TEXT PRIMARY KEY,
    is_workday INTEGER NOT NULL CHECK (is_workday IN (0, 1)),
    workdays INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX calendar_day_number ON calendar_day (workdays, date) WHERE is_workday;

-- Counts the changes of the calendar: who keeps one asks in the statement that uses it whether it still holds.
CREATE TABLE holiday_version (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    version INTEGER NOT NULL
) STRICT;

INSERT INTO holiday_version (id, version) VALUES
    (1, 1);

-- What other functions may read of it.
CREATE VIEW holiday_version_ledger AS SELECT version FROM holiday_version;

-- Tries to get in: what each was counted against, as a keyed hash. Every function's guard counts here (`web::throttle`), as answers
-- to an Idempotency-Key stand in one table. Seconds since 1970: a wait is computed in the statement that claims a try.
CREATE TABLE attempt (
    subject TEXT PRIMARY KEY,
    tries INTEGER NOT NULL,
    tried_at INTEGER NOT NULL,
    forgotten_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX attempt_forgotten ON attempt (forgotten_at);

-- Whoever tries clears away what is forgotten, so that the table grows no longer than tries are remembered.
CREATE TRIGGER attempt_clears_the_forgotten AFTER INSERT ON attempt
BEGIN
    DELETE FROM attempt WHERE forgotten_at <= new.tried_at;
END;

-- Browsers that have signed in to an account, by a keyed hash of their cookie: their tries are counted apart from strangers'.
CREATE TABLE known_browser (
    account TEXT NOT NULL REFERENCES account (account),
    browser_hash TEXT NOT NULL,
    seen_at TEXT NOT NULL,
    PRIMARY KEY (account, browser_hash)
) STRICT, WITHOUT ROWID;

CREATE INDEX known_browser_hash ON known_browser (browser_hash);

-- What somebody typed and no function has taken: a form that was sent after its session had ended, until its owner has signed in again,
-- and the page of a form that was refused, so that the browser's way back leads to a page. Every function's guard writes here
-- (`web::kept`). The content is sealed under a cookie that the browser alone holds; the account is the only one that gets it back.
CREATE TABLE kept_form (
    id TEXT PRIMARY KEY,
    -- Keyed hash of the cookie that opens it: of the browser for a form, of the session for a page.
    held_by TEXT NOT NULL,
    account TEXT NOT NULL REFERENCES account (account),
    sealed TEXT NOT NULL,
    made_at TEXT NOT NULL,
    expires_at TEXT NOT NULL
) STRICT;

CREATE INDEX kept_form_held_by ON kept_form (held_by, made_at);

CREATE INDEX kept_form_account ON kept_form (account, made_at);

CREATE INDEX kept_form_expires ON kept_form (expires_at);

-- Of each holder the last twenty, of each account the last sixty; and whoever keeps something clears away what has expired.
CREATE TRIGGER kept_form_clears_the_old AFTER INSERT ON kept_form
BEGIN
    DELETE FROM kept_form WHERE expires_at <= new.made_at;
    DELETE FROM kept_form WHERE held_by = new.held_by AND id NOT IN (
        SELECT k.id FROM kept_form k WHERE k.held_by = new.held_by ORDER BY k.made_at DESC, k.rowid DESC LIMIT 20);
    DELETE FROM kept_form WHERE account = new.account AND id NOT IN (
        SELECT k.id FROM kept_form k WHERE k.account = new.account ORDER BY k.made_at DESC, k.rowid DESC LIMIT 60);
END;

-- The holidays that every year has, each with what an arrangement may call it (全国年节及纪念日放假办法 第2条). A test keeps it equal to
-- `domain::workdays::STATUTORY_HOLIDAYS`.
CREATE TABLE statutory_holiday (
    holiday TEXT NOT NULL,
    word TEXT NOT NULL,
    PRIMARY KEY (holiday, word)
) STRICT, WITHOUT ROWID;

INSERT INTO statutory_holiday (holiday, word) VALUES
    ('中秋节', '中秋'),
    ('元旦', '元旦'),
    ('元旦', '新年'),
    ('劳动节', '五一'),
    ('劳动节', '劳动节'),
    ('国庆节', '十一'),
    ('国庆节', '国庆'),
    ('春节', '春节'),
    ('春节', '除夕'),
    ('清明节', '清明'),
    ('端午节', '端午');

-- What is true of every organisation of a kind. A test keeps it equal to `domain::organisation::OrganisationKind`.
CREATE TABLE organisation_kind (
    kind TEXT PRIMARY KEY,
    -- Its place in lists
    position INTEGER NOT NULL,
    -- How many towns it answers for
    towns TEXT NOT NULL CHECK (towns IN ('none', 'one', 'several')),
    -- Whether papers go out in its name
    issues_papers INTEGER NOT NULL,
    -- Whether citizens call and visit it
    is_called INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO organisation_kind (kind, position, towns, issues_papers, is_called) VALUES
    ('bureau', 3, 'none', 0, 1),
    ('committee', 2, 'none', 1, 0),
    ('department', 8, 'none', 0, 0),
    ('office', 1, 'none', 1, 1),
    ('station', 4, 'several', 0, 1),
    ('town_committee', 7, 'one', 0, 0),
    ('town_government', 5, 'one', 0, 0),
    ('town_office', 6, 'one', 0, 1);

-- The organisations of the district, as papers, public pages and messages name them. One that is no more has its last day.
CREATE TABLE organisation (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL REFERENCES organisation_kind (kind),
    -- Its full name
    name TEXT NOT NULL,
    -- What it is part of: a station of the bureau
    part_of TEXT REFERENCES organisation (id),
    -- Which organisation hosts the office
    hosted_by TEXT REFERENCES organisation (id),
    -- JSON array of the names of the towns that it answers for
    towns TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(towns)),
    telephone TEXT,
    address TEXT,
    -- When it is open, in words
    hours TEXT,
    -- Whom to ask for
    contact TEXT,
    -- 发文代字
    mark TEXT,
    -- The number of the first paper of a year, where papers of that year have gone out before the program was used
    first_number INTEGER,
    first_number_year INTEGER,
    ended_on TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

-- A district has one office, one committee and one bureau at a time.
CREATE UNIQUE INDEX organisation_single ON organisation (kind)
WHERE kind IN ('office', 'committee', 'bureau') AND ended_on IS NULL;

CREATE TRIGGER organisation_created AFTER INSERT ON organisation
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (new.changed_at, new.changed_by, 'organisation' || '/' || new.id, 'created', json_object('kind', new.kind, 'name', new.name, 'part_of', new.part_of, 'hosted_by', new.hosted_by, 'towns', new.towns, 'telephone', new.telephone, 'address', new.address, 'hours', new.hours, 'contact', new.contact, 'mark', new.mark, 'first_number', new.first_number, 'first_number_year', new.first_number_year, 'ended_on', new.ended_on));
END;

CREATE TRIGGER organisation_changed AFTER UPDATE ON organisation
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (new.changed_at, new.changed_by, 'organisation' || '/' || new.id, 'changed', json_object('kind', old.kind, 'name', old.name, 'part_of', old.part_of, 'hosted_by', old.hosted_by, 'towns', old.towns, 'telephone', old.telephone, 'address', old.address, 'hours', old.hours, 'contact', old.contact, 'mark', old.mark, 'first_number', old.first_number, 'first_number_year', old.first_number_year, 'ended_on', old.ended_on), json_object('kind', new.kind, 'name', new.name, 'part_of', new.part_of, 'hosted_by', new.hosted_by, 'towns', new.towns, 'telephone', new.telephone, 'address', new.address, 'hours', new.hours, 'contact', new.contact, 'mark', new.mark, 'first_number', new.first_number, 'first_number_year', new.first_number_year, 'ended_on', new.ended_on));
END;

CREATE TRIGGER organisation_is_never_deleted BEFORE DELETE ON organisation
BEGIN SELECT RAISE(ABORT, 'a record of organisation is taken back, never deleted'); END;

-- What other functions may read: whom to call or visit. The office has no town; the station and the food-safety office of a town have a
-- row for each town that they answer for.
CREATE VIEW organisation_contact AS
SELECT o.id AS organisation, o.kind, NULL AS town, o.name, o.telephone, o.address, o.hours, o.contact, o.version
FROM organisation o WHERE o.kind = 'office' AND o.ended_on IS NULL
UNION ALL
SELECT o.id, o.kind, t.value, o.name, o.telephone, o.address, o.hours, o.contact, o.version
FROM organisation o JOIN json_each(o.towns) t WHERE o.kind IN ('station', 'town_office') AND o.ended_on IS NULL;

-- Whom to call or visit, as `organisation_contact` says it, by every place that is today a town of the organisation. `town` is null for the
-- office; `town_name` is what the town is called today.
CREATE VIEW organisation_place AS
SELECT c.organisation, c.kind, NULL AS town, NULL AS town_name, c.name, c.telephone, c.address, c.hours, c.contact, c.version
FROM organisation_contact c WHERE c.town IS NULL
UNION ALL
SELECT DISTINCT c.organisation, c.kind, same.id, today.name, c.name, c.telephone, c.address, c.hours, c.contact, c.version
FROM organisation_contact c JOIN place own ON own.id = c.town JOIN place today ON today.id = own.today JOIN place same ON same.today = own.today;

-- Whether the office acts for the bureau too: unless somebody else hosts it.
CREATE VIEW office_for_bureau AS
SELECT NOT EXISTS (SELECT 1 FROM organisation o JOIN organisation h ON h.id = o.hosted_by
    WHERE o.kind = 'office' AND o.ended_on IS NULL AND h.kind <> 'bureau') AS holds;

-- Who calls: the role in which they work, whether their office acts for the bureau too, the organisation that they answer for, and all
-- places that are today their towns, with the names of these.
CREATE VIEW caller_seated AS
SELECT c.token_hash, c.account, c.name, c.role, c.cadre_no, c.must_change_password, c.expires_at, c.is_token, c.scopes,
    c.role = 'office' AND (SELECT holds FROM office_for_bureau) AS acts_for_bureau,
    (SELECT json_object('id', o.id, 'name', o.name) FROM organisation o
        WHERE o.ended_on IS NULL AND (o.id = c.organisation OR c.role = 'bureau' AND o.kind = 'bureau')) AS organisation,
    (SELECT json_group_array(one.id) FROM (SELECT t.value AS id FROM json_each(c.towns) t
        UNION SELECT same.id FROM json_each(c.towns) t JOIN place own ON own.id = t.value JOIN place same ON same.today = own.today) one) AS towns,
    (SELECT json_group_array(DISTINCT coalesce((SELECT p.name FROM place_today p WHERE p.id = t.value), t.value)) FROM json_each(c.towns) t) AS town_names
FROM (
    SELECT s.token_hash, a.account, a.name, coalesce(a.acts_as, a.role) AS role, a.towns, a.cadre_no, a.organisation, a.must_change_password,
        s.expires_at, 0 AS is_token, NULL AS scopes
    FROM session s JOIN account a ON a.account = s.account WHERE a.status = 'active'
    UNION ALL
    SELECT k.token_hash, 'token/' || k.id, k.name, coalesce(k.acts_as, k.role), k.towns, NULL, NULL, 0, k.expires_at, 1, k.scopes
    FROM access_token k WHERE k.revoked_at IS NULL) c;

-- Whom to call or visit, and to whom papers go: every organisation that stands, with a row for each place that is today one of its towns;
-- `town` is null for those that have none. Where several of a kind answer for one town, as after a merger, `is_named` is the one that papers
-- name: that whose own town the place is, and of several the one that has stood longest.
CREATE VIEW organisation_reached AS
SELECT r.organisation, r.kind, r.town, r.town_name, r.name, r.telephone, r.address, r.hours, r.contact, r.version,
    row_number() OVER (PARTITION BY r.kind, r.town ORDER BY r.is_own DESC, r.standing) = 1 AS is_named
FROM (
    SELECT o.id AS organisation, o.kind, NULL AS town, NULL AS town_name, o.name, o.telephone, o.address, o.hours, o.contact, o.version,
        1 AS is_own, o.rowid AS standing
    FROM organisation o WHERE o.towns = '[]' AND o.ended_on IS NULL
    UNION ALL
    SELECT o.id, o.kind, same.id, max(today.name), o.name, o.telephone, o.address, o.hours, o.contact, o.version,
        max(own.id = own.today), o.rowid
    FROM organisation o JOIN json_each(o.towns) t JOIN place own ON own.id = t.value JOIN place today ON today.id = own.today
    JOIN place same ON same.today = own.today
    WHERE o.ended_on IS NULL GROUP BY o.id, same.id) r;

-- In whose name papers go out and cases are answered. Where a row is missing, the settings `issuer` and `number_prefix` hold.
CREATE VIEW acting_organisation AS
SELECT kind, name, mark FROM organisation WHERE kind IN ('office', 'committee', 'bureau') AND ended_on IS NULL;

-- What the ladder asks of an organisation: whether it is the office itself or its committee, whether it hosts the office, which nobody's office
-- gives orders, and what it is part of.
CREATE VIEW organisation_standing AS
SELECT o.id AS organisation, o.name, o.kind IN ('office', 'committee') AS is_office,
    EXISTS (SELECT 1 FROM organisation h WHERE h.kind = 'office' AND h.ended_on IS NULL AND h.hosted_by = o.id) AS is_host,
    coalesce(o.part_of, o.id) AS answers_to
FROM organisation o WHERE o.ended_on IS NULL;

-- In whose name papers go out, with the number of the first one of a year where earlier ones went out before the program was used.
CREATE VIEW paper_issuer AS
SELECT kind AS issuer, name, mark, first_number, first_number_year FROM organisation WHERE kind IN ('office', 'committee') AND ended_on IS NULL;

-- Towns (镇街) and villages (村社区). What other tables keep as town or village is the id of a place, which never changes: it is the name by
-- which the place was first known. What a place is called today, and which place it is today after mergers, is said here alone, so that
-- nobody's rows are rewritten.
CREATE TABLE place (
    -- Of a town, what other tables keep as town; of a village, its town's id, a colon, and what they keep as village
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    -- The id of a village's town; empty for a town
    within TEXT NOT NULL DEFAULT '',
    -- As it is called today
    name TEXT NOT NULL,
    -- 统计用区划代码, twelve digits
    code TEXT,
    -- 0 where only a roster has named it, and nobody of the office has looked at it
    confirmed INTEGER NOT NULL DEFAULT 1,
    -- The place that it is today: itself, or the one that it was merged into
    today TEXT NOT NULL REFERENCES place (id),
    version INTEGER NOT NULL DEFAULT 1,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

CREATE INDEX place_by_today ON place (today, id);

-- Of the places that are there today no two have one name.
CREATE UNIQUE INDEX place_by_name ON place (kind, within, name) WHERE today = id;

-- A place is found by its first name from the statement on that writes it.
CREATE TRIGGER place_is_called AFTER INSERT ON place
BEGIN
    INSERT INTO place_name (kind, within, name, place) SELECT new.kind, new.within, new.name, new.id WHERE true
    ON CONFLICT DO UPDATE SET place = excluded.place WHERE new.confirmed;
END;

CREATE TRIGGER place_created AFTER INSERT ON place
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (new.changed_at, new.changed_by, 'place' || '/' || new.id, 'created', json_object('kind', new.kind, 'within', new.within, 'name', new.name, 'code', new.code, 'confirmed', new.confirmed, 'today', new.today));
END;

CREATE TRIGGER place_changed AFTER UPDATE ON place
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (new.changed_at, new.changed_by, 'place' || '/' || new.id, 'changed', json_object('kind', old.kind, 'within', old.within, 'name', old.name, 'code', old.code, 'confirmed', old.confirmed, 'today', old.today), json_object('kind', new.kind, 'within', new.within, 'name', new.name, 'code', new.code, 'confirmed', new.confirmed, 'today', new.today));
END;

CREATE TRIGGER place_is_never_deleted BEFORE DELETE ON place
BEGIN SELECT RAISE(ABORT, 'a record of place is taken back, never deleted'); END;

-- What other functions may read: which place each one is today, and what that is called.
CREATE VIEW place_today AS
SELECT p.id, p.kind, p.within, t.id AS today, t.name, t.confirmed FROM place p JOIN place t ON t.id = p.today;

-- The tier below is looked at once a year (001 §三.2). Of towns that were merged either's oversight counts for both; each keeps the key under
-- which it was stated.
CREATE VIEW oversight_term AS
SELECT 'oversight' AS rule, 'oversight/' || t.tier || '/' || t.town || '/' || substr(q.period, 1, 4) AS "key",
    substr(q.period, 1, 4) || '年度督查：' || t.name || iif(t.tier = 'town', '村社区干部', '镇街干部') AS subject,
    iif(t.tier = 'town', 'town', 'department') AS owed_by_kind, iif(t.tier = 'town', t.town, '区食药安办') AS owed_by, t.town,
    q.ends_on AS due_on,
    (SELECT min(o.held_on) FROM oversight o JOIN place_today p ON p.id = o.town
        WHERE o.tier = t.tier AND p.today = t.today AND substr(o.held_on, 1, 4) = substr(q.period, 1, 4)) AS met_on,
    json_object('tier', t.tier, 'year', CAST(substr(q.period, 1, 4) AS INTEGER)) AS evidence
FROM quarter q
CROSS JOIN (SELECT DISTINCT iif(c.tier = 'village', 'town', 'district') AS tier, c.town, p.today, p.name
    FROM cadre c JOIN place_today p ON p.id = c.town WHERE c.tier IN ('village', 'town')) t
WHERE q.period LIKE '%Q4';

-- To whom papers about a town go: its station and its food-safety office by their full names. Where none is registered, a station's account
-- says what it is called, or the town does.
CREATE VIEW town_addressee AS
SELECT p.id AS town,
    coalesce((SELECT o.name FROM organisation_reached o WHERE o.kind = 'station' AND o.town = p.id AND o.is_named),
        (SELECT s.name FROM station_place s WHERE s.town = p.id ORDER BY s.account LIMIT 1), p.name || '市场监管所') AS station,
    coalesce((SELECT o.name FROM organisation_reached o WHERE o.kind = 'town_office' AND o.town = p.id AND o.is_named),
        p.name || '食安办') AS town_office
FROM place_today p WHERE p.kind = 'town';

-- Which place each one was at a time: itself, and from the day on which a merger was applied the place that took it in. Of a day the row with
-- the most steps holds whose `since` is not behind it. Figures of a month that is over go by it: they do not follow a later merger.
CREATE VIEW place_over_time AS
WITH RECURSIVE step (id, place, since, steps) AS (
    SELECT p.id, p.id, '', 0 FROM place p
    UNION ALL
    SELECT e.id, s.new, max(e.since, substr(s.applied_at, 1, 10)), e.steps + 1
    FROM step e JOIN place_succession s ON s.old = e.place AND s.applied_at IS NOT NULL AND s.ended_at IS NULL WHERE e.steps < 9)
SELECT e.id, p.kind, e.place, p.name, e.since, e.steps FROM step e JOIN place p ON p.id = e.place;

-- To whom papers about a town go, by full names: to its food-safety office, its government, its station, and the organisation of which the station
-- is part. Where none is registered, the usual name of such a one stands.
CREATE VIEW town_organisation AS
SELECT a.town, a.station, a.town_office,
    coalesce((SELECT o.name FROM organisation_reached o WHERE o.kind = 'town_government' AND o.town = a.town AND o.is_named),
        p.name || iif(p.name LIKE '%街道', '办事处', '人民政府')) AS town_government,
    coalesce((SELECT s.part_of FROM organisation_reached o JOIN organisation s ON s.id = o.organisation
            WHERE o.kind = 'station' AND o.town = a.town AND o.is_named),
        (SELECT b.id FROM organisation b WHERE b.kind = 'bureau' AND b.ended_on IS NULL)) AS station_part_of
FROM town_addressee a JOIN place_today p ON p.id = a.town;

-- Every name that a place has or had, so that rosters, filters and links find it by each. A name leads to the place that took it last.
CREATE TABLE place_name (
    kind TEXT NOT NULL,
    within TEXT NOT NULL,
    name TEXT NOT NULL,
    place TEXT NOT NULL REFERENCES place (id),
    PRIMARY KEY (kind, within, name)
) STRICT, WITHOUT ROWID;

CREATE INDEX place_name_of ON place_name (place);

-- By which names places are found, also by former ones.
CREATE VIEW place_called AS
SELECT n.kind, n.within, n.name, n.place AS id, p.today FROM place_name n JOIN place p ON p.id = n.place;

-- A change of name from a day. It holds once it is applied: at once where its day has come, otherwise in the night of that day.
CREATE TABLE place_rename (
    id INTEGER PRIMARY KEY,
    place TEXT NOT NULL REFERENCES place (id),
    name TEXT NOT NULL,
    valid_from TEXT NOT NULL,
    applied_at TEXT,
    -- When it was taken back before its day
    ended_at TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

CREATE INDEX place_rename_of ON place_rename (place, valid_from);

CREATE TRIGGER place_rename_created AFTER INSERT ON place_rename
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (new.changed_at, new.changed_by, 'place_rename' || '/' || new.id, 'created', json_object('place', new.place, 'name', new.name, 'valid_from', new.valid_from, 'applied_at', new.applied_at, 'ended_at', new.ended_at));
END;

CREATE TRIGGER place_rename_changed AFTER UPDATE ON place_rename
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (new.changed_at, new.changed_by, 'place_rename' || '/' || new.id, 'changed', json_object('place', old.place, 'name', old.name, 'valid_from', old.valid_from, 'applied_at', old.applied_at, 'ended_at', old.ended_at), json_object('place', new.place, 'name', new.name, 'valid_from', new.valid_from, 'applied_at', new.applied_at, 'ended_at', new.ended_at));
END;

CREATE TRIGGER place_rename_is_never_deleted BEFORE DELETE ON place_rename
BEGIN SELECT RAISE(ABORT, 'a record of place_rename is taken back, never deleted'); END;

-- What is applied at once.
CREATE TRIGGER place_rename_at_once AFTER INSERT ON place_rename WHEN new.applied_at IS NOT NULL
BEGIN
    UPDATE place SET name = new.name, confirmed = 1, version = version + 1, changed_by = new.changed_by, changed_at = new.changed_at
    WHERE id = new.place;
    INSERT INTO place_name (kind, within, name, place) SELECT p.kind, p.within, new.name, p.id FROM place p WHERE p.id = new.place
    ON CONFLICT DO UPDATE SET place = excluded.place;
END;

-- What was entered ahead, in the night of its day.
CREATE TRIGGER place_rename_on_its_day AFTER UPDATE OF applied_at ON place_rename
WHEN old.applied_at IS NULL AND new.applied_at IS NOT NULL
BEGIN
    UPDATE place SET name = new.name, confirmed = 1, version = version + 1, changed_by = new.changed_by, changed_at = new.changed_at
    WHERE id = new.place;
    INSERT INTO place_name (kind, within, name, place) SELECT p.kind, p.within, new.name, p.id FROM place p WHERE p.id = new.place
    ON CONFLICT DO UPDATE SET place = excluded.place;
END;

-- A merger from a day: the old place is the new one from then on. It is applied as a change of name is; ending it undoes it.
CREATE TABLE place_succession (
    id INTEGER PRIMARY KEY,
    old TEXT NOT NULL REFERENCES place (id),
    new TEXT NOT NULL REFERENCES place (id),
    valid_from TEXT NOT NULL,
    applied_at TEXT,
    ended_at TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

-- A place is merged into one other at a time.
CREATE UNIQUE INDEX place_succession_of ON place_succession (old) WHERE ended_at IS NULL;

CREATE INDEX place_succession_into ON place_succession (new);

CREATE TRIGGER place_succession_created AFTER INSERT ON place_succession
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (new.changed_at, new.changed_by, 'place_succession' || '/' || new.id, 'created', json_object('old', new.old, 'new', new.new, 'valid_from', new.valid_from, 'applied_at', new.applied_at, 'ended_at', new.ended_at));
END;

CREATE TRIGGER place_succession_changed AFTER UPDATE ON place_succession
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (new.changed_at, new.changed_by, 'place_succession' || '/' || new.id, 'changed', json_object('old', old.old, 'new', old.new, 'valid_from', old.valid_from, 'applied_at', old.applied_at, 'ended_at', old.ended_at), json_object('old', new.old, 'new', new.new, 'valid_from', new.valid_from, 'applied_at', new.applied_at, 'ended_at', new.ended_at));
END;

CREATE TRIGGER place_succession_is_never_deleted BEFORE DELETE ON place_succession
BEGIN SELECT RAISE(ABORT, 'a record of place_succession is taken back, never deleted'); END;

-- What is applied at once: all that was the old place is the new one.
CREATE TRIGGER place_succession_at_once AFTER INSERT ON place_succession WHEN new.applied_at IS NOT NULL
BEGIN
    UPDATE place SET today = (SELECT p.today FROM place p WHERE p.id = new.new), confirmed = 1, version = version + 1,
        changed_by = new.changed_by, changed_at = new.changed_at
    WHERE today = new.old;
END;

-- What was entered ahead, in the night of its day.
CREATE TRIGGER place_succession_on_its_day AFTER UPDATE OF applied_at ON place_succession
WHEN old.applied_at IS NULL AND new.applied_at IS NOT NULL
BEGIN
    UPDATE place SET today = (SELECT p.today FROM place p WHERE p.id = new.new), confirmed = 1, version = version + 1,
        changed_by = new.changed_by, changed_at = new.changed_at
    WHERE today = new.old;
END;

-- The old place is itself again, and with it what had been merged into it before: each statement behind the first reaches one merger
-- further back, six in all. The name that it has leads to it again.
CREATE TRIGGER place_succession_undone AFTER UPDATE OF ended_at ON place_succession
WHEN old.ended_at IS NULL AND new.ended_at IS NOT NULL AND old.applied_at IS NOT NULL
BEGIN
    UPDATE place SET today = id, version = version + 1, changed_by = new.changed_by, changed_at = new.changed_at WHERE id = new.old;
    UPDATE place SET today = new.old, version = version + 1, changed_by = new.changed_by, changed_at = new.changed_at
    WHERE today <> new.old AND id IN (SELECT s.old FROM place_succession s JOIN place p ON p.id = s.new
        WHERE p.today = new.old AND s.applied_at IS NOT NULL AND s.ended_at IS NULL);
    UPDATE place SET today = new.old, version = version + 1, changed_by = new.changed_by, changed_at = new.changed_at
    WHERE today <> new.old AND id IN (SELECT s.old FROM place_succession s JOIN place p ON p.id = s.new
        WHERE p.today = new.old AND s.applied_at IS NOT NULL AND s.ended_at IS NULL);
    UPDATE place SET today = new.old, version = version + 1, changed_by = new.changed_by, changed_at = new.changed_at
    WHERE today <> new.old AND id IN (SELECT s.old FROM place_succession s JOIN place p ON p.id = s.new
        WHERE p.today = new.old AND s.applied_at IS NOT NULL AND s.ended_at IS NULL);
    UPDATE place SET today = new.old, version = version + 1, changed_by = new.changed_by, changed_at = new.changed_at
    WHERE today <> new.old AND id IN (SELECT s.old FROM place_succession s JOIN place p ON p.id = s.new
        WHERE p.today = new.old AND s.applied_at IS NOT NULL AND s.ended_at IS NULL);
    UPDATE place SET today = new.old, version = version + 1, changed_by = new.changed_by, changed_at = new.changed_at
    WHERE today <> new.old AND id IN (SELECT s.old FROM place_succession s JOIN place p ON p.id = s.new
        WHERE p.today = new.old AND s.applied_at IS NOT NULL AND s.ended_at IS NULL);
    UPDATE place SET today = new.old, version = version + 1, changed_by = new.changed_by, changed_at = new.changed_at
    WHERE today <> new.old AND id IN (SELECT s.old FROM place_succession s JOIN place p ON p.id = s.new
        WHERE p.today = new.old AND s.applied_at IS NOT NULL AND s.ended_at IS NULL);
    INSERT INTO place_name (kind, within, name, place) SELECT p.kind, p.within, p.name, p.id FROM place p WHERE p.id = new.old
    ON CONFLICT DO UPDATE SET place = excluded.place;
END;

-- The papers that a merger takes along: those that have gone out and are not closed.
CREATE VIEW running_paper AS
SELECT n.id, n.town FROM notice n WHERE n.issued_on IS NOT NULL AND n.status NOT IN ('closed', 'withdrawn');

-- The cases that a merger takes along. Of insiders' reports nothing is said to third persons.
CREATE VIEW running_case AS
SELECT c.id, c.town FROM complaint c WHERE c.closed_on IS NULL AND NOT c.insider;

-- As whom somebody works. The CHECK of `account.role` and of `access_token.role` knows the words of the releases before: a role that they
-- cannot take stands in `acts_as`, and `role` then says what a release before takes the account for, which is never more than it is.
CREATE TABLE staff_role (
    role TEXT PRIMARY KEY,
    -- `account.role` of such an account
    taken_for TEXT NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO staff_role (role, taken_for) VALUES
    ('bureau', 'cadre'),
    ('cadre', 'cadre'),
    ('chair', 'chair'),
    ('department', 'cadre'),
    ('office', 'office'),
    ('station', 'station'),
    ('town', 'town'),
    ('town_chair', 'cadre');

-- What waits on the home page of the office for its cases waits for the bureau too, whose cases they are.
CREATE VIEW task_case_of_bureau AS
SELECT 'bureau' AS role, t.town, t.account, t.cadre_no, t.except_account, t.what, t.title, t.path, t.waits_from, t.oldest_due, t."count"
FROM task_complaint t WHERE t.role = 'office'
UNION ALL
SELECT 'bureau', t.town, t.account, t.cadre_no, t.except_account, t.what, t.title, t.path, t.waits_from, t.oldest_due, t."count"
FROM task_insider_report t WHERE t.role = 'office';
