//! Phrases that say of a whole list or bracket what it is: a heading, a branch, a limit, small print.

use super::tokens::Token;
use super::vocabulary::finder;
use aho_corasick::AhoCorasick;
use std::sync::LazyLock;

/// 许可项目, 一般项目 and their older names.
pub fn is_heading(words: &str) -> bool {
    static HEADINGS: LazyLock<AhoCorasick> = LazyLock::new(|| {
        finder([
            "许可项目",
            "一般项目",
            "经营项目",
            "经营范围",
            "许可范围",
            "许可事项",
            "一般事项",
            "主营",
            "兼营",
            "前置",
            "后置",
        ])
    });
    HEADINGS.is_match(words)
}

/// A heading without a colon in front of the words.
pub fn without_heading<'w>(words: &'w [Token], text: &str) -> &'w [Token] {
    let past = words.iter().position(|token| {
        ["许可项目", "一般项目", "许可经营项目", "一般经营项目"]
            .iter()
            .any(|heading| text[token.start..token.end].ends_with(heading))
    });
    past.map_or(words, |place| &words[place + 1..])
}

pub fn is_branch(words: &str) -> bool {
    static BRANCHES: LazyLock<AhoCorasick> = LazyLock::new(|| {
        finder([
            "限分支",
            "限下属分支",
            "限分公司",
            "限分厂",
            "由分支",
            "由分公司",
            "由下属分支",
            "分支机构经营",
            "分支机构生产",
            "分支机构加工",
            "分支机构从事",
            "分支机构凭",
            "分公司经营",
            "分公司生产",
            "分支机构使用",
        ])
    });
    BRANCHES.is_match(words) || words == "分支机构"
}

/// （分支机构经营场所：某路8号） tells where a branch is, beside what is made at the main address.
pub fn is_address_of_branch(words: &str) -> bool {
    static PLACES: LazyLock<AhoCorasick> =
        LazyLock::new(|| finder(["地址", "住所", "场所", "设在", "设有", "位于"]));
    words.contains("分支") && PLACES.is_match(words) && !says_who_makes(words)
}

/// 限分支机构经营, 由分公司生产, 凭有效许可证经营: one of these letters directly before the branch, where it is,
/// a verb or a licence. In an address they stand before other words: 有限公司, 自由路.
fn says_who_makes(words: &str) -> bool {
    const WHO: [&str; 16] = [
        "分支",
        "下属",
        "分公司",
        "分厂",
        "经营",
        "生产",
        "加工",
        "制造",
        "从事",
        "食品",
        "有效",
        "许可",
        "证",
        "设在",
        "设有",
        "位于",
    ];
    let letters = ['限', '仅', '只', '由', '凭'];
    words.match_indices(letters).any(|(place, letter)| {
        let behind = words[place + letter.len()..]
            .trim_start_matches(letters)
            .trim_start_matches(['在', '于', '供', '其', '该']);
        WHO.iter().any(|word| behind.starts_with(word))
    })
}

pub fn is_about_all_above(words: &str) -> bool {
    words.starts_with("以上") || words.starts_with("上述")
}

pub fn is_boilerplate(words: &str) -> bool {
    static BOILERPLATE: LazyLock<AhoCorasick> = LazyLock::new(|| {
        finder([
            "依法须经批准",
            "须经批准的项目",
            "营业执照",
            "审批结果",
            "部门批准",
            "国家限制",
            "国家禁止",
        ])
    });
    BOILERPLATE.is_match(words)
}

pub fn is_catering_license(words: &str) -> bool {
    static LICENSES: LazyLock<AhoCorasick> =
        LazyLock::new(|| finder(["餐饮服务许可", "食品经营许可", "食品流通许可", "小餐饮"]));
    LICENSES.is_match(words) && !words.contains("生产许可")
}

pub fn is_limit(words: &str) -> bool {
    ["限", "仅", "只"]
        .iter()
        .any(|word| words.starts_with(word))
}
