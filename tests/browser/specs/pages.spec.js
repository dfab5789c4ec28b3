// Every page, loaded once and seen at both widths: no axe violation, nothing wider than the window. The pictures are for people to look at.
const { test, base, signedIn, isAccessible, picture } = require("./people");
const WIDTHS = require("../widths");

const PUBLIC = { home: "/", "look-up": "/look-up?q=%E9%A3%9F%E5%93%81", "look-up-one": "/look-up/91330503MYYG3CWJ94", "complain-about": "/complaints/new/what?insider=0&enterprise_no=91330503MYYG3CWJ94", contacts: "/contacts", "sign-in": "/sign-in", api: "/api", check: "/license-outreach/check", complaints: "/complaints", insiders: "/complaints/insiders", "complaint-what": "/complaints/new/what", "complaint-follow": "/complaints/follow", "complaint-figures": "/complaints/figures", sampling: "/sampling",
  lists: "/lists", "red-list": "/lists/red", "black-list": "/lists/black", "list-none": "/lists/black?q=%E6%B2%A1%E6%9C%89%E8%BF%99%E5%AE%B6", entry: process.env.SHIAN_ENTRY, sheet: `${process.env.SHIAN_ENTRY}/sheet`, results: "/facts/results", "results-none": "/facts/results?q=%E6%B2%A1%E6%9C%89", "duties-public": "/lists/duties", "list-log": "/lists/log" };
const STAFF = {
  "staff-home": "/",
  enterprises: "/enterprises",
  "enterprises-sorted": "/enterprises?sort=-level&page=30",
  "enterprises-none": "/enterprises?q=%E6%B2%A1%E6%9C%89%E8%BF%99%E5%AE%B6",
  enterprise: "/enterprises/91330503MYYG3CWJ94",
  "enterprise-edit": "/enterprises/91330503MYYG3CWJ94/edit",
  "door-code": "/enterprises/91330503MYYG3CWJ94/door-code",
  "door-code-long": "/enterprises/91330503MA2D2BJJ02/door-code",
  "door-codes": "/enterprises/door-codes?q=%E8%B6%85%E7%BA%A7",
  "look-up-staff": "/look-up/91330503MYYG3CWJ94",
  "enterprises-import": "/enterprises/import",
  feed: "/enterprises/feed",
  candidates: "/license-outreach",
  "candidates-none": "/license-outreach?q=%E6%B2%A1%E6%9C%89%E8%BF%99%E5%AE%B6",
  "candidates-unclear": "/license-outreach/unclear",
  "candidates-decide": "/license-outreach/unclear/91330503MA2D2BJJ02",
  "candidates-expired": "/license-outreach/expired",
  cases: "/license-outreach/cases",
  case: process.env.SHIAN_CASE,
  renewals: "/license-outreach/renewals",
  licenses: "/license-outreach/licenses",
  "licenses-import": "/license-outreach/licenses/import",
  applications: "/license-outreach/applications",
  trainings: "/license-outreach/trainings",
  "training-new": "/license-outreach/trainings/new",
  canteens: "/license-outreach/canteens",
  "canteen-new": "/license-outreach/canteens/new",
  canteen: process.env.SHIAN_CANTEEN,
  matters: "/license-outreach/matters",
  "matter-new": "/license-outreach/matters/new",
  matter: process.env.SHIAN_MATTER,
  figures: "/license-outreach/figures?from=2021-01-01",
  supervision: "/supervision?period=2026Q3",
  obligations: "/supervision/obligations?period=2026Q3&status=overdue",
  cadres: "/supervision/cadres",
  assignments: "/supervision/assignments",
  visits: "/supervision/visits",
  visit: "/supervision/visits/1",
  points: "/supervision/points",
  "point-new": "/supervision/points/new",
  "late-entries": "/supervision/late-entries",
  assignment: process.env.SHIAN_HELD.replace("/mine/", "/assignments/"),
  cadre: "/supervision/cadres/C00043",
  "post-new": "/supervision/cadres/C00043/posts",
  "lift-requests": "/supervision/lift-requests",
  balance: "/supervision/balance?town=%E4%BA%91%E6%B8%AF%E8%A1%97%E9%81%93",
  duties: "/supervision/duties",
  oversight: "/supervision/oversight",
  "oversight-new": "/supervision/oversight/new",
  problems: "/problems",
  "problems-none": "/problems?q=%E6%B2%A1%E6%9C%89",
  "problem-new": "/problems/new",
  "problem-found": process.env.SHIAN_PROBLEM,
  "problem-rectified": process.env.SHIAN_PROBLEM_RECTIFIED,
  sweep: "/sweep",
  breaches: "/sweep/breaches?standing=open",
  notices: "/notices",
  "notices-none": "/notices?town=%E6%B2%A1%E6%9C%89",
  letter: process.env.SHIAN_LETTER,
  "letter-print": `${process.env.SHIAN_LETTER}/print`,
  draft: process.env.SHIAN_DRAFT,
  preview: "/sweep/preview?as_of=2026-12-04",
  runs: "/sweep/runs",
  ladder: "/sweep/policy",
  "ladder-edit": "/sweep/policy/visit",
  routes: "/sweep/routes",
  "route-edit": "/sweep/routes/town/2",
  templates: "/sweep/templates",
  "template-edit": "/sweep/templates/reminder_letter",
  deliveries: "/sweep/deliveries",
  "complaint-cases": "/complaints/cases",
  "complaint-cases-none": "/complaints/cases?q=%E6%B2%A1%E6%9C%89",
  complaint: process.env.SHIAN_COMPLAINT,
  "complaint-report": process.env.SHIAN_REPORT,
  "complaint-insiders": "/complaints/insider-cases",
  "complaint-insider": process.env.SHIAN_INSIDER,
  "complaint-handlers": "/complaints/handlers",
  "complaint-templates": "/complaints/templates",
  "sampling-desk": "/sampling/desk",
  samples: "/facts/samples",
  penalties: "/facts/penalties",
  "samples-import": "/facts/samples/import",
  inspections: "/facts/inspections",
  honours: "/facts/honours",
  accidents: "/facts/accidents",
  officers: "/facts/officers",
  fact: "/facts/fact?kind=sample&number=CY0001",
  "fact-edit": "/facts/samples/CY0001/edit",
  "penalty-new": "/facts/penalties/new",
  "list-cases": "/lists/cases",
  "list-cases-none": "/lists/cases?q=%E6%B2%A1%E6%9C%89",
  "list-case": process.env.SHIAN_LIST_CASE,
  "list-case-running": process.env.SHIAN_RUNNING,
  "list-notice": `${process.env.SHIAN_RUNNING}/notice`,
  "list-notice-print": `${process.env.SHIAN_RUNNING}/notice/print`,
  suggestions: "/lists/cases/suggestions?list=red",
  "suggestions-help": "/lists/cases/suggestions?list=key_help",
  "suggestions-none": "/lists/cases/suggestions?list=black&q=%E6%B2%A1%E6%9C%89",
  criteria: "/lists/cases/criteria",
  "key-help": "/lists/cases/key-help",
  "key-help-one": process.env.SHIAN_HELP,
  "duties-desk": "/lists/cases/duties",
  messages: "/messages",
  staff: "/staff",
  "staff-edit": "/staff/office",
  tokens: "/tokens",
  policy: "/policy",
  places: "/places",
  "places-new": "/places/new",
  "places-import": "/places/import",
  place: "/places/%E4%BA%91%E6%B8%AF%E8%A1%97%E9%81%93",
  "place-merge": "/places/%E4%BA%91%E6%B8%AF%E8%A1%97%E9%81%93/merge?into=%E7%9F%B3%E6%B9%96%E9%95%87",
  organisations: "/organisations",
  unplaced: "/enterprises/unplaced",
  permits: "/enterprises/permits",
  "permit-new": "/enterprises/permits/new",
  suspensions: "/enterprises/suspensions",
  "suspension-new": "/enterprises/suspensions/new",
  "enterprise-names": "/enterprises/names",
  "enterprise-merge": "/enterprises/91330503MYYG3CWJ94/merge",
  "enterprise-merge-wrong": "/enterprises/91330503MYYG3CWJ94/merge?into=91330503MYYG3CWJ94",
  holidays: "/holidays",
  audit: "/audit",
  "audit-one": "/audit?record=enterprise/91330503MYYG3CWJ94",
  password: "/account/password",
};

const OFFICIAL = { "own-home": "/", "own-look-up": "/look-up/91330503MYYG3CWJ94", "own-problems": "/problems", "own-problem-new": "/problems/new", "own-lists": "/supervision/lists", commitment: "/supervision/commitment", report: "/supervision/report", "own-messages": "/messages", "own-papers": "/notices" };

const NOBODY = null;

// A window of each worker's own for each of them: a new one costs more than a page does, and a page changes nothing.
const windows = test.extend({
  shownTo: [
    async ({ browser }, use) => {
      const open = new Map();
      await use(async (cookie) => {
        if (!open.has(cookie)) {
          const context = await browser.newContext();
          if (cookie !== NOBODY) await signedIn(context, cookie);
          open.set(cookie, await context.newPage());
        }
        return open.get(cookie);
      });
      for (const page of open.values()) await page.context().close();
    },
    { scope: "worker" },
  ],
});

function pages(shown, cookie) {
  if (cookie === undefined) throw new Error("the store was not prepared");
  for (const [name, address] of Object.entries(shown)) {
    windows(name, async ({ shownTo }) => {
      const page = await shownTo(cookie);
      await page.goto(base() + address);
      for (const [width, viewport] of Object.entries(WIDTHS)) {
        await page.setViewportSize(viewport);
        await isAccessible(page);
        await picture(page, `${width}-${name}`);
      }
    });
  }
}

pages(PUBLIC, NOBODY);
pages(STAFF, process.env.SHIAN_COOKIE);
pages(OFFICIAL, process.env.SHIAN_CADRE_COOKIE);
