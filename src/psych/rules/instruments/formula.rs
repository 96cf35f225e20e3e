//! The small language in which derived values, components and results are written down in
//! `standards/formulas.toml`, so that a province can add one without code.
//!
//! Numbers, names (`item_9`, a field, a subscale, `total`, a derived value that stands before),
//! `+ - * /`, comparisons (1 or 0), `and`, `or`, and the functions of [`Function`]. `a..b` within the
//! brackets of a function stands for all inputs from `a` to `b`. What is missing makes the whole
//! missing, except where the rest decides: nothing and false is false, something and true is true.

use super::number::Ratio;

/// Deepest nesting of brackets; a formula is written by hand and needs three.
const DEEPEST: usize = 32;

/// What a formula can call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Function {
    /// `sum(a, b, …)`
    Sum,
    /// `count_at_least(n, a, b, …)`: how many reach n.
    CountAtLeast,
    /// `count_equal(n, a, b, …)`: how many are n.
    CountEqual,
    /// `exceeds(x, n, m, …)`: above how many of the limits x lies.
    Exceeds,
    /// `if(condition, then, else)`
    If,
    /// `answered(x)`: 1 or 0, never missing.
    Answered,
    /// `mod(a, b)`: the remainder that is not negative.
    Mod,
}

impl Function {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "sum" => Self::Sum,
            "count_at_least" => Self::CountAtLeast,
            "count_equal" => Self::CountEqual,
            "exceeds" => Self::Exceeds,
            "if" => Self::If,
            "answered" => Self::Answered,
            "mod" => Self::Mod,
            _ => return None,
        })
    }

    fn takes(self, arguments: usize) -> bool {
        match self {
            Self::Sum => arguments >= 1,
            Self::CountAtLeast | Self::CountEqual | Self::Exceeds => arguments >= 2,
            Self::If => arguments == 3,
            Self::Answered => arguments == 1,
            Self::Mod => arguments == 2,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Or,
    And,
    AtLeast,
    AtMost,
    Equal,
    Above,
    Below,
    Plus,
    Minus,
    Times,
    Over,
}

impl Operator {
    /// How tightly it binds.
    fn rank(self) -> u8 {
        match self {
            Self::Or => 0,
            Self::And => 1,
            Self::AtLeast | Self::AtMost | Self::Equal | Self::Above | Self::Below => 2,
            Self::Plus | Self::Minus => 3,
            Self::Times | Self::Over => 4,
        }
    }
}

/// A formula that was understood; the names in it are places in the row of known values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Formula(Node);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Node {
    Number(Ratio),
    Known(usize),
    Call(Function, Vec<Node>),
    Pair(Operator, Box<Node>, Box<Node>),
}

impl Formula {
    /// Understands a formula over these names.
    ///
    /// # Errors
    /// Says in English what is not understood: an unknown name, a missing bracket.
    pub fn parse(text: &str, names: &[&str]) -> Result<Self, String> {
        let tokens = tokens(text)?;
        let mut parser = Parser { tokens: tokens.iter().peekable(), names, depth: 0 };
        let node = parser.pair(0)?;
        match parser.tokens.next() {
            None => Ok(Self(node)),
            Some(token) => Err(format!("{token:?} stands where the formula should end")),
        }
    }

    /// The value over a row of known values; `None` when something it needs is missing.
    pub fn value(&self, known: &[Option<Ratio>]) -> Option<Ratio> {
        self.0.value(known)
    }

    /// Whether the result is a quotient, which is written with decimals.
    pub fn is_quotient(&self) -> bool {
        self.0.is_quotient()
    }
}

impl Node {
    fn value(&self, known: &[Option<Ratio>]) -> Option<Ratio> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Known(place) => known.get(*place).copied().flatten(),
            Self::Call(function, arguments) => call(*function, arguments, known),
            Self::Pair(operator, left, right) => combine(*operator, left.value(known), right.value(known)),
        }
    }

    fn is_quotient(&self) -> bool {
        match self {
            Self::Pair(Operator::Over, ..) => true,
            Self::Pair(operator, left, right) => {
                operator.rank() > Operator::Equal.rank() && (left.is_quotient() || right.is_quotient())
            }
            Self::Call(Function::If, arguments) => arguments.iter().skip(1).any(Self::is_quotient),
            _ => false,
        }
    }
}

fn call(function: Function, arguments: &[Node], known: &[Option<Ratio>]) -> Option<Ratio> {
    let mut values = arguments.iter().map(|argument| argument.value(known));
    match function {
        Function::Sum => values.try_fold(Ratio::ZERO, |sum, value| sum.plus(value?)),
        Function::CountAtLeast => counted(values, |limit, value| value >= limit),
        Function::CountEqual => counted(values, |number, value| value == number),
        Function::Exceeds => counted(values, |value, limit| value > limit),
        Function::If => {
            let holds = values.next()??.holds();
            values.nth(usize::from(!holds))?
        }
        Function::Answered => Some(Ratio::truth(values.next()?.is_some())),
        Function::Mod => values.next()??.modulo(values.next()??),
    }
}

/// How many of the following values stand in a relation to the first.
fn counted(
    mut values: impl Iterator<Item = Option<Ratio>>,
    holds: impl Fn(Ratio, Ratio) -> bool,
) -> Option<Ratio> {
    let first = values.next()??;
    values.try_fold(Ratio::ZERO, |count, value| count.plus(Ratio::truth(holds(first, value?))))
}

fn combine(operator: Operator, left: Option<Ratio>, right: Option<Ratio>) -> Option<Ratio> {
    match operator {
        Operator::And => decided(left, right, false),
        Operator::Or => decided(left, right, true),
        Operator::AtLeast => Some(Ratio::truth(left? >= right?)),
        Operator::AtMost => Some(Ratio::truth(left? <= right?)),
        Operator::Equal => Some(Ratio::truth(left? == right?)),
        Operator::Above => Some(Ratio::truth(left? > right?)),
        Operator::Below => Some(Ratio::truth(left? < right?)),
        Operator::Plus => left?.plus(right?),
        Operator::Minus => left?.minus(right?),
        Operator::Times => left?.times(right?),
        Operator::Over => left?.over(right?),
    }
}

/// `and`, `or`: one side that is `deciding` settles it, whatever the other is.
fn decided(left: Option<Ratio>, right: Option<Ratio>, deciding: bool) -> Option<Ratio> {
    let sides = [left.map(Ratio::holds), right.map(Ratio::holds)];
    if sides.contains(&Some(deciding)) {
        return Some(Ratio::truth(deciding));
    }
    sides.iter().all(Option::is_some).then_some(Ratio::truth(!deciding))
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Number(Ratio),
    Name(String),
    Operator(Operator),
    Open,
    Close,
    Comma,
    Until,
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let taken = if first.is_ascii_digit() {
            let end = number_end(rest);
            let number = rest.get(..end).and_then(Ratio::parse).ok_or(format!("a bad number at `{rest}`"))?;
            (Token::Number(number), end)
        } else if first.is_ascii_lowercase() {
            let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
            (word(rest.get(..end).unwrap_or_default()), end)
        } else {
            sign(rest).ok_or(format!("`{first}` is not understood"))?
        };
        found.push(taken.0);
        rest = rest.get(taken.1..).unwrap_or_default().trim_start();
    }
    Ok(found)
}

/// Where a number ends: a point belongs to it only when a digit follows.
fn number_end(text: &str) -> usize {
    let digits = |from: usize| {
        let tail = text.get(from..).unwrap_or_default();
        from + tail.find(|c: char| !c.is_ascii_digit()).unwrap_or(tail.len())
    };
    let whole = digits(0);
    let is_digit = |at: usize| text.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
    if text.as_bytes().get(whole) == Some(&b'.') && is_digit(whole + 1) { digits(whole + 1) } else { whole }
}

fn word(word: &str) -> Token {
    match word {
        "and" => Token::Operator(Operator::And),
        "or" => Token::Operator(Operator::Or),
        name => Token::Name(name.to_owned()),
    }
}

fn sign(text: &str) -> Option<(Token, usize)> {
    const SIGNS: [(&str, Token); 13] = [
        ("..", Token::Until),
        (">=", Token::Operator(Operator::AtLeast)),
        ("<=", Token::Operator(Operator::AtMost)),
        ("=", Token::Operator(Operator::Equal)),
        (">", Token::Operator(Operator::Above)),
        ("<", Token::Operator(Operator::Below)),
        ("+", Token::Operator(Operator::Plus)),
        ("-", Token::Operator(Operator::Minus)),
        ("*", Token::Operator(Operator::Times)),
        ("/", Token::Operator(Operator::Over)),
        ("(", Token::Open),
        (")", Token::Close),
        (",", Token::Comma),
    ];
    SIGNS.into_iter().find(|(sign, _)| text.starts_with(sign)).map(|(sign, token)| (token, sign.len()))
}

struct Parser<'a> {
    tokens: std::iter::Peekable<std::slice::Iter<'a, Token>>,
    names: &'a [&'a str],
    depth: usize,
}

impl Parser<'_> {
    /// Operands joined by operators that bind at least as tightly as `rank`.
    fn pair(&mut self, rank: u8) -> Result<Node, String> {
        let mut left = self.operand()?;
        while let Some(Token::Operator(operator)) = self.tokens.peek() {
            let operator = *operator;
            if operator.rank() < rank {
                break;
            }
            self.tokens.next();
            let right = self.pair(operator.rank() + 1)?;
            left = Node::Pair(operator, Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    fn operand(&mut self) -> Result<Node, String> {
        match self.tokens.next() {
            Some(Token::Number(number)) => Ok(Node::Number(*number)),
            Some(Token::Open) => self.bracketed(),
            Some(Token::Name(name)) if self.tokens.peek() == Some(&&Token::Open) => {
                self.tokens.next();
                self.call(name)
            }
            Some(Token::Name(name)) => self.place(name).map(Node::Known),
            other => Err(format!("a value is missing before {other:?}")),
        }
    }

    fn bracketed(&mut self) -> Result<Node, String> {
        self.deeper()?;
        let node = self.pair(0)?;
        self.depth -= 1;
        match self.tokens.next() {
            Some(Token::Close) => Ok(node),
            _ => Err("a bracket is not closed".to_owned()),
        }
    }

    fn call(&mut self, name: &str) -> Result<Node, String> {
        let function = Function::named(name).ok_or(format!("there is no function `{name}`"))?;
        self.deeper()?;
        let mut arguments = Vec::new();
        loop {
            arguments.extend(self.argument()?);
            match self.tokens.next() {
                Some(Token::Comma) => {}
                Some(Token::Close) => break,
                _ => return Err(format!("the bracket of `{name}` is not closed")),
            }
        }
        self.depth -= 1;
        if function.takes(arguments.len()) {
            Ok(Node::Call(function, arguments))
        } else {
            Err(format!("`{name}` has a wrong number of arguments"))
        }
    }

    /// One argument, or all inputs of `a..b`.
    fn argument(&mut self) -> Result<Vec<Node>, String> {
        let first = self.pair(0)?;
        if self.tokens.peek() != Some(&&Token::Until) {
            return Ok(vec![first]);
        }
        self.tokens.next();
        match (first, self.operand()?) {
            (Node::Known(from), Node::Known(to)) if from <= to => Ok((from..=to).map(Node::Known).collect()),
            _ => Err("`..` joins two inputs, the earlier one first".to_owned()),
        }
    }

    fn place(&self, name: &str) -> Result<usize, String> {
        self.names.iter().position(|known| *known == name).ok_or(format!("`{name}` is not known here"))
    }

    fn deeper(&mut self) -> Result<(), String> {
        self.depth += 1;
        if self.depth > DEEPEST { Err("too many brackets".to_owned()) } else { Ok(()) }
    }
}
