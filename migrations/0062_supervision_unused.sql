-- No statement asks for the problems that are open by the day on which they are to be mended: the view of their deadlines, the list and
-- the page of a visit begin with the problem's business, its visit or its number.
DROP INDEX IF EXISTS visit_problem_open;
