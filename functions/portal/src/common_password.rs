//! Passwords that are guessed first (NIST SP 800-63B, 3.1.1.2): common ones with digits and signs around, what lies side by side on a
//! keyboard, and what is known of their owner: account, name and office, in pinyin as it is typed here.

use pinyin::ToPinyin as _;
use std::collections::HashSet;
use std::sync::LazyLock;

/// Common passwords in lower case, one a line.
const LIST: &str = include_str!("../assets/common_passwords.txt");
/// Passwords that are common here and stand in no such list.
const COMMON_HERE: [&str; 28] = [
    "administrator",
    "aini",
    "aiwojia",
    "anquan",
    "baobao",
    "baobei",
    "beijing",
    "facai",
    "guanliyuan",
    "jianguan",
    "kuaile",
    "laogong",
    "laopo",
    "mima",
    "nihao",
    "shian",
    "shichangjianguan",
    "shipin",
    "shipinanquan",
    "shiyaoan",
    "shiyaoanban",
    "tiantian",
    "woaini",
    "woaiwojia",
    "woaizhongguo",
    "zhengfu",
    "zhongguo",
    "zhonghua",
];
/// Characters in the order in which they lie side by side on a keyboard, in the alphabet or among the digits.
const ROWS: [&str; 13] = [
    "01234567890",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1qaz",
    "2wsx",
    "3edc",
    "4rfv",
    "5tgb",
    "6yhn",
    "7ujm",
    "147258369",
];
/// The fewest letters of a password: with fewer it is a birthday or a telephone number.
const FEWEST_LETTERS: usize = 4;

static COMMON: LazyLock<HashSet<&str>> =
    LazyLock::new(|| LIST.lines().chain(COMMON_HERE).collect());

/// The person whose password it is to be.
pub struct PasswordOwner<'o> {
    pub account: &'o str,
    pub name: &'o str,
    /// The names of the office and of the person's towns.
    pub places: Vec<&'o str>,
}

/// Why a password would be guessed; none where it would not.
pub fn reason_to_refuse(password: &str, owner: &PasswordOwner<'_>) -> Option<&'static str> {
    let typed = password.to_lowercase();
    let account = owner.account.to_lowercase();
    if account.len() >= FEWEST_LETTERS && typed.contains(&account) {
        return Some("密码不能包含账号名");
    }
    // A password in another script is hard to guess, however few letters it has.
    if typed.is_ascii() && letters(&typed).len() < FEWEST_LETTERS {
        return Some("密码不能几乎全是数字和符号，生日、电话很容易被猜到");
    }
    let digits = unshifted(&typed);
    if is_repeated(&typed) || lies_side_by_side(&typed) || lies_side_by_side(&digits) {
        return Some("密码不能用重复、连续的字符，或者键盘上挨着的键");
    }
    // Digits and signs around a word make a password longer, not harder to guess.
    let core = typed.trim_matches(|c: char| !c.is_alphabetic());
    let letters_alone = letters(&typed);
    let read_as = with_letters_for_lookalikes(core);
    if [typed.as_str(), &digits, core, &read_as, &letters_alone]
        .iter()
        .any(|reading| COMMON.contains(reading))
    {
        return Some("这个密码太常见，很容易被猜到");
    }
    if typed.is_ascii() && letters_alone == letters(&account) {
        return Some("密码不能用账号名加数字");
    }
    if typed.is_ascii() && spells(&letters_alone, owner.name) {
        return Some("密码不能用姓名的拼音");
    }
    if typed.is_ascii()
        && owner
            .places
            .iter()
            .any(|place| spells(&letters_alone, place))
    {
        return Some("密码不能用单位或者地方名的拼音");
    }
    None
}

fn letters(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphabetic).collect()
}

/// A text with the digits for the signs above them: `1qaz2wsx` for `1qaz@wsx`.
fn unshifted(text: &str) -> String {
    const SIGNS: &str = ")!@#$%^&*(";
    text.chars()
        .map(|c| match SIGNS.chars().position(|sign| sign == c) {
            Some(digit) => char::from(b'0' + digit as u8),
            None => c,
        })
        .collect()
}

/// A text with the letters that its digits and signs look like: `password` for `p@ssw0rd`.
fn with_letters_for_lookalikes(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '@' | '4' => 'a',
            '0' => 'o',
            '1' | '!' => 'i',
            '3' => 'e',
            '5' | '$' => 's',
            '7' => 't',
            other => other,
        })
        .collect()
}

/// Whether a text is one piece, twice or more.
fn is_repeated(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    (1..=chars.len() / 2).any(|size| {
        chars.len().is_multiple_of(size) && chars.chunks(size).all(|piece| piece == &chars[..size])
    })
}

/// Whether all but two characters of a text lie in runs of three or more along a row, in either direction, or of one key.
fn lies_side_by_side(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    let is_run = |run: &[char]| {
        let forwards: String = run.iter().collect();
        let backwards: String = run.iter().rev().collect();
        run.iter().all(|c| *c == run[0])
            || ROWS
                .iter()
                .any(|row| row.contains(&forwards) || row.contains(&backwards))
    };
    let (mut at, mut left) = (0, 0);
    while at < chars.len() {
        let longest = (at + 3..=chars.len())
            .rev()
            .find(|end| is_run(&chars[at..*end]));
        match longest {
            Some(end) => at = end,
            None => {
                left += 1;
                at += 1;
            }
        }
    }
    left <= 2
}

/// Whether letters are characters of a name one after the other, in pinyin or by their initials, the given name first or last.
fn spells(letters: &str, name: &str) -> bool {
    let syllables: Vec<String> = name
        .chars()
        .filter_map(|c| Some(c.to_pinyin()?.plain().replace('ü', "v")))
        .collect();
    let round: Vec<&str> = syllables
        .iter()
        .chain(&syllables)
        .map(String::as_str)
        .collect();
    (0..syllables.len()).any(|from| is_made_of(letters, &round[from..from + syllables.len()]))
}

/// Whether letters are made of these syllables or their initials, one after the other.
fn is_made_of(letters: &str, syllables: &[&str]) -> bool {
    if letters.is_empty() {
        return true;
    }
    let Some((first, rest)) = syllables.split_first() else {
        return false;
    };
    let initial = first.get(..1).unwrap_or(first);
    [*first, initial].iter().any(|part| {
        letters
            .strip_prefix(part)
            .is_some_and(|letters| is_made_of(letters, rest))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(password: &str) -> Option<&'static str> {
        let owner = PasswordOwner {
            account: "xiaoming.w",
            name: "王小明",
            places: vec!["湖州市南浔区食药安办", "云港街道"],
        };
        reason_to_refuse(password, &owner)
    }

    #[test]
    fn what_is_guessed_first_is_refused() {
        for password in [
            // Common, with digits, signs and capitals.
            "Password123!",
            "p@ssw0rd2026",
            "P@$$w0rd!!!!",
            "pass2026word",
            "iloveyou1314",
            "woaini5201314",
            "admin@123456",
            "dragon--2026",
            "Shipin@Anquan1",
            // Digits alone, or nearly.
            "1234567890",
            "13800138000",
            "19800101wxm",
            "a123456789",
            "5201314.5201314",
            // Along the keyboard, and again and again.
            "qwertyuiop",
            "1qaz@WSX3edc",
            "!QAZ2wsx#EDC",
            "abcd1234abcd",
            "aaaaabbbbb",
            "zxcvbnm,123",
            "q1w2e3r4t5",
            "kuku-kuku-kuku-",
            // The owner: account, name either way round, initials, office and town.
            "xiaoming.w99",
            "XiaomingW2026",
            "wangxiaoming",
            "WangXM1980!!",
            "xiaomingwang1",
            "Wang.Xiao.Ming",
            "nanxunqu2026",
            "NanXun@88888",
            "yungang#2026",
        ] {
            assert!(refusal(password).is_some(), "{password}");
        }
    }

    #[test]
    fn what_somebody_thought_of_is_taken() {
        for password in [
            "correct horse battery",
            "早上六点去菜场买豆腐",
            "豆腐脑咸的2026",
            "wo jia men qian you er ke zao shu",
            "k7#mQ2vX9pLs",
            "tofu at six o'clock",
            "abcdefgh m7 tofu kiln",
            "abkmnpq23456789xyz7",
        ] {
            assert_eq!(refusal(password), None, "{password}");
        }
    }
}
