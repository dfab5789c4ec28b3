//! Items that are numbered and run together without a mark: 1.食品生产2.食品销售, 一、食品销售二、糕点生产, ①饼干生产②糖果制造.

use super::is_han;

/// How a number is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    /// 1. 1、 1）
    Marked,
    /// 1 with the item behind it.
    Bare,
    /// （1）
    Bracketed,
    /// 一、
    Chinese,
    /// （一）
    ChineseBracketed,
    /// ① ⑴ ⒈
    Sign,
}

struct Number {
    style: Style,
    value: u32,
    start: usize,
    end: usize,
}

/// A stop in place of each number of a list that counts from 1; a single number, or one out of order, stays.
pub fn with_stops(text: String) -> String {
    let mut lists: Vec<Vec<Number>> = Vec::new();
    let mut place = 0;
    while let Some(letter) = text[place..].chars().next() {
        let Some(number) = number(&text, place) else {
            place += letter.len_utf8();
            continue;
        };
        place = number.end;
        let goes_on = lists.iter_mut().rev().find(|list| {
            list.last()
                .is_some_and(|last| last.style == number.style && last.value + 1 == number.value)
        });
        match goes_on {
            Some(list) => list.push(number),
            None if number.value == 1 && begins(&text, number.start) => lists.push(vec![number]),
            None => {}
        }
    }
    let mut numbers: Vec<Number> = lists
        .into_iter()
        .filter(|list| list.len() > 1)
        .flatten()
        .collect();
    if numbers.is_empty() {
        return text;
    }
    numbers.sort_by_key(|number| number.start);
    let mut parted = String::with_capacity(text.len());
    let mut done = 0;
    for number in numbers {
        parted.push_str(&text[done..number.start]);
        parted.push('；');
        done = number.end;
    }
    parted.push_str(&text[done..]);
    parted
}

/// Whether an item can begin here: at the beginning, behind a mark or a heading.
fn begins(text: &str, place: usize) -> bool {
    text[..place]
        .chars()
        .next_back()
        .is_none_or(|before| !is_han(before) && !before.is_ascii_alphanumeric())
}

/// The number that stands here, with a word behind it.
fn number(text: &str, start: usize) -> Option<Number> {
    let before = text[..start].chars().next_back();
    if before.is_some_and(|before| before.is_ascii_digit() || matches!(before, '.' | '第')) {
        return None;
    }
    let rest = &text[start..];
    let letter = rest.chars().next()?;
    let of = |style, value, length: usize| {
        let end = start + length;
        let behind = text[end..].trim_start_matches(' ');
        let end = text.len() - behind.len();
        behind.starts_with(is_han).then_some(Number {
            style,
            value,
            start,
            end,
        })
    };
    if let Some(value) = sign(letter) {
        return of(Style::Sign, value, letter.len_utf8());
    }
    let (bracket, inside) = match rest.strip_prefix('（') {
        Some(inside) => (rest.len() - inside.len(), inside),
        None => (0, rest),
    };
    let digits = inside.bytes().take_while(u8::is_ascii_digit).count();
    let (value, length) = match digits {
        0 => chinese(inside)?,
        1 | 2 => (inside[..digits].parse().ok()?, digits),
        _ => return None,
    };
    let mark = inside[length..].chars().next()?;
    let past = bracket + length + mark.len_utf8();
    match (bracket > 0, digits > 0) {
        (true, arabic) if mark == '）' => {
            let style = if arabic {
                Style::Bracketed
            } else {
                Style::ChineseBracketed
            };
            of(style, value, past)
        }
        (false, true) if matches!(mark, '.' | '、' | '，' | '）' | '：') => {
            of(Style::Marked, value, past)
        }
        (false, true) => of(Style::Bare, value, length),
        (false, false) if matches!(mark, '.' | '、' | '，' | '：') => {
            of(Style::Chinese, value, past)
        }
        _ => None,
    }
}

/// A number that is one sign.
fn sign(letter: char) -> Option<u32> {
    [0x2460, 0x2474, 0x2488, 0x2776]
        .into_iter()
        .filter_map(|first| u32::from(letter).checked_sub(first))
        .find(|place| *place < 20)
        .map(|place| place + 1)
}

/// 一 to 九十九, and its length in bytes.
fn chinese(text: &str) -> Option<(u32, usize)> {
    let digit = |letter: char| {
        "一二三四五六七八九"
            .chars()
            .position(|known| known == letter)
    };
    let letters: Vec<char> = text
        .chars()
        .take_while(|letter| *letter == '十' || digit(*letter).is_some())
        .collect();
    let value = |letter: char| digit(letter).and_then(|place| u32::try_from(place + 1).ok());
    let number = match letters.as_slice() {
        ['十'] => 10,
        [one] => value(*one)?,
        ['十', one] => 10 + value(*one)?,
        [ten, '十'] => value(*ten)? * 10,
        [ten, '十', one] => value(*ten)? * 10 + value(*one)?,
        _ => return None,
    };
    Some((number, letters.len() * '一'.len_utf8()))
}

#[cfg(test)]
mod tests {
    fn parted(text: &str) -> String {
        super::with_stops(text.to_owned())
    }

    #[test]
    fn each_number_of_a_list_is_a_stop() {
        assert_eq!(
            parted("1.食品生产2.食品销售3.零售"),
            "；食品生产；食品销售；零售"
        );
        assert_eq!(parted("1食品销售2餐饮服务"), "；食品销售；餐饮服务");
        assert_eq!(parted("一、食品销售二、糕点生产"), "；食品销售；糕点生产");
        assert_eq!(parted("（1）批发（2）茶叶制品生产"), "；批发；茶叶制品生产");
        assert_eq!(parted("①饼干生产②糖果制造"), "；饼干生产；糖果制造");
        assert_eq!(
            parted("许可项目：1.食品生产2.餐饮一般项目：1.零售2.批发"),
            "许可项目：；食品生产；餐饮一般项目：；零售；批发"
        );
    }

    #[test]
    fn numbers_that_count_nothing_stay() {
        for text in [
            "第1类、第2类医疗器械销售",
            "24小时便利店",
            "1.5吨以下货运",
            "统一、规范管理",
            "经营二类医疗器械；三类医疗器械",
            "101类食品生产",
        ] {
            assert_eq!(parted(text), text);
        }
    }
}
