-- How each kind of paper is worded, from a day on: what stands before the list of matters, what is asked for after it, and the paragraph that says what
-- comes next, which is left out where nothing does. Names in braces are filled in by the program (`supervision-sweep/src/paper_template.rs`), which
-- takes no other. A paper that was issued keeps the wording of its day.
CREATE TABLE IF NOT EXISTS paper_template (
    kind TEXT NOT NULL REFERENCES notice_kind (kind),
    valid_from TEXT NOT NULL,
    opening TEXT NOT NULL,
    demand TEXT NOT NULL,
    warning TEXT,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    PRIMARY KEY (kind, valid_from)
) STRICT, WITHOUT ROWID;

INSERT INTO paper_template (kind, valid_from, opening, demand, warning, changed_by, changed_at) VALUES
    ('reminder_letter', '2020-01-01', '依据{依据}，经核对，截至{日期}，{对方}有{所列}{项数}项工作逾期未完成：', '请{期限}办结：{要求}。办理情况请回执告知。',
        '期满仍未完成的，将发出{下一文书}。已经完成的，请在系统中补记，系统核对后予以销号。', 'migration', '2026-11-27T00:00:00+08:00'),
    ('rectification_order', '2020-01-01', '依据{依据}，{所列}{项数}项工作经提醒敦促，截至{日期}仍未完成：', '现责令{对方}{期限}整改到位：{要求}。整改情况请书面答复。',
        '期满仍未完成的，将发出{下一文书}。已经完成的，请在系统中补记，系统核对后予以销号。', 'migration', '2026-11-27T00:00:00+08:00'),
    ('interview_summons', '2020-01-01', '依据{依据}，{所列}{项数}项工作连续逾期，或者经责令整改期满，截至{日期}仍未完成：',
        '决定就上述事项进行责任约谈。请{期限}到本机关接受约谈，说明原因，并办结：{要求}。',
        '期满仍未完成的，将发出{下一文书}。已经完成的，请在系统中补记，系统核对后予以销号。', 'migration', '2026-11-27T00:00:00+08:00'),
    ('supervision_listing', '2020-01-01', '依据{依据}，{所列}{项数}项工作经责任约谈，截至{日期}仍未完成：',
        '决定对上述事项挂牌督办，由{负责人}负责督办。请{期限}办结：{要求}。结果请书面报告，办结后摘牌销号。',
        '期满仍未完成的，将发出{下一文书}。已经完成的，请在系统中补记，系统核对后予以销号。', 'migration', '2026-11-27T00:00:00+08:00'),
    ('circular', '2020-01-01', '依据{依据}，{所列}{项数}项工作挂牌督办期满，截至{日期}仍未完成，现予通报：', '请{期限}办结：{要求}。各单位应当引以为戒。',
        NULL, 'migration', '2026-11-27T00:00:00+08:00'),
    ('report_upwards', '2020-01-01', '截至{日期}，由区级包保干部和食药安办承担的工作中有{所列}{项数}项逾期未完成，现予报告：', '专此报告。',
        NULL, 'migration', '2026-11-27T00:00:00+08:00')
ON CONFLICT (kind, valid_from) DO NOTHING;

CREATE TRIGGER IF NOT EXISTS paper_template_created AFTER INSERT ON paper_template WHEN new.changed_by <> 'migration'
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (new.changed_at, new.changed_by, 'paper-template/' || new.kind, 'created',
        json_object('valid_from', new.valid_from, 'opening', new.opening, 'demand', new.demand, 'warning', new.warning));
END;

CREATE TRIGGER IF NOT EXISTS paper_template_changed AFTER UPDATE ON paper_template
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (new.changed_at, new.changed_by, 'paper-template/' || new.kind, 'changed',
        json_object('valid_from', old.valid_from, 'opening', old.opening, 'demand', old.demand, 'warning', old.warning),
        json_object('valid_from', new.valid_from, 'opening', new.opening, 'demand', new.demand, 'warning', new.warning));
END;

CREATE TRIGGER IF NOT EXISTS paper_template_is_never_deleted BEFORE DELETE ON paper_template
BEGIN SELECT RAISE(ABORT, 'a template is followed by another, never deleted'); END;
