//! What a number format makes of a number, as far as it changes what the number says.

/// How a cell shows its number.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// The number says it all.
    Plain,
    /// Year and month: the first of the month, which Excel adds, was never written.
    YearMonth,
    /// Digits with leading zeros, and what stands before and between them: `00000000`, `"SC"00000000000000`.
    Padded(Vec<Piece>),
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Piece {
    Digit,
    Literal(char),
}

impl Shape {
    /// The shape of a built-in format (as Chinese Excel has them), or of a format's code.
    pub fn of(id: Option<u32>, code: &str) -> Self {
        match id {
            Some(17 | 27 | 36 | 50 | 52 | 57) => return Self::YearMonth,
            Some(id) if id < 164 => return Self::Plain,
            _ => {}
        }
        if is_year_and_month(code) {
            return Self::YearMonth;
        }
        match padded(code) {
            Some(pieces) => Self::Padded(pieces),
            None => Self::Plain,
        }
    }
}

/// The tokens of a format's first section: what is quoted or escaped is a literal; conditions and locales are left out.
fn tokens(code: &str) -> Vec<(char, bool)> {
    let mut tokens = Vec::new();
    let mut characters = code.chars();
    while let Some(c) = characters.next() {
        match c {
            ';' => break,
            '"' => tokens.extend(
                characters
                    .by_ref()
                    .take_while(|c| *c != '"')
                    .map(|c| (c, true)),
            ),
            '\\' => tokens.extend(characters.next().map(|c| (c, true))),
            // A space as wide as the next sign, and a sign that fills the cell.
            '_' | '*' => {
                characters.next();
            }
            '[' => {
                let _: String = characters.by_ref().take_while(|c| *c != ']').collect();
            }
            c => tokens.push((c, false)),
        }
    }
    tokens
}

fn is_year_and_month(code: &str) -> bool {
    let has = |letters: [char; 2]| {
        tokens(code)
            .iter()
            .any(|(c, literal)| !literal && letters.contains(c))
    };
    has(['y', 'Y']) && has(['m', 'M']) && !has(['d', 'D']) && !has(['h', 'H'])
}

/// Only digits that are always shown, with literals before and between them.
fn padded(code: &str) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    for (c, literal) in tokens(code) {
        match c {
            '0' if !literal => pieces.push(Piece::Digit),
            c if literal || matches!(c, '-' | ' ' | '(' | ')' | '/' | ':') => {
                pieces.push(Piece::Literal(c));
            }
            _ => return None,
        }
    }
    // What stands behind is a unit.
    while matches!(pieces.last(), Some(Piece::Literal(_))) {
        pieces.pop();
    }
    let digits = pieces
        .iter()
        .filter(|piece| **piece == Piece::Digit)
        .count();
    (digits > 1).then_some(pieces)
}

/// The number in its format; none where the format does not hold for it.
pub fn shown(number: f64, pieces: &[Piece]) -> Option<String> {
    if number < 0.0 || number.fract() != 0.0 || number >= 1e15 {
        return None;
    }
    let places = pieces
        .iter()
        .filter(|piece| **piece == Piece::Digit)
        .count();
    let digits = format!("{number:0places$}");
    let more = digits.len() - places;
    let mut digits = digits.chars();
    let mut first = true;
    let mut shown = String::new();
    for piece in pieces {
        match piece {
            Piece::Literal(c) => shown.push(*c),
            Piece::Digit => {
                let count = if first { more + 1 } else { 1 };
                first = false;
                shown.extend(digits.by_ref().take(count));
            }
        }
    }
    Some(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_shown_as_its_format_pads_it() {
        let read = |number, code| match Shape::of(Some(164), code) {
            Shape::Padded(pieces) => shown(number, &pieces),
            _ => None,
        };
        for (number, code, expected) in [
            (123.0, "00000000", Some("00000123")),
            (123_456_789.0, "0000", Some("123456789")),
            (
                12_733_050_370_007.0,
                "\"SC\"00000000000000",
                Some("SC12733050370007"),
            ),
            (5_721_234_567.0, "0000\\-0000000", Some("0572-1234567")),
            (5_721_234_567.0, "0000-0000000;@", Some("0572-1234567")),
            (7.0, "[$-804]000\"号\"", Some("007")),
            (7.0, "0\"家\"", None),
            (7.0, "0.00", None),
            (7.0, "#,##0", None),
            (7.0, "General", None),
            (7.5, "000", None),
            (7.0, "yyyy-mm-dd", None),
        ] {
            assert_eq!(read(number, code).as_deref(), expected, "{code}");
        }
    }

    #[test]
    fn a_format_without_a_day_is_known() {
        for code in [
            "yyyy\"年\"m\"月\"",
            "yyyy-mm",
            "[$-804]yyyy\\年m\\月;@",
            "mmm-yy",
        ] {
            assert_eq!(Shape::of(Some(200), code), Shape::YearMonth, "{code}");
        }
        for code in [
            "yyyy-mm-dd",
            "yyyy\"年\"m\"月\"d\"日\"",
            "yyyy",
            "m\"月\"d\"日\"",
            "h:mm",
            "yyyy-mm hh:mm",
        ] {
            assert_eq!(Shape::of(Some(200), code), Shape::Plain, "{code}");
        }
        assert_eq!(Shape::of(Some(57), ""), Shape::YearMonth);
    }
}
