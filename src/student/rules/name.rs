//! Names of all peoples, and the keys they are found by.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::OnceLock;

use pinyin::ToPinyin;

use super::{is_invisible, narrow_char, refuse_formula};
use crate::kernel::error::Fault;

/// The most characters a name may have.
pub const NAME_LIMIT: usize = 50;

/// The separator between the parts of a name.
const SEPARATOR: char = '·';

/// A person's name in one spelling: parts separated by · (U+00B7), Han characters without spaces
/// between them, single spaces between words of letters, 1 to 50 characters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonName(String);

/// What a name is found by, in small letters without spaces; ü is v, as it is typed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SearchKey {
    /// The whole reading: `guxuanbo`.
    pub pinyin: String,
    /// The first letters: `gxb`.
    pub initials: String,
}

impl PersonName {
    /// Reads a name as it is typed. Every look-alike of the separator becomes ·, a full stop too
    /// where it stands between Han characters; spaces that only lay out a name (李 明) go.
    ///
    /// Faults: `name_missing`, `formula_cell`, `name_digit`, `name_character`, `name_separator`,
    /// `name_length`.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let visible: String = text.chars().filter(|c| !is_invisible(*c)).collect();
        let words = visible.split_whitespace().collect::<Vec<_>>().join(" ");
        if words.is_empty() {
            return Err(Fault::new("name_missing", "缺少姓名", "the name is missing"));
        }
        refuse_formula(&words)?;
        let typed: Vec<char> = words.chars().map(narrow_letter).collect();
        let name = without_layout(&with_one_separator(&typed));
        check_characters(&name)?;
        let name: String = name.into_iter().collect();
        check_separators(&name)?;
        if name.chars().count() > NAME_LIMIT {
            return Err(Fault::new(
                "name_length",
                format!("姓名不能超过{NAME_LIMIT}个字"),
                format!("a name has at most {NAME_LIMIT} characters"),
            ));
        }
        Ok(Self(name))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first character, the rest hidden: `顾**`.
    pub fn masked(&self) -> String {
        self.0.chars().enumerate().map(|(index, c)| if index == 0 { c } else { '*' }).collect()
    }

    /// The whole reading, the family name as it is read in names: `guxuanbo`. The separator is
    /// skipped, characters without a reading stay.
    pub fn pinyin(&self) -> String {
        self.key(self.surname_reading()).pinyin
    }

    /// The first letters of [`PersonName::pinyin`]: `gxb`.
    pub fn initials(&self) -> String {
        self.key(self.surname_reading()).initials
    }

    /// Every key the name should be found by: read as a family name first, then as everywhere
    /// else. One or two, and never two alike.
    pub fn search_keys(&self) -> Vec<SearchKey> {
        let first = self.key(self.surname_reading());
        let plain = self.key(None);
        if first == plain { vec![first] } else { vec![first, plain] }
    }

    /// The reading of the family name where it differs from the common one: its characters and
    /// their syllables. A name of several parts has no Chinese family name in front.
    fn surname_reading(&self) -> Option<&'static Surname> {
        if self.0.contains(SEPARATOR) {
            return None;
        }
        surnames().iter().find(|surname| self.0.starts_with(&surname.characters))
    }

    fn key(&self, surname: Option<&Surname>) -> SearchKey {
        let mut key = SearchKey { pinyin: String::new(), initials: String::new() };
        let rest = match surname {
            Some(surname) => {
                surname.syllables.iter().for_each(|syllable| key.push_syllable(syllable));
                self.0.strip_prefix(surname.characters.as_str()).unwrap_or_default()
            }
            None => self.0.as_str(),
        };
        let mut in_word = false;
        for c in rest.chars() {
            if let Some(reading) = c.to_pinyin() {
                key.push_syllable(reading.plain());
                in_word = false;
            } else if c.is_alphanumeric() {
                key.push_letter(c, !in_word);
                in_word = !is_han(c);
            } else if !is_combining(c) {
                in_word = false;
            }
        }
        key
    }
}

impl SearchKey {
    fn push_syllable(&mut self, syllable: &str) {
        self.initials.extend(syllable.chars().next());
        self.pinyin.extend(syllable.chars().map(|c| if c == 'ü' { 'v' } else { c }));
    }

    /// A character without a reading; of a word of letters only the first is an initial.
    fn push_letter(&mut self, c: char, begins_word: bool) {
        self.pinyin.extend(c.to_lowercase());
        if begins_word {
            self.initials.extend(c.to_lowercase());
        }
    }
}

/// What a searcher types, made comparable with a [`SearchKey`]: small letters, no spaces, marks
/// and separators, ü as v.
pub fn query_key(typed: &str) -> String {
    let letters = typed.chars().map(narrow_char).filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).map(|c| if c == 'ü' { 'v' } else { c }).collect()
}

impl fmt::Debug for PersonName {
    /// Logs hold no names.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PersonName({} characters)", self.0.chars().count())
    }
}

/// A family name whose reading in names is another one than elsewhere.
struct Surname {
    characters: String,
    syllables: Vec<String>,
}

/// The readings of family names, the longest first so that 单于 is found before 单.
fn surnames() -> &'static [Surname] {
    static SURNAMES: OnceLock<Vec<Surname>> = OnceLock::new();
    SURNAMES.get_or_init(|| {
        let table = include_str!("../standards/surname_readings.csv");
        let mut surnames: Vec<Surname> = table
            .lines()
            .skip(1)
            .filter_map(|line| line.split_once(','))
            .map(|(characters, reading)| Surname {
                characters: characters.to_owned(),
                syllables: reading.split(' ').map(str::to_owned).collect(),
            })
            .collect();
        surnames.sort_by_key(|surname| std::cmp::Reverse(surname.characters.chars().count()));
        surnames
    })
}

/// Han characters of all planes, 〇, and the private-use characters that older programs of the
/// registry wrote rare characters with.
fn is_han(c: char) -> bool {
    matches!(c,
        '\u{3007}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{3FFFD}' | '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{FFFFD}')
}

/// The look-alikes of · that keyboards and programs write.
fn is_separator(c: char) -> bool {
    matches!(c, '·' | '•' | '‧' | '・' | '･' | '．' | '∙' | '⋅' | '●' | '\u{0387}')
}

/// Full-width letters become letters; marks stay, the full-width full stop is a separator.
fn narrow_letter(c: char) -> char {
    match c {
        'Ａ'..='Ｚ' | 'ａ'..='ｚ' | '０'..='９' => narrow_char(c),
        _ => c,
    }
}

fn with_one_separator(typed: &[char]) -> Vec<char> {
    let neighbour = |index: Option<usize>| index.and_then(|index| typed.get(index)).copied();
    let between_han = |index: usize| {
        neighbour(index.checked_sub(1)).is_some_and(is_han)
            && neighbour(index.checked_add(1)).is_some_and(is_han)
    };
    let separated = |(index, c): (usize, &char)| {
        if is_separator(*c) || (*c == '.' && between_han(index)) { SEPARATOR } else { *c }
    };
    typed.iter().enumerate().map(separated).collect()
}

/// Drops a space beside a separator or a Han character on both sides: it only lays out the name.
fn without_layout(name: &[char]) -> Vec<char> {
    let neighbour = |index: Option<usize>| index.and_then(|index| name.get(index)).copied();
    let lays_out = |index: usize| {
        let before = neighbour(index.checked_sub(1));
        let after = neighbour(index.checked_add(1));
        before == Some(SEPARATOR)
            || after == Some(SEPARATOR)
            || (before.is_some_and(is_han) && after.is_some_and(is_han))
    };
    let kept = name.iter().enumerate().filter(|(index, c)| **c != ' ' || !lays_out(*index));
    kept.map(|(_, c)| *c).collect()
}

fn check_characters(name: &[char]) -> Result<(), Fault> {
    let is_digit = |c: &char| c.is_numeric() && !is_han(*c);
    if name.iter().any(is_digit) {
        return Err(Fault::new("name_digit", "姓名中不能有数字", "a name holds no digits"));
    }
    let refused: BTreeSet<char> = name.iter().copied().filter(|c| !belongs_in_a_name(*c)).collect();
    if refused.is_empty() && name.iter().any(|c| c.is_alphabetic() || is_han(*c)) {
        return Ok(());
    }
    Err(Fault::new(
        "name_character",
        "姓名中有不能使用的字符，只能用文字、间隔号“·”、空格、连字符和撇号",
        "the name holds a character that no name has: letters, ·, spaces, hyphens and apostrophes alone",
    ))
}

fn belongs_in_a_name(c: char) -> bool {
    c.is_alphabetic() || is_han(c) || is_combining(c) || matches!(c, SEPARATOR | ' ' | '-' | '\'' | '’' | '.')
}

/// Accents set upon a letter, the syllable mark of Tibetan, and the marks that choose a variant of
/// a Mongolian letter or of a Han character.
fn is_combining(c: char) -> bool {
    matches!(c,
        '\u{0300}'..='\u{036F}' | '\u{0F0B}' | '\u{0F0C}' | '\u{180B}'..='\u{180E}'
        | '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}')
}

fn check_separators(name: &str) -> Result<(), Fault> {
    if name.split(SEPARATOR).all(|part| !part.is_empty()) {
        return Ok(());
    }
    Err(Fault::new(
        "name_separator",
        "间隔号“·”应在姓名的两部分之间，且只用一个",
        "the separator · stands between two parts of a name, and once",
    ))
}
