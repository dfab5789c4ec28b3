//! What the API promises, against the real runtime.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on says so"
)]

mod access;
mod accounts;
mod assignments;
mod attachments;
mod bad_input;
mod cases;
mod clock_ahead;
mod closed_quarters;
mod complaints;
mod contacts;
mod deadline_views;
mod description;
mod door_codes;
mod drafts;
mod edits;
mod enterprise_page;
mod enterprise_particulars;
mod enterprise_public;
mod enterprise_sites;
mod facts;
mod feed;
mod home;
mod idempotency;
mod insiders;
mod kept_forms;
mod ledger;
mod lists;
mod messages;
mod navigation;
mod on_site;
mod open311;
mod organisations;
mod outreach;
mod outreach_cases;
mod outreach_deadlines;
mod pages;
mod paper_routes;
mod papers;
mod places;
mod policy;
mod posts;
mod problem_feeds;
mod problems;
mod provisional;
mod registers;
mod release_before;
mod roles;
mod rosters;
mod search;
mod secrecy;
mod sign_in;
mod signatures;
mod suggestions;
mod supervision;
mod sweep;
mod tokens;
mod two_releases;
mod under_spin;
mod untidy;
mod verify_log;
mod visits;
mod yearly_duties;
