//! A list as csv.

use crate::{Edition, Entry, MakeError, said};
use domain::red_black::ListKind;
use domain::words::Word as _;

/// The table of a list, one line an entry.
pub(crate) fn table(
    list: ListKind,
    edition: &Edition,
    entries: &[&Entry],
) -> Result<Vec<u8>, MakeError> {
    // With the mark that makes Excel read UTF-8.
    let mut writer = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
    let mut line = |cells: &[&str]| writer.write_record(cells);
    line(&[
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
                let facts: Vec<String> = met.evidence.iter().map(said::fact).collect();
                match facts.is_empty() {
                    true => met.title.clone(),
                    false => format!("{}（{}）", met.title, facts.join("；")),
                }
            })
            .collect();
        line(&[
            list.chinese(),
            &content.name,
            &content.uscc,
            content.town.as_deref().unwrap_or(""),
            content.sector.map_or("", |sector| sector.chinese()),
            &content.ground,
            &rules.join("；"),
            &content.published_on.to_string(),
            &content.until.to_string(),
            content.reply.as_deref().unwrap_or(""),
            &edition.entry_address(&content.id),
            &entry.seq.to_string(),
            &entry.salt,
        ])?;
    }
    writer
        .into_inner()
        .map_err(|error| MakeError::Write(error.into_error()))
}
