//! The pages on which somebody complains or reports and follows the case, without JavaScript.

use super::{contains, with_business};
use tests::{Client, Office, Reply, photo_with_gps};

/// A browser without JavaScript: cookies, and nothing else.
struct Browser {
    client: Client,
    cookies: Vec<(String, String)>,
}

impl Browser {
    fn new(office: &Office) -> Self {
        Self {
            client: office.server.public().with("accept", "text/html"),
            cookies: Vec::new(),
        }
    }

    fn client(&self) -> Client {
        let all: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        self.client.with("cookie", &all.join("; "))
    }

    /// Keeps the cookies of the reply.
    fn keep(&mut self, reply: Reply) -> Reply {
        for (_, cookie) in reply
            .headers
            .iter()
            .filter(|(name, _)| name == "set-cookie")
        {
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.retain(|(known, _)| known != name);
            self.cookies.push((name.to_owned(), value.to_owned()));
        }
        reply
    }

    fn form(&mut self, path: &str, fields: &str) -> Reply {
        let reply = self.client().form(path, fields);
        self.keep(reply)
    }

    /// Sends a page of the form, and says where it leads.
    fn answer(&mut self, question: &str, fields: &str) -> String {
        next_page(&self.form(&format!("/complaints/new/{question}"), fields))
    }

    /// Sends files on the page of the photographs.
    fn send_photos(&mut self, fields: &[(&str, &str)], files: &[(&str, &[u8])]) -> Reply {
        let path = "/complaints/new/photos/add";
        let reply = self.client().multipart(path, fields, files);
        self.keep(reply)
    }

    fn get(&mut self, path: &str) -> Reply {
        let reply = self.client().get(path);
        self.keep(reply)
    }

    fn page(&mut self, path: &str) -> String {
        self.get(path).text()
    }
}

/// Where a reply leads.
fn next_page(reply: &Reply) -> String {
    reply.header("location").unwrap_or("").to_owned()
}

/// What stands on the page between this text and the next quotation mark.
fn quoted_after(page: &str, text: &str) -> String {
    let rest = page.split(text).nth(1).unwrap();
    rest.split('"').next().unwrap().to_owned()
}

/// «坏了坏了坏», as a form sends it.
const TEXT: &str = "%E5%9D%8F%E4%BA%86%E5%9D%8F%E4%BA%86%E5%9D%8F";

#[test]
fn the_pages_file_both_halves_of_a_letter_once_and_keep_what_was_typed() {
    let (office, uscc) = with_business("2026-11-22T10:00:00+08:00");
    let mut browser = Browser::new(&office);
    say_what_happened(&mut browser);
    choose_the_business(&mut browser, &uscc);
    let day = browser.answer("when", "quick=yesterday&happened_on=");
    assert_eq!(day, "/complaints/new/photos");
    add_a_photograph(&mut browser);
    say_who_complains(&mut browser);
    // Going back keeps everything, and another browser has none of it.
    assert!(browser.page("/complaints/new/what").contains("坏了坏了坏"));
    let check = browser.page("/complaints/new/check");
    assert!(check.contains("2026年11月21日"));
    let mut stranger = Browser::new(&office);
    let stray = stranger.get("/complaints/new/check");
    assert_eq!(next_page(&stray), "/complaints");
    // Sent twice, filed once.
    for _ in 0..2 {
        assert_eq!(browser.answer("check", "proof="), "/complaints/filed");
    }
    let page = browser.page("/complaints/filed");
    assert!(
        page.contains("TS261122-") && page.contains("JB261122-"),
        "{page}"
    );
    let listed = office.office.get("/api/v1/complaints").expect(200);
    assert_eq!(listed["total"], 2);
    let (code, passphrase) = save_the_receipt(&mut browser);
    follow_the_case(&mut browser, &code, &passphrase);
}

/// An error keeps what was typed and names the field.
fn say_what_happened(browser: &mut Browser) {
    let wrong = browser.form("/complaints/new/what", &format!("text={TEXT}"));
    assert_eq!(wrong.status, 422);
    assert!(wrong.text().contains("坏了坏了坏") && wrong.text().contains("<title>错误："));
    let next = browser.answer("what", &format!("category=spoiled&text={TEXT}"));
    assert_eq!(next, "/complaints/new/where");
}

fn choose_the_business(browser: &mut Browser, uscc: &str) {
    let search = "q=%E9%A3%9F%E5%93%81&do=search&place=&town=";
    assert_eq!(browser.answer("where", search), "/complaints/new/where");
    let page = browser.page("/complaints/new/where");
    assert!(page.contains("type=\"radio\" name=\"uscc\""));
    // Letters that are patterns elsewhere are letters.
    for nothing in ["%25", "_", "%EF%BC%88"] {
        let fields = format!("q={nothing}&do=search&place=&town=");
        browser.answer("where", &fields);
        let page = browser.page("/complaints/new/where");
        assert!(page.contains("没有找到"), "{nothing}");
    }
    let next = browser.answer("where", &format!("uscc={uscc}&place=&town=&q=x"));
    assert_eq!(next, "/complaints/new/when");
}

fn add_a_photograph(browser: &mut Browser) {
    let photo = photo_with_gps();
    let added = browser.send_photos(&[("do", "more")], &[("a.jpg", &photo)]);
    assert_eq!(next_page(&added), "/complaints/new/photos");
    let page = browser.page("/complaints/new/photos");
    let small = quoted_after(&page, "src=\"/complaints/new/photos/");
    let picture = browser.get(&format!("/complaints/new/photos/{small}"));
    assert_eq!(picture.status, 200);
    let refused = browser.send_photos(&[], &[("a.exe", b"MZ")]);
    assert_eq!(refused.status, 422);
    let none = browser.send_photos(&[], &[]);
    assert_eq!(next_page(&none), "/complaints/new/wants");
}

/// Anonymous is offered as a report, and not taken for a complaint.
fn say_who_complains(browser: &mut Browser) {
    let next = browser.answer("wants", "kind=both&wants=%E9%80%80%E9%92%B1");
    assert_eq!(next, "/complaints/new/who");
    assert!(browser.page("/complaints/new/who").contains("改为匿名举报"));
    let nobody = browser.form("/complaints/new/who", "name=&phone=&address=");
    assert_eq!(nobody.status, 422);
    let next = browser.answer(
        "who",
        "name=%E6%9D%8E%E5%9B%9B&phone=13800000000&address=%E8%B7%AF",
    );
    assert_eq!(next, "/complaints/new/check");
}

/// The receipt as a file, a second chance to save it, and then this browser forgets it.
fn save_the_receipt(browser: &mut Browser) -> (String, String) {
    let receipt = browser.get("/complaints/filed/receipt.txt");
    let disposition = receipt.header("content-disposition").unwrap();
    assert!(disposition.starts_with("attachment"));
    let text = receipt.text();
    let line = |name: &str| {
        let line = text.lines().find(|line| line.starts_with(name)).unwrap();
        line.trim_start_matches(name).trim().to_owned()
    };
    let (code, passphrase) = (line("编号："), line("查询码："));
    assert!(browser.page("/complaints/filed/done").contains(&passphrase));
    browser.form("/complaints/filed/done", "");
    assert_eq!(next_page(&browser.get("/complaints/filed")), "/complaints");
    (code, passphrase)
}

/// Followed by number and passphrase, which stand in no address.
fn follow_the_case(browser: &mut Browser, code: &str, passphrase: &str) {
    let fields = format!("code={code}&passphrase={}", passphrase.replace(' ', "+"));
    let opened = browser.form("/complaints/follow", &fields);
    assert_eq!(next_page(&opened), "/complaints/follow/case");
    let page = browser.page("/complaints/follow/case");
    assert!(page.contains("坏了坏了坏") && page.contains("受理或者不予受理"));
    let photo = quoted_after(&page, "href=\"/complaints/follow/files/");
    let shown = browser.get(&format!("/complaints/follow/files/{photo}"));
    assert_eq!(shown.status, 200);
    assert!(!contains(&shown.body, b"Exif"));
    browser.form("/complaints/follow/case/leave", "");
    let closed = browser.get("/complaints/follow/case");
    assert_eq!(next_page(&closed), "/complaints/follow");
}
