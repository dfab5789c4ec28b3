-- Previews of imports have stood in `import` since all registers share them, in the release before too. What is left here is older than
-- the day for which a preview was kept.
DROP TABLE IF EXISTS enterprise_import;

DROP TABLE IF EXISTS license_outreach_import;

DROP TABLE IF EXISTS red_black_list_import;

DROP TABLE IF EXISTS supervision_import;
