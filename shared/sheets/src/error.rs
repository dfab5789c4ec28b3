//! Why a file cannot be read as a roster, in words for whoever sent it.

/// Why a file is no roster.
#[derive(Debug, thiserror::Error)]
pub enum SheetError {
    /// Judged by its bytes, not by its name: what it is, and what to do.
    #[error("只能读取 .xlsx 或 .csv 文件，这个文件是{0}")]
    NotASheet(String),
    #[error("这个 .xlsx 文件已损坏或加了密码，请用 Excel 打开后另存一次：{0}")]
    Damaged(String),
    #[error("文件解压后太大（超过 {0} MB），请拆分后再导入")]
    Unpacked(u64),
    #[error("表格里有一段文字长得读不了（超过 1 MB），请删除它后再导入")]
    LongText,
    #[error(
        "表格的单元格太多（连同每行最后一格之前的空格超过 {0} 个），请删除右边用不到的列，或者拆分后再导入"
    )]
    TooManyCells(usize),
    #[error("没有找到表头。前十行里应有这些列名：{}{}", missing.join("、"), hidden_sheets(hidden))]
    NoHeader {
        missing: Vec<&'static str>,
        /// Sheets that were not looked at.
        hidden: Vec<String>,
        /// What the row says that looks most like a header.
        likely: Vec<String>,
    },
}

fn hidden_sheets(hidden: &[String]) -> String {
    match hidden {
        [] => String::new(),
        _ => format!(
            "。隐藏的工作表没有读：{}，需要的话请取消隐藏",
            hidden.join("、")
        ),
    }
}
