//! What the lists of candidates, of expired licences and of unclear scopes can all be asked.

use registers::{Filter, Input};

pub const SEARCH: Filter = Filter::search("名称或代码", "{found p.uscc}");

pub const TOWN: Filter = Filter::town("p.town IN {towns}");

pub const FROM_DAY: Filter = Filter {
    name: "registered_from",
    label: "成立日期从",
    input: Input::Date,
    condition: "p.founded_on >= {}",
};

pub const TO_DAY: Filter = Filter {
    name: "registered_to",
    label: "到",
    input: Input::Date,
    condition: "p.founded_on <= {}",
};
