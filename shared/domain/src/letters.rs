//! One letter for all its forms: simplified for traditional, the letter for its variants and compatibility forms.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::LazyLock;

/// The block that nearly all of the letters stand in.
const BLOCK: RangeInclusive<u32> = 0x3400..=0x9fff;

/// The forms that differ.
struct Forms {
    /// By the place in the block; 0 where a letter is its own. A table, for every letter of every text asks.
    block: Vec<u16>,
    others: HashMap<char, char>,
}

/// The crates that convert whole texts are under the GPL or rest on what nobody keeps; names and scopes need no more than the letters.
static FORMS: LazyLock<Forms> = LazyLock::new(|| {
    let mut forms = Forms {
        block: vec![0; BLOCK.count()],
        others: HashMap::new(),
    };
    for pair in include_str!("../data/traditional.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .flat_map(str::split_whitespace)
    {
        let mut letters = pair.chars();
        let (Some(letter), Some(form)) = (letters.next(), letters.next()) else {
            continue;
        };
        let place = u32::from(letter).checked_sub(*BLOCK.start());
        let known = place.and_then(|place| forms.block.get_mut(place as usize));
        match (known, u16::try_from(u32::from(form))) {
            (Some(known), Ok(form)) => *known = form,
            _ => {
                forms.others.insert(letter, form);
            }
        }
    }
    forms
});

/// The simplified letter.
///
/// ```
/// use domain::letters::simplified;
/// assert_eq!([simplified('麵'), simplified('𠮷'), simplified('面')], ['面', '吉', '面']);
/// ```
pub fn simplified(letter: char) -> char {
    let code = u32::from(letter);
    match code {
        0..=0x2dff => letter,
        _ if BLOCK.contains(&code) => match FORMS.block[(code - BLOCK.start()) as usize] {
            0 => letter,
            form => char::from_u32(form.into()).unwrap_or(letter),
        },
        _ => FORMS.others.get(&letter).copied().unwrap_or(letter),
    }
}
