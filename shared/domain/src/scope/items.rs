//! How the words of a scope stand together.

use super::Reading;
use super::chunks::{
    Chunk, behind_exception, chunks, has_make, making_inside, named_by_negation, names_food,
    taken_apart,
};
use super::findings::{Finding, note, reading};
use super::judge::{
    ASK_HOW_LARGE, Action, Object, Outcome, has, judge, verbs, why_not, without_tail,
};
use super::phrases::{
    is_about_all_above, is_address_of_branch, is_boilerplate, is_branch, is_catering_license,
    is_heading, is_limit, without_heading,
};
use super::tokens::{Kind, Token, tokens};
use super::vocabulary::Class;

const BRANCH: &str = "限分支机构经营，由分支机构自行取得许可";
const CATERING_LICENSE: &str = "凭食品经营（餐饮、流通）许可证经营，不是食品生产";
const LIMITED: &str = "限定为不涉及生产的经营活动";
const NEGATED: &str = "经营范围中已写明不含";

/// Brackets in brackets, and findings, beyond which a text is no scope but an attack.
const DEEPEST: usize = 8;
const MOST: usize = 2_000;
const TOO_MUCH: &str = "经营项目太多，没有读完";

/// A noun of a list that waits for its verb.
#[derive(Debug, Clone)]
struct Noun {
    object: Object,
    name: String,
    start: usize,
    end: usize,
}

/// What words to come may belong to in a clause that is being read.
#[derive(Debug, Default)]
struct Clause {
    /// Nouns that wait for their verb.
    pending: Vec<Noun>,
    /// Verbs that stand alone at the beginning: 生产、加工肉制品.
    alone: Vec<Action>,
    /// Verbs that hold for the nouns behind them too.
    prefix: Vec<Action>,
    /// What the clause says is not part of it.
    taken_out: Vec<Vec<Token>>,
    /// Whether it has said anything but headings and brackets.
    has_words: bool,
}

/// A noun and the verbs around it.
struct Item<'w> {
    verbs_before: Vec<Action>,
    noun: &'w [Token],
    verbs_after: Vec<Action>,
    /// Verbs that brackets add.
    added: Vec<Action>,
}

/// Reads a text word by word, and keeps what it has found.
struct Reader<'t> {
    text: &'t str,
    findings: Vec<Finding>,
    /// Verbs before a colon, for the nouns behind it.
    lead: Vec<Action>,
    /// Why everything under this heading is excluded.
    heading: Option<&'static str>,
    /// What the last verb was said of: 食品生产；销售.
    last: Vec<Noun>,
}

pub fn read(text: &str) -> Reading {
    let tokens = joined(tokens(text));
    let mut reader = Reader {
        text,
        findings: Vec::new(),
        lead: Vec::new(),
        heading: None,
        last: Vec::new(),
    };
    reader.clauses(&tokens, 0);
    let too_much = reader.findings.len() >= MOST;
    let mut reading = reading(text, reader.findings);
    if too_much {
        note(&mut reading.unclear, String::new(), TOO_MUCH);
    }
    reading
}

/// A single letter such as 米 beside letters that we do not know is part of another word: 纳米材料.
fn joined(tokens: Vec<Token>) -> Vec<Token> {
    let mut joined: Vec<Token> = Vec::with_capacity(tokens.len());
    for (place, token) in tokens.iter().enumerate() {
        let single =
            token.end - token.start <= 4 && token.word().is_some_and(|word| word.class.is_edible());
        let beside = |other: Option<&Token>| other.is_some_and(|other| other.kind == Kind::Other);
        let mut token = *token;
        if single && (beside(joined.last()) || beside(tokens.get(place + 1))) {
            token.kind = Kind::Other;
        }
        match joined.last_mut() {
            Some(last) if last.kind == Kind::Other && token.kind == Kind::Other => {
                last.end = token.end
            }
            _ => joined.push(token),
        }
    }
    joined
}

impl<'t> Reader<'t> {
    fn text_of(&self, tokens: &[Token]) -> &'t str {
        match (tokens.first(), tokens.last()) {
            (Some(first), Some(last)) => &self.text[first.start..last.end],
            _ => "",
        }
    }

    fn clauses(&mut self, tokens: &'t [Token], depth: usize) {
        let mut from = 0;
        let mut open = 0_usize;
        for (place, token) in tokens.iter().enumerate() {
            match token.kind {
                Kind::Open => open += 1,
                Kind::Close => open = open.saturating_sub(1),
                Kind::Stop if open == 0 => {
                    self.clause(&tokens[from..place], depth);
                    from = place + 1;
                }
                _ => {}
            }
        }
        if open > 0 && from < tokens.len() {
            // A bracket that never closes must not swallow the rest.
            return self.unclosed(&tokens[from..], depth);
        }
        self.clause(&tokens[from..], depth);
    }

    fn unclosed(&mut self, tokens: &'t [Token], depth: usize) {
        for clause in
            tokens.split(|token| matches!(token.kind, Kind::Stop | Kind::Open | Kind::Close))
        {
            self.clause(clause, depth);
        }
    }

    fn clause(&mut self, tokens: &'t [Token], depth: usize) {
        let words = self.text_of(tokens);
        if is_about_all_above(words) {
            return self.about_all_above(tokens, words);
        }
        let first = self.findings.len();
        let mut clause = Clause {
            prefix: self.lead.clone(),
            ..Clause::default()
        };
        for chunk in chunks(tokens) {
            if self.findings.len() >= MOST {
                break;
            }
            self.chunk(chunk, &mut clause, depth);
        }
        if clause.pending.iter().any(|noun| noun.object.names_food()) {
            self.last = clause.pending;
        }
        for named in clause.taken_out {
            self.take_out(&named, first);
        }
        if let Some(reason) = self.heading {
            self.exclude_from(first, reason);
        }
    }

    fn chunk(&mut self, mut chunk: Chunk<'t>, clause: &mut Clause, depth: usize) {
        if chunk.words.is_empty() && chunk.brackets.is_empty() {
            return;
        }
        if chunk.words.is_empty() && !clause.has_words {
            // A bracket on its own speaks of what stood before.
            for bracket in &chunk.brackets {
                self.bracket_alone(bracket, depth);
            }
            return;
        }
        let words = self.text_of(&chunk.words);
        if chunk.colon && self.begin_heading(&chunk, words, clause) {
            return;
        }
        clause.has_words = true;
        if is_about_all_above(words) {
            return self.about_all_above(&chunk.words, words);
        }
        // 保健食品以外的食品生产: what stands behind is the item, less what stands before.
        if let Some(behind) = behind_exception(&chunk.words) {
            let named = chunk.words[..chunk.words.len() - behind].to_vec();
            clause.taken_out.push(named_by_negation(&named));
            chunk.words.drain(..chunk.words.len() - behind);
        }
        if has(&chunk.words, Class::Not) || has(&chunk.words, Class::Except) {
            clause.taken_out.push(named_by_negation(&chunk.words));
            return;
        }
        let group = self.findings.len();
        self.packing(&mut chunk.words);
        let words = without_heading(&chunk.words, self.text);
        let (verbs_before, noun, verbs_after) = taken_apart(words);
        let added = self.added_by_brackets(&chunk);
        if without_tail(noun).is_empty() {
            let mut run = verbs(&verbs_before);
            run.extend(added);
            self.verbs_alone(&chunk, run, clause);
        } else {
            let item = Item {
                verbs_before,
                noun,
                verbs_after,
                added,
            };
            self.item(&chunk, item, clause);
        }
        self.qualify(&chunk, group, depth);
    }

    /// Whether the words before a colon are a heading: 许可项目, or why nothing under it counts.
    fn begin_heading(&mut self, chunk: &Chunk<'t>, words: &str, clause: &mut Clause) -> bool {
        let makes = has_make(&chunk.words);
        if is_heading(words) && !makes {
            self.heading = None;
            self.lead.clear();
            self.last.clear();
            clause.prefix.clear();
            clause.pending.clear();
            clause.alone.clear();
            return true;
        }
        if is_branch(words) {
            self.heading = Some(BRANCH);
            return true;
        }
        let set_apart = [Class::Preparation, Class::Workshop]
            .into_iter()
            .find(|class| has(&chunk.words, *class) && !makes);
        if let Some(class) = set_apart {
            self.heading = Some(why_not(class));
        }
        set_apart.is_some()
    }

    /// Verbs without a noun: of the nouns before, or of those to come.
    fn verbs_alone(&mut self, chunk: &Chunk<'t>, mut run: Vec<Action>, clause: &mut Clause) {
        // 种植、加工（香菇酱）
        let named = self.foods_in_brackets(chunk);
        if !named.is_empty() && run.iter().any(|action| action.class.is_make()) {
            return self.say(&named, &run);
        }
        if chunk.colon {
            let mut run: Vec<Action> = clause.alone.drain(..).chain(run).collect();
            if !clause.pending.is_empty() {
                self.say_pending(clause, &run);
                run.clear();
            }
            self.lead.clone_from(&run);
            clause.prefix = run;
        } else if !clause.pending.is_empty() {
            self.say_pending(clause, &run);
        } else if !self.last.is_empty() && clause.alone.is_empty() {
            let last = self.last.clone();
            // 包装服务 is an item of its own, of whatever is packed.
            run.retain(|action| action.class != Class::Pack);
            self.say(&last, &run);
        } else if run
            .iter()
            .any(|action| action.category.is_some() || judge(None, *action).is_some())
        {
            for action in run {
                self.say_alone(action);
            }
        } else {
            clause.alone.extend(run);
        }
    }

    /// A noun with its verbs, wherever these stand.
    fn item(&mut self, chunk: &Chunk<'t>, item: Item<'_>, clause: &mut Clause) {
        let Item {
            verbs_before,
            noun,
            verbs_after,
            added,
        } = item;
        let object = Object::of(noun, self.text);
        let mut nouns = self.nouns(chunk, noun, object);
        if !verbs_after.is_empty() || !added.is_empty() && verbs_before.is_empty() {
            let mut run = verbs(&verbs_after);
            if !verbs_before.is_empty() && object.is_edible() {
                run.extend(verbs(&verbs_before));
            }
            run.extend(added);
            shared_head(&mut clause.pending, object);
            clause.pending.append(&mut nouns);
            self.say_pending(clause, &run);
            (clause.prefix, self.lead) = if chunk.colon {
                (run.clone(), run)
            } else {
                (Vec::new(), Vec::new())
            };
            clause.alone.clear();
        } else if !verbs_before.is_empty() {
            let mut run: Vec<Action> = std::mem::take(&mut clause.alone);
            run.extend(verbs(&verbs_before));
            run.extend(added);
            self.say_last(nouns, &run);
            clause.pending.clear();
            clause.prefix = run;
        } else if !clause.prefix.is_empty() || !clause.alone.is_empty() {
            let run: Vec<Action> = clause.prefix.iter().chain(&clause.alone).copied().collect();
            self.say_last(nouns, &run);
            clause.prefix = run;
            clause.alone.clear();
        } else if let Some((run, noun)) = making_inside(noun) {
            let nouns = self.nouns(chunk, noun, Object::of(noun, self.text));
            self.say_last(nouns, &run);
            clause.prefix = run;
        } else {
            clause.pending.append(&mut nouns);
        }
    }

    /// Says verbs of the nouns that wait for one; they are then the last.
    fn say_pending(&mut self, clause: &mut Clause, run: &[Action]) {
        self.say_last(std::mem::take(&mut clause.pending), run);
    }

    fn say_last(&mut self, nouns: Vec<Noun>, run: &[Action]) {
        self.say(&nouns, run);
        self.last = nouns;
    }

    /// 包装 behind food is done to it; before another word it names a thing, 食品包装袋.
    fn packing(&self, words: &mut [Token]) {
        let Some((last, before)) = words.split_last_mut() else {
            return;
        };
        let is_food = Object::of(before, self.text).is_edible();
        if is_food
            && &self.text[last.start..last.end] == "包装"
            && let Kind::Word(word) = &mut last.kind
        {
            word.class = Class::Pack;
        }
    }

    /// The nouns of a chunk: its own, or those of its brackets where it names no particular food: 食品（糕点）, 红薯（粉丝）.
    fn nouns(&self, chunk: &Chunk<'t>, noun: &[Token], object: Object) -> Vec<Noun> {
        if matches!(object, Object::Generic | Object::Perhaps { .. }) {
            let named = self.foods_in_brackets(chunk);
            if !named.is_empty() {
                return named;
            }
        }
        vec![self.noun(noun, object)]
    }

    fn noun(&self, tokens: &[Token], object: Object) -> Noun {
        Noun {
            object,
            name: self.text_of(without_tail(tokens)).to_owned(),
            start: tokens.first().map_or(0, |token| token.start),
            end: tokens.last().map_or(0, |token| token.end),
        }
    }

    fn foods_in_brackets(&self, chunk: &Chunk<'t>) -> Vec<Noun> {
        chunk
            .brackets
            .iter()
            .filter(|bracket| {
                !is_boilerplate(self.text_of(bracket))
                    && !has(bracket, Class::Not)
                    && !has(bracket, Class::Except)
            })
            .flat_map(|bracket| chunks(bracket))
            .filter_map(|part| {
                let (before, noun, after) = taken_apart(&part.words);
                let object = Object::of(noun, self.text);
                let food =
                    matches!(object, Object::Food { .. }) && before.is_empty() && after.is_empty();
                food.then(|| self.noun(noun, object))
            })
            .collect()
    }

    /// Verbs that brackets add to what stands before: 糕点（生产、销售）, 水产品（凭食品生产许可证经营）.
    fn added_by_brackets(&self, chunk: &Chunk<'t>) -> Vec<Action> {
        let mut added = Vec::new();
        for bracket in &chunk.brackets {
            let words = self.text_of(bracket);
            if words.contains("生产许可证") && !has(bracket, Class::Not) {
                let (start, end) = bracket
                    .first()
                    .map_or((0, 0), |token| (token.start, token.start));
                added.push(Action {
                    class: Class::MakeDeep,
                    category: None,
                    produce: false,
                    start,
                    end,
                });
                continue;
            }
            if is_boilerplate(words)
                || has(bracket, Class::Not)
                || has(bracket, Class::Except)
                || is_limit(words)
            {
                continue;
            }
            for part in chunks(bracket) {
                let (verbs_alone, noun, _) = taken_apart(&part.words);
                if without_tail(noun).is_empty() {
                    added.extend(
                        verbs(&verbs_alone)
                            .into_iter()
                            .filter(|action| action.class.is_make()),
                    );
                }
            }
        }
        added
    }

    /// What the brackets of a chunk, and words of its own, make of what was found in it.
    fn qualify(&mut self, chunk: &Chunk<'t>, group: usize, depth: usize) {
        let words = self.text_of(&chunk.words);
        if is_branch(words) {
            self.exclude_from(group, BRANCH);
        }
        for class in [Class::Workshop, Class::Preparation] {
            if has(&chunk.words, class) {
                self.exclude_from(group, why_not(class));
                if self.findings.len() == group
                    && chunk.words.iter().any(|token| {
                        token.word().is_some_and(|word| {
                            word.class.is_edible()
                                || word.class.is_make()
                                || class == Class::Workshop
                        })
                    })
                {
                    self.push(Outcome::Excluded(why_not(class)), None, &chunk.words);
                }
            }
        }
        let is_small = has(&chunk.words, Class::Small)
            || chunk
                .brackets
                .iter()
                .any(|bracket| has(bracket, Class::Small));
        // 食品、小型机械设备生产: the machines are small. Where the words name nothing of their own, it is said of what stood before them.
        let (_, noun, _) = taken_apart(without_heading(&chunk.words, self.text));
        let own_from = match (without_tail(noun).is_empty(), chunk.words.first()) {
            (false, Some(first)) => first.start,
            _ => 0,
        };
        for finding in &mut self.findings[group..] {
            let own = finding.named_at >= own_from;
            if is_small && own && matches!(finding.outcome, Outcome::Match(_)) {
                finding.outcome = Outcome::Unclear(ASK_HOW_LARGE);
            }
        }
        // 豆腐坊: a small maker's name, which says nothing else.
        if self.findings.len() == group && words.ends_with('坊') && names_food(&chunk.words) {
            self.push(Outcome::Unclear(ASK_HOW_LARGE), None, &chunk.words);
        }
        for bracket in &chunk.brackets {
            self.bracket(bracket, group, depth);
        }
    }

    fn bracket(&mut self, bracket: &'t [Token], group: usize, depth: usize) {
        let words = self.text_of(bracket);
        if is_about_all_above(words) {
            return self.about_all_above(bracket, words);
        }
        if is_address_of_branch(words) {
            return;
        }
        if is_branch(words) {
            return self.exclude_from(group, BRANCH);
        }
        if has(bracket, Class::Preparation) {
            return self.exclude_from(group, why_not(Class::Preparation));
        }
        if is_boilerplate(words) {
            return;
        }
        if has(bracket, Class::Not) || has(bracket, Class::Except) || words.starts_with('除') {
            let named = named_by_negation(bracket);
            return self.take_out(&named, group);
        }
        for class in [Class::Workshop, Class::OnTheSpot] {
            if has(bracket, class) {
                return self.exclude_from(group, why_not(class));
            }
        }
        if is_catering_license(words) {
            return self.exclude_from(group, CATERING_LICENSE);
        }
        let actions: Vec<Class> = bracket
            .iter()
            .filter_map(Token::word)
            .filter(|word| word.class.is_action())
            .map(|word| word.class)
            .collect();
        if actions.contains(&Class::Commission) && !has_make(bracket) {
            return self.exclude_from(group, why_not(Class::Commission));
        }
        if is_limit(words) {
            if !actions.is_empty() && !has_make(bracket) {
                let reason = if actions.contains(&Class::Primary) {
                    why_not(Class::Primary)
                } else {
                    LIMITED
                };
                self.exclude_from(group, reason);
            }
            return;
        }
        if depth < DEEPEST && !actions.is_empty() {
            // 超市（含食品生产）: an item of its own, under the same heading.
            let mut inner = Reader {
                text: self.text,
                findings: Vec::new(),
                lead: Vec::new(),
                heading: self.heading,
                last: Vec::new(),
            };
            inner.clauses(bracket, depth + 1);
            self.findings.extend(
                inner
                    .findings
                    .into_iter()
                    .filter(|finding| finding.object.is_some_and(Object::is_edible)),
            );
        }
    }

    fn bracket_alone(&mut self, bracket: &'t [Token], depth: usize) {
        let group = if self.findings.is_empty() {
            0
        } else {
            self.findings.len() - 1
        };
        let words = self.text_of(bracket);
        if self.findings.is_empty()
            || !(has(bracket, Class::Not)
                || is_branch(words)
                || has(bracket, Class::Preparation)
                || is_limit(words)
                || is_about_all_above(words))
        {
            if depth < DEEPEST && !is_boilerplate(words) {
                self.clauses(bracket, depth + 1);
            }
            return;
        }
        self.bracket(bracket, group, depth);
    }

    /// 以上范围不含食品生产; 以上项目限分支机构经营.
    fn about_all_above(&mut self, tokens: &[Token], words: &str) {
        if is_branch(words) {
            self.exclude_from(0, BRANCH);
        } else if has(tokens, Class::Preparation) {
            self.exclude_from(0, why_not(Class::Preparation));
        } else if has(tokens, Class::Not) || has(tokens, Class::Except) {
            self.take_out(&named_by_negation(tokens), 0);
        }
    }

    fn say(&mut self, nouns: &[Noun], run: &[Action]) {
        for noun in nouns {
            if self.findings.len() >= MOST {
                return;
            }
            let outcomes = run
                .iter()
                .filter_map(|action| Some((judge(Some(noun.object), *action)?, *action)));
            // The first of the heaviest: 生产、加工 of one thing is told once.
            let mut best: Option<(Outcome, Action)> = None;
            for (outcome, action) in outcomes {
                if best.is_none_or(|(known, _)| outcome.weight() > known.weight()) {
                    best = Some((outcome, action));
                }
            }
            if let Some((outcome, action)) = best {
                self.findings.push(Finding {
                    outcome,
                    object: Some(noun.object),
                    name: noun.name.clone(),
                    named_at: noun.start,
                    start: noun.start.min(action.start),
                    end: noun.end.max(action.end),
                });
            }
        }
    }

    fn say_alone(&mut self, action: Action) {
        if let Some(outcome) = judge(None, action) {
            self.findings.push(Finding {
                outcome,
                object: None,
                name: String::new(),
                named_at: action.start,
                start: action.start,
                end: action.end,
            });
        }
    }

    fn push(&mut self, outcome: Outcome, object: Option<Object>, tokens: &[Token]) {
        self.findings.push(Finding {
            outcome,
            object,
            name: String::new(),
            named_at: tokens.first().map_or(0, |token| token.start),
            start: tokens.first().map_or(0, |token| token.start),
            end: tokens.last().map_or(0, |token| token.end),
        });
    }

    fn exclude_from(&mut self, group: usize, reason: &'static str) {
        for finding in &mut self.findings[group..] {
            if finding.outcome.weight() > 0 {
                finding.outcome = Outcome::Excluded(reason);
            }
        }
    }

    /// Takes out what a negation names, and nothing else.
    fn take_out(&mut self, named: &[Token], group: usize) {
        let (mut makes, mut others, mut spot) = (false, false, false);
        let mut names: Vec<(String, Object)> = Vec::new();
        for chunk in chunks(named) {
            let (before, noun, after) = taken_apart(&chunk.words);
            for action in before.iter().chain(&after) {
                match action.class {
                    class if class.is_make() => makes = true,
                    Class::OnTheSpot => spot = true,
                    _ => others = true,
                }
            }
            if !without_tail(noun).is_empty() {
                names.push((
                    self.text_of(without_tail(noun)).to_owned(),
                    Object::of(noun, self.text),
                ));
            }
        }
        // 不含销售 takes no making out.
        if (others || spot) && !makes {
            return;
        }
        for finding in &mut self.findings[group..] {
            if finding.outcome.weight() == 0 {
                continue;
            }
            if names.is_empty() {
                if makes {
                    finding.outcome = Outcome::Excluded(NEGATED);
                }
                continue;
            }
            let generic = names.iter().any(|(_, object)| *object == Object::Generic);
            if names.iter().any(|(name, _)| *name == finding.name) {
                finding.outcome = Outcome::Excluded(NEGATED);
            } else if generic {
                finding.outcome = match finding.object {
                    Some(Object::Food { .. }) => {
                        Outcome::Unclear("写明不含食品生产，却又列有具体食品的生产")
                    }
                    _ => Outcome::Excluded(NEGATED),
                };
            }
        }
    }
}

/// A list before 茶生产专用设备 speaks of the equipment too.
fn shared_head(pending: &mut [Noun], head: Object) {
    if let Object::Other {
        names_food: true, ..
    } = head
    {
        for noun in pending.iter_mut().filter(|noun| noun.object.is_edible()) {
            noun.object = head;
        }
    }
}
