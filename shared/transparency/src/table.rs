//! A list as csv.

use crate::{Edition, Entry, MakeError, wording};
use domain::red_black::ListKind;
use domain::text::guarded;
use domain::words::Word as _;

/// The table of a list, one row an entry. Texts that others have written are guarded, for spreadsheets run formulas and round long
/// numbers.
pub(crate) fn table(
    list: ListKind,
    edition: &Edition,
    entries: &[&Entry],
) -> Result<Vec<u8>, MakeError> {
    // Excel reads UTF-8 only after this mark.
    let mut writer = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
    writer.write_record([
        "榜单",
        "企业名称",
        "统一社会信用代码",
        "镇街",
        "业态",
        "理由",
        "标准和证据",
        "公布日期",
        "公布到",
        "企业回应",
        "网址",
        "记录序号",
        "随机数",
    ])?;
    for entry in entries {
        let content = &entry.content;
        let rules: Vec<String> = content
            .rules
            .iter()
            .map(|met| {
                let facts: Vec<String> = met.evidence.iter().map(wording::fact).collect();
                match facts.is_empty() {
                    true => met.title.clone(),
                    false => format!("{}（{}）", met.title, facts.join("；")),
                }
            })
            .collect();
        let rules = rules.join("；");
        let (published_on, until) = (content.published_on.to_string(), content.until.to_string());
        let (address, seq) = (edition.entry_address(&content.id), entry.seq.to_string());
        writer.write_record([
            list.chinese(),
            &guarded(&content.name),
            &guarded(&content.uscc),
            &guarded(content.town.as_deref().unwrap_or("")),
            content.sector.map_or("", |sector| sector.chinese()),
            &guarded(&content.ground),
            &guarded(&rules),
            &published_on,
            &until,
            &guarded(content.reply.as_deref().unwrap_or("")),
            &address,
            &seq,
            &guarded(&entry.salt),
        ])?;
    }
    writer
        .into_inner()
        .map_err(|error| MakeError::Write(error.into_error()))
}
