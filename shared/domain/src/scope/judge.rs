//! What making one thing, or doing something else with it, amounts to.

use super::tokens::{Kind, Token};
use super::vocabulary::{Category, Class, Word};

/// A thing that something is done to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Object {
    Food {
        category: Category,
        raised: bool,
    },
    /// Food of no particular kind.
    Generic,
    /// A farm product, or something that may or may not be food.
    Perhaps {
        raised: bool,
    },
    /// Something else, whose name has food in it or not.
    Other {
        why: Class,
        names_food: bool,
    },
    /// Words that we do not know, behind food or not.
    Unknown {
        names_food: bool,
    },
}

impl Object {
    pub fn is_edible(self) -> bool {
        matches!(
            self,
            Self::Food { .. } | Self::Generic | Self::Perhaps { .. }
        )
    }

    /// Food in it, or about food.
    pub fn names_food(self) -> bool {
        match self {
            Self::Other { names_food, .. } | Self::Unknown { names_food } => names_food,
            _ => true,
        }
    }

    /// The thing that a run of words names: its last word decides, for Chinese puts what qualifies before what is qualified.
    pub fn of(tokens: &[Token], text: &str) -> Self {
        let names_food = tokens
            .iter()
            .filter_map(Token::word)
            .any(|word| word.class.is_edible());
        let other = |why| Self::Other { why, names_food };
        if has(tokens, Class::Elsewhere) {
            return other(Class::Elsewhere);
        }
        let named = without_tail(tokens);
        let Some(head) = named.last() else {
            return Self::Unknown { names_food };
        };
        // 竹笋 may be sold as it grew; 竹笋制品 are made.
        let made = tokens[named.len()..]
            .iter()
            .any(|token| &text[token.start..token.end] == "制品");
        match head.kind {
            Kind::Word(Word {
                class: Class::Food,
                category: Some(category),
                raised,
                ..
            }) => Self::Food { category, raised },
            Kind::Word(Word {
                class: Class::Generic,
                ..
            }) => Self::Generic,
            Kind::Word(Word {
                class: Class::UnclearFood | Class::Raised,
                ..
            }) if made => Self::Generic,
            Kind::Word(Word {
                class: Class::UnclearFood | Class::Raised,
                raised,
                ..
            }) => Self::Perhaps { raised },
            Kind::Word(Word { class, .. }) if !class.is_action() && class != Class::Neutral => {
                other(class)
            }
            Kind::Other => {
                let name = &text[head.start..head.end];
                let before = named.len().checked_sub(2).map(|place| &named[..=place]);
                match by_last_letter(name) {
                    // 速溶咖啡粉, 腊肉丁: a piece or powder of what stands before it.
                    None if PIECES.contains(&name)
                        && before.is_some_and(|before| Self::of(before, text).is_edible()) =>
                    {
                        before.map_or(Self::Generic, |before| Self::of(before, text))
                    }
                    Some(category) => Self::Food {
                        category,
                        raised: false,
                    },
                    None if name.ends_with(IMPLEMENTS) => other(Class::Equipment),
                    None if name.ends_with(EDIBLE) => Self::Perhaps { raised: true },
                    None => Self::Unknown { names_food },
                }
            }
            _ => Self::Unknown { names_food },
        }
    }
}

/// The words without those at the end that say no more.
pub fn without_tail(tokens: &[Token]) -> &[Token] {
    let kept = tokens
        .iter()
        .rposition(|token| token.word().is_none_or(|word| word.class != Class::Neutral))
        .map_or(0, |last| last + 1);
    &tokens[..kept]
}

pub fn has(tokens: &[Token], class: Class) -> bool {
    tokens
        .iter()
        .filter_map(Token::word)
        .any(|word| word.class == class)
}

/// What names of devices and vessels end in.
const IMPLEMENTS: [char; 18] = [
    '机', '械', '器', '具', '仪', '计', '炉', '刀', '架', '车', '柜', '线', '膜', '袋', '瓶', '盒',
    '签', '桶',
];

/// What names of things from the field, the water and the kitchen end in: to eat, but made or grown?
const EDIBLE: [char; 19] = [
    '肉', '鱼', '虾', '蟹', '蛋', '菜', '菇', '笋', '粥', '饭', '粑', '馍', '脯', '羹', '馅', '枣',
    '豆', '薯', '瓜',
];

/// What food is cut, ground or pressed into.
const PIECES: [&str; 14] = [
    "粉", "干", "片", "丝", "粒", "丁", "汁", "浆", "膏", "条", "块", "卷", "串", "球",
];

/// Local foods have names that no list has; these letters end nothing else that is made.
fn by_last_letter(name: &str) -> Option<Category> {
    let code = match name.chars().last()? {
        '糕' | '酥' | '饼' | '粽' => "124",
        '酒' => "115",
        '醋' | '酱' => "103",
        '饺' => "111",
        '糖' => "113",
        '茶' => "114",
        _ => return None,
    };
    Category::of(code)
}

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Action {
    pub class: Class,
    /// The category of a verb with an object of its own: 酿酒.
    pub category: Option<Category>,
    /// 生产, which of farm products is farming.
    pub produce: bool,
    pub start: usize,
    pub end: usize,
}

/// What an item amounts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Match(Option<Category>),
    Unclear(&'static str),
    Excluded(&'static str),
}

impl Outcome {
    /// The order in which one thing with several verbs is told.
    pub fn weight(self) -> u8 {
        match self {
            Self::Match(_) => 2,
            Self::Unclear(_) => 1,
            Self::Excluded(_) => 0,
        }
    }
}

/// The verbs of a run in which no mark stands: 生产销售 are two, of 生产技术咨询 the last alone counts.
pub fn verbs(run: &[Action]) -> Vec<Action> {
    let Some(last) = run.last() else {
        return Vec::new();
    };
    let before = run.len().checked_sub(2).map(|place| run[place]);
    match last.class {
        Class::Service => vec![*last],
        Class::Research => match before {
            Some(made) if made.class.is_make() => vec![Action {
                class: Class::MakeUnclear,
                end: last.end,
                ..made
            }],
            _ => vec![*last],
        },
        _ => run.to_vec(),
    }
}

/// What doing `action` to `object` amounts to; none where it has nothing to do with food.
pub fn judge(object: Option<Object>, action: Action) -> Option<Outcome> {
    let Some(object) = object else {
        return match action.class {
            Class::Make => action
                .category
                .map(|category| Outcome::Match(Some(category))),
            Class::OnTheSpot | Class::Primary | Class::Serve | Class::Slaughter => {
                Some(Outcome::Excluded(why_not(action.class)))
            }
            _ => None,
        };
    };
    if let Object::Other { why, names_food } = object {
        return (names_food || why == Class::Elsewhere).then_some(Outcome::Excluded(why_not(why)));
    }
    if !action.class.is_make() && !matches!(action.class, Class::Pack | Class::Rough) {
        return object
            .names_food()
            .then_some(Outcome::Excluded(why_not(action.class)));
    }
    match (object, action.class) {
        (Object::Perhaps { raised: true }, Class::Pack) => {
            Some(Outcome::Excluded(why_not(Class::Primary)))
        }
        (object, Class::Pack) if object.is_edible() => Some(Outcome::Unclear(ASK_PACKED)),
        (object, Class::Rough) if object.is_edible() => Some(Outcome::Unclear(ASK_HOW_FAR)),
        (_, Class::Pack | Class::Rough) => None,
        (Object::Unknown { names_food: false }, _) => action
            .category
            .map(|category| Outcome::Match(Some(category))),
        (Object::Unknown { .. }, _) => Some(Outcome::Unclear("提到食品，但看不出生产的是什么")),
        (Object::Food { raised: true, .. } | Object::Perhaps { raised: true }, Class::Make)
            if action.produce =>
        {
            Some(Outcome::Excluded("农产品的种植、养殖生产，不是食品生产"))
        }
        (Object::Food { category, .. }, Class::Make | Class::MakeDeep) => {
            Some(Outcome::Match(Some(category)))
        }
        (Object::Generic | Object::Perhaps { .. }, Class::MakeDeep)
        | (Object::Generic, Class::Make) => Some(Outcome::Match(action.category)),
        (Object::Perhaps { raised: true }, Class::Make) => Some(Outcome::Unclear(ASK_HOW_FAR)),
        (Object::Perhaps { .. }, Class::Make) => Some(match action.category {
            Some(category) => Outcome::Match(Some(category)),
            None => Outcome::Unclear("看不出是食用农产品初加工、食品生产，还是非食用产品"),
        }),
        (_, Class::MakeForWhom) => Some(Outcome::Unclear(ASK_WHO_MAKES)),
        _ => Some(Outcome::Unclear(ASK_WHERE)),
    }
}

/// What to ask where packing decides (食品安全法 第35条; 食品生产许可分类目录: 分装).
const ASK_PACKED: &str = "包装：请问是不是把散装食品装成预包装食品出售（分装）？是的，需要食品生产许可；只给已经包装好的食品装箱、贴标，或者只包装食用农产品，不需要";

/// What to ask where it is open how far processing goes (食品生产许可管理办法 第2条).
const ASK_HOW_FAR: &str = "可能只是食用农产品初加工，也可能是食品生产，请问做到哪一步：只清洗、挑选、切割、晾晒等初加工，不需要食品生产许可；腌制、烘烤、蒸煮、灌装等加工，需要";

/// What to ask where one makes for another (食品安全法 第35条; 食品生产许可管理办法 第2条).
const ASK_WHO_MAKES: &str = "委托加工、贴牌：请问由谁生产？自己动手生产，需要食品生产许可；委托有许可证的企业生产，由受托的企业取得许可";

/// What to ask where the place and whom it sells to decide (食品安全法 第35, 36条; 浙江省食品小作坊小餐饮店小食杂店和食品摊贩管理规定 第8条).
const ASK_WHERE: &str = "看不出是工厂生产，还是现场制作、来料服务，请问在哪里做、卖给谁：当场制作当场出售，属于食品经营；固定场所小规模加工，可以办食品小作坊登记；工厂生产后销往外面，需要食品生产许可";

/// What to ask where the maker's size decides (食品安全法 第36条; 浙江省食品小作坊小餐饮店小食杂店和食品摊贩管理规定 第8条).
pub const ASK_HOW_LARGE: &str = "规模较小的加工，请问有多少人、多大场所、做哪些食品：符合食品小作坊条件的（如豆腐、糕点的小规模加工），可以办食品小作坊登记，不需要食品生产许可；其他的需要食品生产许可";

/// Why something that is not making of food needs no licence for it.
pub fn why_not(class: Class) -> &'static str {
    match class {
        Class::OnTheSpot => "现场制售，属于食品经营，不需要食品生产许可",
        Class::Primary => "食用农产品初加工，不需要食品生产许可",
        Class::Slaughter => "屠宰、分割，不属于食品生产许可",
        Class::Grow => "种植、养殖、捕捞，不是食品生产",
        Class::Sell => "销售，不是生产",
        Class::Serve => "餐饮服务，不是食品生产",
        Class::Store => "仓储、运输，不是生产",
        Class::Research | Class::Service => "研发、技术或其他服务，不是生产",
        Class::Commission => "委托他人生产，由受托方取得许可",
        Class::Equipment => "设备、器具，不是食品",
        Class::Packaging => "包装、容器等食品相关产品，不是食品",
        Class::Elsewhere => "饲料、宠物食品或非食用产品，不是供人食用的食品",
        Class::Workshop => "食品小作坊，凭小作坊登记证经营",
        Class::Preparation => "筹建，尚不从事生产",
        _ => "不是食品生产",
    }
}
