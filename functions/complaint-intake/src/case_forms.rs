//! The forms of a case's page on the handler's desk: the moves that are possible now, the reply, the reward.

use crate::opened_case::{OpenedCase, Reward};
use domain::complaint::{ComplaintKind, ComplaintMove, RefusalGround};
use domain::complaint_terms::{RewardLevel, Step as Term, TermStanding};
use domain::money::Fen;
use domain::office_date::chinese;
use domain::words::{Word as _, choices};
use maud::{Markup, html};
use std::collections::BTreeMap;
use web::form::{Errors, area, around};

/// The hint of a field that the citizen reads.
const TOLD: Option<&str> = Some("会告诉对方");

/// From this amount on, the finance department fixes a reward too: 500,000 yuan (国市监稽规〔2021〕4号).
const FIXED_WITH_THE_TREASURY: Fen = Fen(50_000_000);

/// The fields that a form of the page sent.
pub type TypedFields = BTreeMap<String, String>;

/// What the forms of the page are made with.
pub struct CaseForms<'f> {
    pub case: &'f OpenedCase,
    /// The verb of the form that was refused: it stays open, with what was typed and what was wrong.
    pub refused: &'f str,
    pub typed: &'f TypedFields,
    pub errors: &'f Errors,
}

impl CaseForms<'_> {
    /// One form, closed until somebody opens it.
    pub fn form(&self, verb: &str, title: &str, fields: &Markup) -> Markup {
        let open = self.refused == verb && !self.errors.0.is_empty();
        html! {
            details id={ "do-" (verb) } open[open] {
                summary { (title) }
                form.stack method="post" action={ "/complaints/cases/" (self.case.facts.code) "/" (verb) } {
                    input type="hidden" name="version" value=(self.case.facts.version);
                    (fields)
                    button.main { (title) }
                }
            }
        }
    }

    fn typed(&self, verb: &str, name: &str) -> &str {
        match self.refused == verb {
            true => self.typed.get(name).map_or("", String::as_str),
            false => "",
        }
    }

    pub fn area(&self, verb: &str, name: &str, label: &str, hint: Option<&str>) -> Markup {
        let id = format!("{verb}-{name}");
        let value = self.typed(verb, name);
        area((&id, name), label, hint, value, true, self.errors)
    }

    fn line(&self, verb: &str, name: &str, label: &str, hint: Option<&str>, kind: &str) -> Markup {
        let id = format!("{verb}-{name}");
        let error = self.errors.of(&id);
        around(
            &id,
            label,
            hint,
            error,
            &html! {
                input id=(id) name=(name) type=(kind) value=(self.typed(verb, name)) autocomplete="off" aria-invalid=[error.map(|_| "true")]
                    aria-describedby=[error.map(|_| format!("{id}-error"))];
            },
        )
    }

    fn choice(&self, verb: &str, name: &str, label: &str, choices: &[(&str, &str)]) -> Markup {
        let id = format!("{verb}-{name}");
        let error = self.errors.of(&id);
        let chosen = self.typed(verb, name);
        around(
            &id,
            label,
            None,
            error,
            &html! {
                select id=(id) name=(name) aria-invalid=[error.map(|_| "true")] aria-describedby=[error.map(|_| format!("{id}-error"))] {
                    option value="" { "请选择" }
                    @for (value, text) in choices { option value=(value) selected[*value == chosen] { (text) } }
                }
            },
        )
    }

    fn is_running(&self, term: Term) -> bool {
        let deadlines = &self.case.facts.deadlines;
        deadlines
            .iter()
            .any(|deadline| deadline.step == term && deadline.is_open())
    }

    fn is_paused(&self) -> bool {
        let deadlines = &self.case.facts.deadlines;
        deadlines
            .iter()
            .any(|deadline| deadline.standing == TermStanding::Paused)
    }

    /// The forms of the moves that are possible now.
    pub fn moves(&self, possible: &[ComplaintMove], towns: &[String]) -> Markup {
        html! {
            (self.complaint_moves(possible))
            (self.report_moves(possible))
            (self.pausing_moves(possible))
            (self.ending_moves(possible))
            (self.moves_elsewhere(possible, towns))
        }
    }

    fn complaint_moves(&self, possible: &[ComplaintMove]) -> Markup {
        let can = |what| possible.contains(&what);
        html! {
            @if can(ComplaintMove::Accept) {
                (self.form("accept", "受理", &self.area("accept", "note", "说明（可以不填）", TOLD)))
            }
            @if can(ComplaintMove::Refuse) {
                (self.form("refuse", "不予受理", &html! {
                    (self.choice("refuse", "ground", "法定理由", &choices::<RefusalGround>()))
                    (self.area("refuse", "note", "说明（可以不填）", TOLD))
                }))
            }
            @if can(ComplaintMove::Mediate) || can(ComplaintMove::EndMediation) {
                (self.form("mediate", if can(ComplaintMove::Mediate) { "调解" } else { "调解结果" }, &html! {
                    (self.choice("mediate", "outcome", "结果（刚开始调解就不选）", &[("agreed", "双方和解"), ("withdrawn", "投诉人撤回"), ("not_agreed", "不能达成一致，终止调解")]))
                    (self.area("mediate", "note", "说明", TOLD))
                }))
            }
        }
    }

    fn report_moves(&self, possible: &[ComplaintMove]) -> Markup {
        let can = |what| possible.contains(&what);
        html! {
            @if can(ComplaintMove::Verify) {
                (self.form("verify", "开始核查", &self.area("verify", "note", "说明（可以不填）", TOLD)))
            }
            @if can(ComplaintMove::FileCase) {
                (self.form("decide", "决定是否立案", &html! {
                    (self.choice("decide", "filed", "决定", &[("true", "立案"), ("false", "不予立案")]))
                    (self.area("decide", "note", "理由", TOLD))
                }))
            }
            @if can(ComplaintMove::Extend) && self.is_running(Term::Decide) {
                (self.form("extend", "延长核查期限 15 个工作日（一次）", &self.area("extend", "note", "理由（须经负责人批准）", TOLD)))
            }
        }
    }

    fn pausing_moves(&self, possible: &[ComplaintMove]) -> Markup {
        html! {
            @if possible.contains(&ComplaintMove::Resume) && self.is_paused() {
                (self.form("resume", "检验结果已到，继续计期", &self.area("resume", "note", "说明（可以不填）", TOLD)))
            } @else if possible.contains(&ComplaintMove::Pause) {
                (self.form("pause", "送检，期限暂停", &self.area("pause", "note", "什么送去检验、检测、鉴定（所需时间不计入期限）", TOLD)))
            }
        }
    }

    fn ending_moves(&self, possible: &[ComplaintMove]) -> Markup {
        let can = |what| possible.contains(&what);
        let complaint = self.case.facts.kind == ComplaintKind::Complaint;
        html! {
            @if can(ComplaintMove::Inform) && (complaint || self.is_running(Term::Inform)) {
                (self.form("inform", if complaint { "登记已告知双方，办结" } else { "登记已告知举报人" }, &self.area("inform", "note", "告知了什么", TOLD)))
            }
            @if can(ComplaintMove::Close) && !complaint {
                (self.form("close", "办结", &self.area("close", "note", "处理结果", TOLD)))
            }
        }
    }

    fn moves_elsewhere(&self, possible: &[ComplaintMove], towns: &[String]) -> Markup {
        let can = |what| possible.contains(&what);
        let towns: Vec<(&str, &str)> = towns
            .iter()
            .map(|town| (town.as_str(), town.as_str()))
            .collect();
        html! {
            @if can(ComplaintMove::Assign) {
                (self.form("assign", "交给其他监管所", &self.choice("assign", "town", "镇街", &towns)))
            }
            @if can(ComplaintMove::Transfer) {
                (self.form("transfer", "移送其他部门", &html! {
                    (self.line("transfer", "to", "部门", Some("例如：区农业农村局"), "text"))
                    (self.area("transfer", "note", "原因和联系方式", TOLD))
                }))
            }
            @if can(ComplaintMove::Merge) {
                (self.form("merge", "重复件，合并办理", &self.line("merge", "into", "并入哪一件（编号）", None, "text")))
            }
        }
    }

    /// The reward of a report, and the forms to propose it and to pay it. There is none before it can be proposed.
    pub fn reward(&self, can_be_proposed: bool) -> Markup {
        html! {
            @match &self.case.facts.reward {
                Some(reward) => { h2 { "举报奖励" } (self.proposed_reward(reward, can_be_proposed)) },
                None if can_be_proposed => { h2 { "举报奖励" } (self.reward_form("提出举报奖励")) },
                None => {},
            }
        }
    }

    fn proposed_reward(&self, reward: &Reward, can_be_proposed: bool) -> Markup {
        html! {
            dl.facts {
                dt { "等级" } dd { (reward.level.chinese()) }
                dt { "罚没款" } dd { (reward.fined) " 元" }
                dt { "奖励金额" } dd { (reward.amount) " 元" @if reward.amount >= FIXED_WITH_THE_TREASURY { "（50 万元以上，与财政部门共同确定）" } }
                dt { "提出" } dd { (chinese(reward.proposed_on)) }
                dt { "发放" } dd { (reward.paid_on.map_or_else(|| "还没有".to_owned(), chinese)) }
            }
            @if reward.paid_on.is_none() && can_be_proposed {
                (self.reward_form("修改奖励"))
                details id="do-paid" open[self.errors.of("reward-paid_on").is_some()] {
                    summary { "登记已发放" }
                    form.stack method="post" action={ "/complaints/cases/" (self.case.facts.code) "/reward" } {
                        input type="hidden" name="version" value=(self.case.facts.version);
                        (self.reward_version())
                        (self.line("reward", "paid_on", "发放日期", None, "date"))
                        button.main { "登记已发放" }
                    }
                }
            }
        }
    }

    /// So that a reward which another person has changed since is not overwritten or paid unseen.
    fn reward_version(&self) -> Markup {
        html! { @if let Some(reward) = &self.case.facts.reward { input type="hidden" name="reward_version" value=(reward.version); } }
    }

    fn reward_form(&self, title: &str) -> Markup {
        self.form("reward", title, &html! {
            (self.reward_version())
            p.hint { "一级 5%（不低于 5000 元）、二级 3%（不低于 3000 元）、三级 1%（不低于 1000 元），最高 100 万元。国市监稽规〔2021〕4号" }
            (self.choice("reward", "level", "等级", &choices::<RewardLevel>()))
            (self.line("reward", "fined_yuan", "罚没款金额（元）", Some("没有罚没款就填 0"), "number"))
        })
    }
}
