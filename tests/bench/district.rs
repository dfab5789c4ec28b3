//! Businesses that nobody has registered, the same ones every time.

use domain::Uscc;
use rust_xlsxwriter::Workbook;

const HEADINGS: [&str; 9] = [
    "统一社会信用代码",
    "企业名称",
    "成立日期",
    "住所",
    "所属镇街",
    "经营范围",
    "主体业态",
    "包保级别",
    "联系电话",
];
const TOWNS: [&str; 5] = ["云港街道", "新埠街道", "清禾镇", "桑园镇", "西岙乡"];
const SYLLABLES: [char; 32] = [
    '隆', '禾', '盛', '恒', '润', '鑫', '锦', '满', '甜', '福', '田', '万', '鲜', '南', '浔', '湖',
    '州', '乐', '和', '云', '溪', '桑', '园', '清', '柳', '桥', '青', '墩', '石', '双', '桐', '望',
];
const TRADES: [&str; 4] = ["餐饮管理有限公司", "食品店", "超市有限公司", "面馆"];

/// Numbers that look random and are the same every time.
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }

    pub fn syllables(&mut self, count: usize) -> String {
        (0..count)
            .map(|_| SYLLABLES[self.roll(SYLLABLES.len())])
            .collect()
    }
}

/// As it stands in an address.
pub fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

pub fn code(number: usize) -> String {
    let start = format!("91330503{number:09}");
    "0123456789ABCDEFGHJKLMNPQRTUWXY"
        .chars()
        .map(|last| format!("{start}{last}"))
        .find(|code| code.parse::<Uscc>().is_ok())
        .expect("one of 31 digits is right")
}

fn row(number: usize, dice: &mut Dice) -> [String; 9] {
    let town = TOWNS[dice.roll(TOWNS.len())];
    [
        code(number),
        format!("云溪{}{}", dice.syllables(4), TRADES[dice.roll(TRADES.len())]),
        format!("20{:02}-{:02}-{:02}", dice.roll(26), 1 + dice.roll(12), 1 + dice.roll(28)),
        format!("浙江省云溪区{town}某村{}号", dice.roll(900)),
        town.to_owned(),
        "许可项目：餐饮服务；食品销售（依法须经批准的项目，经相关部门批准后方可开展经营活动，具体经营项目以审批结果为准）。一般项目：外卖递送服务（除依法须经批准的项目外，凭营业执照依法自主开展经营活动）。".to_owned(),
        ["生产", "流通", "餐饮"][dice.roll(3)].to_owned(),
        ["A", "B", "C", "D"][dice.roll(4)].to_owned(),
        format!("160{:08}", dice.roll(100_000_000)),
    ]
}

pub fn csv(rows: usize) -> Vec<u8> {
    let mut dice = Dice(rows as u64);
    let mut text = HEADINGS.join(",");
    for number in 0..rows {
        text.push('\n');
        text.push_str(&row(number, &mut dice).join(","));
    }
    text.into_bytes()
}

pub fn xlsx(rows: usize) -> Vec<u8> {
    let mut dice = Dice(rows as u64);
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.write_row(0, 0, HEADINGS).unwrap();
    for number in 0..rows {
        sheet
            .write_row(number as u32 + 1, 0, row(number, &mut dice))
            .unwrap();
    }
    workbook.save_to_buffer().unwrap()
}
