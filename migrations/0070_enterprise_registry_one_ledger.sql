-- Nobody writes `enterprise` any more: the release before wrote its successor already, and what it wrote was carried back for the views.
-- From here on the views read the successor, under the old name, and a row is written once.
CREATE INDEX IF NOT EXISTS enterprise_site_prospect ON enterprise_site (town, id)
WHERE needs_license IS NOT 0 AND business_scope IS NOT NULL AND status = 'operating';

CREATE INDEX IF NOT EXISTS enterprise_site_in_scope ON enterprise_site (founded_on) WHERE needs_license = 1;

-- What an instance of the release before writes from here on is in the successor, and seen by the views as soon as the next file is done.
DROP TRIGGER IF EXISTS enterprise_site_carried_back;

DROP TRIGGER IF EXISTS enterprise_site_change_carried_back;

-- With it go its indexes and the triggers that carried over from it. The next file makes the view of the same name: it is a file of its
-- own because this statement does not tolerate the view.
DROP TABLE IF EXISTS enterprise;
