-- What a district may add to the visits that must be on site: the others of 49号令 第22条, and the canteens of homes for the elderly. A licence
-- tells which businesses these are.
INSERT INTO policy_rule (name, title, kind, source, at_least, at_most) VALUES
    ('visit_on_site_central_kitchen', '中央厨房须现场督导，按登记的食品经营许可认定（1 是，0 否）', 'whole_number', '总局令49号 第22条，由本区确定', 0, 1),
    ('visit_on_site_elderly_canteen', '养老机构食堂须现场督导，按登记的食品经营许可认定（1 是，0 否）', 'whole_number', '001 §三.2，由本区确定', 0, 1),
    ('visit_on_site_group_meals', '集体用餐配送单位须现场督导，按登记的食品经营许可认定（1 是，0 否）', 'whole_number', '总局令49号 第22条，由本区确定', 0, 1),
    ('visit_on_site_special_food_maker', '保健食品、特殊医学用途配方食品、婴幼儿配方食品生产企业须现场督导，按登记的食品生产许可认定（1 是，0 否）', 'whole_number', '总局令49号 第22条，由本区确定', 0, 1)
ON CONFLICT (name) DO NOTHING;

INSERT INTO policy (name, valid_from, value, changed_by, changed_at) VALUES
    ('visit_on_site_central_kitchen', '2020-01-01', '0', 'migration', '2026-11-28T00:00:00+08:00'),
    ('visit_on_site_elderly_canteen', '2020-01-01', '0', 'migration', '2026-11-28T00:00:00+08:00'),
    ('visit_on_site_group_meals', '2020-01-01', '0', 'migration', '2026-11-28T00:00:00+08:00'),
    ('visit_on_site_special_food_maker', '2020-01-01', '0', 'migration', '2026-11-28T00:00:00+08:00')
ON CONFLICT (name, valid_from) DO NOTHING;
