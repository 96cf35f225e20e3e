//! Believable names of several peoples. The lists are our own; nobody real is meant.

use super::dice::Dice;
use crate::org::rules::Sex;

/// How the names of a people are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    /// A family name and one or two characters.
    Family,
    /// The own name, ·, the father's name.
    FathersName,
    /// The own name alone.
    Single,
}

/// A people: code of GB/T 3304, how many in a thousand, and its names.
struct People {
    code: i16,
    weight: i32,
    style: Style,
    boys: &'static [&'static str],
    girls: &'static [&'static str],
}

const HAN_BOYS: &[&str] = &[
    "伟", "强", "磊", "军", "洋", "勇", "杰", "涛", "明", "超", "浩", "宇", "轩", "然", "博", "文", "昊",
    "天", "泽", "子", "俊", "晨", "辰", "睿", "航", "鹏", "旭", "阳", "志", "建", "国", "海", "峰", "林",
    "毅", "恒", "诚", "安", "远", "书", "墨", "逸", "凡", "嘉", "佑", "铭", "哲", "瑞", "启", "家", "乐",
];
const HAN_GIRLS: &[&str] = &[
    "芳", "娜", "敏", "静", "丽", "艳", "娟", "霞", "秀", "婷", "雪", "梅", "慧", "欣", "怡", "雨", "涵",
    "梓", "萱", "诗", "语", "思", "琪", "佳", "悦", "梦", "瑶", "晓", "彤", "雅", "婉", "清", "若", "兮",
    "可", "馨", "妍", "玥", "宁", "心", "月", "兰", "菲", "璐", "莹", "珍", "云", "依", "诺", "曦", "岚",
];
/// Characters that programs of the past refused: beyond GB 2312, beyond two bytes.
const RARE: &[&str] =
    &["喆", "堃", "燚", "翀", "彧", "祎", "玥", "垚", "犇", "䶮", "㛃", "𬭎", "𫖯", "𬀩", "𬍛", "𫍯"];
const SURNAMES: &[&str] = &[
    "王", "王", "王", "李", "李", "李", "张", "张", "张", "刘", "刘", "陈", "陈", "杨", "杨", "赵", "黄",
    "周", "吴", "徐", "孙", "胡", "朱", "高", "林", "何", "郭", "马", "罗", "梁", "宋", "郑", "谢", "韩",
    "唐", "冯", "于", "董", "萧", "程", "曹", "袁", "邓", "许", "傅", "沈", "曾", "彭", "吕", "苏", "卢",
    "蒋", "蔡", "贾", "丁", "魏", "薛", "叶", "阎", "余", "潘", "杜", "戴", "夏", "钟", "汪", "田", "任",
    "姜", "范", "方", "石", "姚", "谭", "廖", "邹", "熊", "金", "陆", "郝", "孔", "白", "崔", "康", "毛",
    "邱", "秦", "江", "史", "顾", "侯", "邵", "孟", "龙", "万", "段", "雷", "钱", "汤", "尹", "黎", "易",
    "单", "仇", "解", "查", "区", "翟", "盖", "覃",
];
const LONG_SURNAMES: &[&str] = &["欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "慕容"];
const HUI_SURNAMES: &[&str] =
    &["马", "马", "马", "马", "白", "丁", "哈", "沙", "金", "杨", "王", "李", "张", "海", "撒", "苏"];

const UYGHUR_BOYS: &[&str] = &[
    "买买提",
    "艾力",
    "吐尔逊",
    "阿卜杜拉",
    "艾合买提",
    "木合塔尔",
    "玉素甫",
    "伊力亚斯",
    "热合曼",
    "卡德尔",
    "阿迪力",
    "库尔班",
    "麦麦提明",
    "艾尼瓦尔",
    "图尔荪",
    "阿布都热依木",
    "亚森",
    "依明",
    "帕尔哈提",
    "努尔麦麦提",
    "艾山",
    "肉孜",
    "斯迪克",
    "伊卜拉伊木",
    "开赛尔",
    "迪力木拉提",
    "艾则孜",
    "祖农",
    "赛买提",
    "凯萨尔",
];
const UYGHUR_GIRLS: &[&str] = &[
    "阿依古丽",
    "古丽娜尔",
    "帕提古丽",
    "热依汗古丽",
    "阿依努尔",
    "米热古丽",
    "迪丽娜尔",
    "古丽巴哈尔",
    "祖丽皮耶",
    "麦迪娜",
    "阿丽耶",
    "苏比努尔",
    "热依拉",
    "凯丽比努尔",
    "阿孜古丽",
    "努尔比耶",
    "玛依热",
    "古丽米热",
    "再努尔",
    "布祖拉",
    "海丽且姆",
    "图尔荪古丽",
    "伊巴代提",
    "阿米娜",
    "帕丽丹",
    "乌丽凡",
    "茹先古丽",
    "吾丽努尔",
];
const KAZAKH_BOYS: &[&str] = &[
    "叶尔兰",
    "哈力木别克",
    "别克扎提",
    "努尔兰",
    "赛力克",
    "加尔恒",
    "叶尔森",
    "巴合提别克",
    "阿依波力",
    "胡安德克",
];
const KAZAKH_GIRLS: &[&str] = &[
    "阿依达娜",
    "古丽扎提",
    "阿勒腾",
    "努尔古丽",
    "加娜尔",
    "叶尔克",
    "马依拉",
    "巴哈尔",
    "沙吾列",
    "古丽江",
];
const KIRGIZ_BOYS: &[&str] = &["吐尔干", "朱马", "阿曼吐尔", "托合提", "居马别克", "艾山别克", "买买提朱马"];
const KIRGIZ_GIRLS: &[&str] = &["阿依姆", "古丽萨", "布如力", "阿曼古丽", "吐尔地古丽", "加米拉", "阿依达"];
const TAJIK_BOYS: &[&str] = &["买热木", "阿拉木", "都日别克", "米尔扎", "夏木西", "古尔班", "萨迪克"];
const TAJIK_GIRLS: &[&str] = &["古丽夏", "阿吉牙尔", "米日班", "古丽切热", "夏热帕", "热娜", "巴哈尔古丽"];
const TIBETAN_BOYS: &[&str] =
    &["扎西顿珠", "旦增", "多吉", "次仁平措", "洛桑", "格桑", "尼玛", "边巴次仁", "索朗", "普布"];
const TIBETAN_GIRLS: &[&str] =
    &["卓玛", "央金", "德吉", "次仁拉姆", "白玛", "格桑曲珍", "达瓦央宗", "仁增", "曲尼", "拉珍"];
const MONGOL_BOYS: &[&str] =
    &["巴特尔", "苏和", "朝鲁", "阿古拉", "那日苏", "布和", "额尔德木", "巴雅尔", "特木尔", "哈斯"];
const MONGOL_GIRLS: &[&str] =
    &["乌日娜", "其其格", "萨仁", "娜仁托娅", "乌云", "高娃", "斯琴", "塔娜", "阿茹娜", "苏布德"];

const PEOPLES: &[People] = &[
    People { code: 1, weight: 520, style: Style::Family, boys: HAN_BOYS, girls: HAN_GIRLS },
    People { code: 5, weight: 290, style: Style::FathersName, boys: UYGHUR_BOYS, girls: UYGHUR_GIRLS },
    People { code: 3, weight: 60, style: Style::Family, boys: HAN_BOYS, girls: HAN_GIRLS },
    People { code: 17, weight: 40, style: Style::FathersName, boys: KAZAKH_BOYS, girls: KAZAKH_GIRLS },
    People { code: 29, weight: 25, style: Style::FathersName, boys: KIRGIZ_BOYS, girls: KIRGIZ_GIRLS },
    People { code: 41, weight: 15, style: Style::FathersName, boys: TAJIK_BOYS, girls: TAJIK_GIRLS },
    People { code: 4, weight: 20, style: Style::Single, boys: TIBETAN_BOYS, girls: TIBETAN_GIRLS },
    People { code: 2, weight: 30, style: Style::Single, boys: MONGOL_BOYS, girls: MONGOL_GIRLS },
];

/// The names in one family.
pub(super) struct FamilyNames {
    /// The people of the child, code of GB/T 3304.
    pub ethnic_code: i16,
    pub child: String,
    pub father: String,
    pub mother: String,
}

/// Names for a child and its parents.
pub(super) fn family(dice: &mut Dice, sex: Sex) -> FamilyNames {
    let weights: Vec<(i32, &People)> = PEOPLES.iter().map(|people| (people.weight, people)).collect();
    let Some(people) = dice.weighted(&weights) else {
        return FamilyNames {
            ethnic_code: 1,
            child: String::new(),
            father: String::new(),
            mother: String::new(),
        };
    };
    let (child, father, mother) = match people.style {
        Style::Family => of_family(dice, people, sex),
        Style::FathersName => of_father(dice, people, sex),
        Style::Single => {
            let own = |dice: &mut Dice, sex| own_name(dice, people, sex).to_owned();
            (own(dice, sex), own(dice, Sex::Male), own(dice, Sex::Female))
        }
    };
    FamilyNames { ethnic_code: people.code, child, father, mother }
}

fn own_name(dice: &mut Dice, people: &People, sex: Sex) -> &'static str {
    dice.word(match sex {
        Sex::Male => people.boys,
        Sex::Female => people.girls,
    })
}

fn of_father(dice: &mut Dice, people: &People, sex: Sex) -> (String, String, String) {
    let father = own_name(dice, people, Sex::Male);
    let child = format!("{}·{father}", own_name(dice, people, sex));
    let fathers = format!("{father}·{}", own_name(dice, people, Sex::Male));
    let mothers = format!("{}·{}", own_name(dice, people, Sex::Female), own_name(dice, people, Sex::Male));
    (child, fathers, mothers)
}

fn of_family(dice: &mut Dice, people: &People, sex: Sex) -> (String, String, String) {
    let hui = people.code == 3;
    let surname = |dice: &mut Dice| match (hui, dice.chance(6)) {
        (true, _) => dice.word(HUI_SURNAMES),
        (false, true) => dice.word(LONG_SURNAMES),
        (false, false) => dice.word(SURNAMES),
    };
    let own = surname(dice);
    let child = format!("{own}{}", given(dice, people, sex));
    let father = format!("{own}{}", given(dice, people, Sex::Male));
    let mother = format!("{}{}", surname(dice), given(dice, people, Sex::Female));
    (child, father, mother)
}

/// One character, or two; now and then one that is rare.
fn given(dice: &mut Dice, people: &People, sex: Sex) -> String {
    let first = own_name(dice, people, sex);
    if dice.chance(12) {
        return format!("{first}{}", dice.word(RARE));
    }
    if dice.chance(180) { first.to_owned() } else { format!("{first}{}", own_name(dice, people, sex)) }
}
