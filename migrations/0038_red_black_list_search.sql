-- The entry's name as people would compare it, and its initials, with a space between them; and which version of the folding
-- (`domain::search`) made them. Null until they are made.
ALTER TABLE list_entry ADD COLUMN search_words TEXT;

ALTER TABLE list_entry ADD COLUMN search_rules INTEGER;

CREATE INDEX IF NOT EXISTS list_entry_search_rules ON list_entry (search_rules);

-- Everything that a search looks at: the long content is read of one page's entries alone.
CREATE INDEX IF NOT EXISTS list_entry_found ON list_entry (list, published_on, seq, gone_seq, town, sector, uscc, search_words, name);

DROP INDEX IF EXISTS list_entry_searched;
