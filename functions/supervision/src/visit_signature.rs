//! The signature of the business's person, drawn on the screen at a visit. It is kept sealed to what the visit says, and shown to the official
//! who was there and to the office; nobody has to sign.

use chrono::NaiveDate;
use domain::words::{Role, VisitMode};
use maud::{Markup, html};
use registers::FormValues;
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;
use web::form::{Errors, Field};
use web::problem::FieldError;
use web::{Caller, Problem, seal};

/// The field with the name of who signed.
const SIGNER: &str = "signer";
/// The field with what was drawn.
const DRAWING: &str = "signature";

/// What is drawn on is so wide and so high.
const WIDTH: u16 = 600;
const HEIGHT: u16 = 200;

/// The most points that all lines have together: a long name drawn slowly has some hundred.
const MOST_POINTS: usize = 2000;

/// The most characters of the signer's name.
const LONGEST_NAME: usize = 50;

/// Lines, each as the places that it goes through: `[x, y, x, y, …]`.
type Lines = Vec<Vec<u16>>;

/// Who signed, and what they drew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    signer: String,
    lines: Lines,
}

/// What a visit says of itself that tells it from every other, and never changes: a signature opens under it alone.
#[derive(Serialize, Deserialize)]
pub struct SignedVisit {
    pub uscc: String,
    pub visited_on: NaiveDate,
    pub cadre_no: String,
    pub mode: VisitMode,
    pub result_text: String,
    pub problems_found: i64,
    pub note: String,
}

impl SignedVisit {
    fn place(&self) -> Result<Vec<u8>, Problem> {
        serde_json::to_vec(&("visit_signature", self)).map_err(Problem::internal)
    }
}

/// What was drawn; none where that is no drawing of ours.
fn read_lines(text: &str) -> Option<Lines> {
    // The longest drawing that is taken has less than this.
    let lines: Lines = (text.len() <= MOST_POINTS * 10)
        .then(|| serde_json::from_str(text).ok())
        .flatten()?;
    let fits = |line: &Vec<u16>| {
        let places = line.chunks_exact(2);
        !line.is_empty()
            && places.remainder().is_empty()
            && places
                .into_iter()
                .all(|place| place[0] <= WIDTH && place[1] <= HEIGHT)
    };
    let points: usize = lines.iter().map(|line| line.len() / 2).sum();
    (points > 0 && points <= MOST_POINTS && lines.iter().all(fits)).then_some(lines)
}

impl Signature {
    /// What the form says; none where nobody has signed.
    ///
    /// # Errors
    ///
    /// One for the name or the drawing where it cannot be taken.
    pub fn read(typed: &FormValues) -> Result<Option<Self>, Vec<FieldError>> {
        let value = |name: &str| typed.get(name).map_or("", |value| value.trim());
        let (signer, drawing) = (value(SIGNER), value(DRAWING));
        if signer.is_empty() && matches!(drawing, "" | "[]") {
            return Ok(None);
        }
        let wrong = |field, given, reason: &str| Err(vec![FieldError::new(field, given, reason)]);
        if matches!(drawing, "" | "[]") {
            return wrong(
                DRAWING,
                "",
                "写了签字人，还没有签字：请在框里签，不签就把姓名删掉",
            );
        }
        if signer.chars().count() > LONGEST_NAME {
            return wrong(
                SIGNER,
                signer,
                &format!("签字人姓名最多 {LONGEST_NAME} 个字"),
            );
        }
        match read_lines(drawing) {
            Some(lines) => Ok(Some(Self {
                signer: signer.to_owned(),
                lines,
            })),
            // What was drawn is told to nobody, also not to whoever sent it.
            None => wrong(DRAWING, "", "这个签字读不出来，请重写"),
        }
    }

    /// As the store keeps it.
    pub async fn sealed(&self, visit: &SignedVisit) -> Result<Vec<u8>, Problem> {
        let plain = serde_json::to_vec(self).map_err(Problem::internal)?;
        seal::seal_at(&seal::key("visit_key").await?, &visit.place()?, &plain)
    }

    /// What was sealed under that visit; none where it is another's, or the visit has been altered in the store.
    pub async fn open(sealed: &[u8], visit: &SignedVisit) -> Result<Option<Self>, Problem> {
        let key = seal::key("visit_key").await?;
        let plain = seal::open_at(&key, &visit.place()?, sealed);
        Ok(plain.and_then(|plain| serde_json::from_slice(&plain).ok()))
    }

    /// The lines as a path of SVG. A line of one place is a dot.
    fn path(&self) -> String {
        let mut path = String::new();
        for line in &self.lines {
            for (at, place) in line.chunks_exact(2).enumerate() {
                let step = if at == 0 { 'M' } else { 'L' };
                let _ = write!(path, "{step}{} {}", place[0], place[1]);
            }
            if line.len() == 2 {
                path.push_str("h0");
            }
        }
        path
    }

    pub fn render(&self) -> Markup {
        html! {
            @if !self.signer.is_empty() { div { (self.signer) } }
            svg.signed viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } role="img" aria-label="签字" { path d=(self.path()); }
        }
    }
}

/// Whether the caller sees what was signed at a visit of that official: whoever was there does, and the office.
pub fn may_see(caller: &Caller, cadre_no: &str) -> bool {
    caller.role == Role::Office || caller.cadre_no.as_deref() == Some(cadre_no)
}

/// What may be signed on, where a script lets one draw. A drawing that was sent stands there again.
pub fn pad(typed: &FormValues, errors: &Errors) -> Markup {
    let value = |name: &str| typed.get(name).map_or("", String::as_str);
    let drawn = match read_lines(value(DRAWING)) {
        Some(_) => value(DRAWING),
        None => "",
    };
    let error = errors.of(DRAWING);
    let is_open = error.is_some()
        || errors.of(SIGNER).is_some()
        || !drawn.is_empty()
        || !value(SIGNER).is_empty();
    html! {
        details.sign hidden data-signature open[is_open] {
            summary { "请企业的人签字（可以不签）" }
            div.field.wrong[error.is_some()] id=(DRAWING) {
                @if let Some(error) = error { p.error { strong { "错误：" } (error) } }
                canvas width=(WIDTH) height=(HEIGHT) role="img" aria-label="在这个框里签字" data-points=(MOST_POINTS) {}
                input type="hidden" name=(DRAWING) value=(drawn);
                button.second type="button" { "重写" }
            }
            (Field::text(SIGNER, "签字人姓名（可以不填）", value(SIGNER)).hint("签字和姓名加密保存，只有您和区食药安办看得到").render(errors))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(signer: &str, drawing: &str) -> FormValues {
        [(SIGNER, signer), (DRAWING, drawing)]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into()
    }

    #[test]
    fn a_drawing_is_lines_within_its_frame_and_a_form_without_one_is_not_signed() {
        assert_eq!(Signature::read(&form("", "")).unwrap(), None);
        assert_eq!(Signature::read(&form(" ", "[]")).unwrap(), None);
        let signed = Signature::read(&form("王师傅", "[[0,0,600,200],[10,20]]"));
        let signed = signed.unwrap().unwrap();
        assert_eq!(signed.path(), "M0 0L600 200M10 20h0");
        assert!(signed.render().into_string().contains("王师傅"));
    }

    #[test]
    fn what_is_no_drawing_is_refused_at_its_field() {
        let long = serde_json::to_string(&[vec![1; 2 * MOST_POINTS + 2]]).unwrap();
        for drawing in [
            "[[601,0]]",
            "[[0,201]]",
            "[[1]]",
            "[[]]",
            "[[-1,0]]",
            "[[0.5,1]]",
            "{}",
            "data:image/png;base64,AAAA",
            &long,
        ] {
            let errors = Signature::read(&form("", drawing)).unwrap_err();
            assert_eq!(errors[0].field, DRAWING, "{drawing}");
        }
        assert_eq!(
            Signature::read(&form("王师傅", "")).unwrap_err()[0].field,
            DRAWING
        );
        let name = "王".repeat(LONGEST_NAME + 1);
        assert_eq!(
            Signature::read(&form(&name, "[[1,1]]")).unwrap_err()[0].field,
            SIGNER
        );
    }
}
