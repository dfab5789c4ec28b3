-- Official entries to a business (入企), which 国办发〔2024〕54号 asks to count: each visit of an official, and each inspection that was lawfully made.
CREATE VIEW IF NOT EXISTS enterprise_entry AS
SELECT v.uscc, v.visited_on AS entered_on, 'visit' AS kind, v.mode = 'on_site' AS is_on_site FROM visit v
UNION ALL
SELECT i.uscc, i.inspected_on, 'inspection', 1 FROM fact_inspection i;
