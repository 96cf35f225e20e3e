//! Exact numbers: a score is a fraction until it is written down, and is rounded once, half up.

use std::cmp::Ordering;
use std::fmt;

/// Decimals of a mean as it is written and stored.
pub const MEAN_DECIMALS: u32 = 4;

/// An exact fraction; the denominator is above zero and the fraction is in lowest terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ratio {
    above: i64,
    below: i64,
}

impl Ratio {
    /// Zero.
    pub const ZERO: Self = Self::whole(0);

    /// A whole number.
    pub const fn whole(number: i64) -> Self {
        Self { above: number, below: 1 }
    }

    /// `above / below`; `None` when `below` is zero or the fraction is beyond 64 bits.
    pub fn new(above: i128, below: i128) -> Option<Self> {
        let common = greatest_common_divisor(above.checked_abs()?, below.checked_abs()?);
        let (above, below) = (above.checked_div(common)?, below.checked_div(common)?);
        let sign = if below < 0 { -1 } else { 1 };
        let below = i64::try_from(below.checked_mul(sign)?).ok().filter(|below| *below > 0)?;
        Some(Self { above: i64::try_from(above.checked_mul(sign)?).ok()?, below })
    }

    /// Reads `3`, `-2`, `6.5`; at most nine digits on each side of the point.
    pub fn parse(text: &str) -> Option<Self> {
        let (sign, digits) = match text.strip_prefix('-') {
            Some(digits) => (-1, digits),
            None => (1, text),
        };
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, "0"));
        let plain = |part: &str| (1..=9).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        if !plain(whole) || !plain(decimals) {
            return None;
        }
        let below = 10_i128.checked_pow(u32::try_from(decimals.len()).ok()?)?;
        let above = whole.parse::<i128>().ok()?.checked_mul(below)? + decimals.parse::<i128>().ok()?;
        Self::new(above * sign, below)
    }

    /// The sum.
    pub fn plus(self, other: Self) -> Option<Self> {
        let above = self.wide_above() * other.wide_below() + other.wide_above() * self.wide_below();
        Self::new(above, self.wide_below() * other.wide_below())
    }

    /// The difference.
    pub fn minus(self, other: Self) -> Option<Self> {
        self.plus(Self { above: other.above.checked_neg()?, below: other.below })
    }

    /// The product.
    pub fn times(self, other: Self) -> Option<Self> {
        Self::new(self.wide_above() * other.wide_above(), self.wide_below() * other.wide_below())
    }

    /// The quotient; `None` when `other` is zero.
    pub fn over(self, other: Self) -> Option<Self> {
        Self::new(self.wide_above() * other.wide_below(), self.wide_below() * other.wide_above())
    }

    /// The remainder that is not negative, as clocks count; `None` when `other` is zero.
    pub fn modulo(self, other: Self) -> Option<Self> {
        let quotient = self.over(other)?;
        let turns = quotient.above.div_euclid(quotient.below);
        self.minus(other.times(Self::whole(turns))?)
    }

    /// Rounded half up (`floor(x + 0.5)`) to a number of decimals, as an integer of that scale:
    /// 11/6 to four decimals is 18333.
    pub fn scaled(self, decimals: u32) -> Option<i64> {
        let scale = 10_i128.checked_pow(decimals)?;
        let doubled = self.wide_above().checked_mul(scale)?.checked_mul(2)?;
        let rounded = (doubled + self.wide_below()).div_euclid(self.wide_below() * 2);
        i64::try_from(rounded).ok()
    }

    /// Rounded half up to a whole number.
    pub fn rounded(self) -> Option<Self> {
        self.scaled(0).map(Self::whole)
    }

    /// The number when it is whole.
    pub fn as_whole(self) -> Option<i64> {
        (self.below == 1).then_some(self.above)
    }

    /// 1 for true, 0 for false.
    pub const fn truth(holds: bool) -> Self {
        if holds { Self::whole(1) } else { Self::ZERO }
    }

    /// Whether the number counts as true.
    pub const fn holds(self) -> bool {
        self.above != 0
    }

    /// Written with so many decimals, rounded half up: `1.8333`.
    pub fn written(self, decimals: u32) -> Option<String> {
        let scaled = self.scaled(decimals)?;
        let width = usize::try_from(decimals).ok()?;
        if width == 0 {
            return Some(scaled.to_string());
        }
        let sign = if scaled < 0 { "-" } else { "" };
        let digits = format!("{:0>width$}", scaled.unsigned_abs(), width = width + 1);
        let (whole, fraction) = digits.split_at_checked(digits.len().checked_sub(width)?)?;
        Some(format!("{sign}{whole}.{fraction}"))
    }

    fn wide_above(self) -> i128 {
        i128::from(self.above)
    }

    fn wide_below(self) -> i128 {
        i128::from(self.below)
    }
}

/// Euclid's; 1 when both are zero, so that a division by it never fails.
fn greatest_common_divisor(a: i128, b: i128) -> i128 {
    let (mut a, mut b) = (a, b);
    while b != 0 {
        (a, b) = (b, a.rem_euclid(b));
    }
    a.max(1)
}

impl PartialOrd for Ratio {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ratio {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.wide_above() * other.wide_below()).cmp(&(other.wide_above() * self.wide_below()))
    }
}

/// A result as people read it: a sum or count is whole, a mean or quotient has four decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figure {
    /// The value before any rounding; bands look at this.
    pub exact: Ratio,
    /// Whether it is written with [`MEAN_DECIMALS`].
    pub is_fraction: bool,
}

impl Figure {
    /// A sum or a count.
    pub const fn whole(exact: Ratio) -> Self {
        Self { exact, is_fraction: false }
    }

    /// A mean or a quotient.
    pub const fn fraction(exact: Ratio) -> Self {
        Self { exact, is_fraction: true }
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = if self.is_fraction { MEAN_DECIMALS } else { 0 };
        f.write_str(&self.exact.written(decimals).unwrap_or_default())
    }
}
