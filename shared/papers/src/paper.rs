//! What an official paper says, part by part, in the words of GB/T 9704-2012.

use crate::table::Table;
use chrono::NaiveDate;

/// An official paper.
#[derive(Debug, Clone)]
pub struct OfficialPaper {
    /// In which form it is set.
    pub form: Form,
    /// Whether it holds.
    pub standing: Standing,
    /// 发文机关标志, such as 某区食药安办文件; of a letter the name of the issuer alone.
    pub mark: String,
    /// 发文字号.
    pub number: Numbering,
    /// 标题.
    pub title: String,
    /// 主送. The colon after the last is set by the writers.
    pub addressees: Vec<String>,
    /// 正文.
    pub body: Vec<Block>,
    /// 附件.
    pub annexes: Vec<Annex>,
    /// 发文机关署名 and 成文日期.
    pub signature: Signature,
    /// 附注: whom to ask.
    pub contact: Option<Contact>,
    /// 抄送. The full stop after the last is set by the writers.
    pub copies: Vec<String>,
    /// 印发机关 and 印发日期. A letter shows none.
    pub imprint: Option<Imprint>,
}

/// The form in which a paper is set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    /// 公文: the mark and a red line over the number in the middle.
    Document,
    /// 信函格式: between two red double lines, its first page without a number, and no lines at its foot.
    Letter,
    /// 上行文: a report upwards, with those who signed it (签发人) beside its number.
    Report {
        /// 签发人.
        signers: Vec<String>,
    },
}

/// Whether a paper holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It was issued.
    Issued,
    /// It is not signed yet: each of its pages says so.
    Draft,
    /// It was withdrawn: 作废 stands across each of its pages.
    Withdrawn,
}

/// 发文字号.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Numbering {
    /// It has this one.
    Given(String),
    /// It gets one when it is issued.
    AtIssue,
    /// It is of a kind that has none.
    Without,
}

/// A part of the body.
#[derive(Debug, Clone)]
pub enum Block {
    /// 一级标题, such as 一、总体情况.
    Heading(String),
    /// 二级标题, such as （一）主要做法.
    Subheading(String),
    /// 自然段.
    Text(String),
    /// A table between paragraphs.
    Table(Table),
}

/// 附件: it begins on a page of its own.
#[derive(Debug, Clone)]
pub struct Annex {
    /// Its name, in the body's list of annexes and over the annex itself.
    pub name: String,
    /// What is said before the table.
    pub opening: Vec<String>,
    /// The table itself.
    pub table: Table,
}

/// 发文机关署名 and 成文日期, with room for the seal of one issuer.
#[derive(Debug, Clone)]
pub struct Signature {
    /// 发文机关.
    pub issuer: String,
    /// 成文日期; none until it is signed.
    pub date: Option<NaiveDate>,
}

/// Whom to ask about the paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// 联系人.
    pub person: Option<String>,
    /// 电话.
    pub telephone: Option<String>,
}

/// Who had the paper printed and sent, and on which day.
#[derive(Debug, Clone)]
pub struct Imprint {
    /// 印发机关.
    pub office: String,
    /// 印发日期; none until it is issued.
    pub date: Option<NaiveDate>,
}
