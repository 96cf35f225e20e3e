//! How a pupil's eyes are made and grow, and what a screening measures of them.
//!
//! The worse eye of a pupil turns myopic at some half-year of the nine years of schooling, drawn so
//! that the share of myopic pupils follows [`MYOPIC_PER_THOUSAND`]; from then on it grows more
//! myopic at the pupil's own pace. Acuity follows from refraction, so a second screening continues
//! the first. Powers are hundredths of a dioptre.

use super::dice::Dice;
use crate::kernel::measure::{Acuity, Axis, Diopter};
use crate::vision::rules::{Eye, Glasses, Measured, NotDoneReason};

/// How many of a thousand pupils are myopic in each half-year, from the autumn of the first grade to
/// the spring of the ninth.
const MYOPIC_PER_THOUSAND: [i32; 18] =
    [150, 165, 200, 225, 265, 290, 335, 360, 410, 440, 490, 515, 565, 590, 640, 665, 715, 745];

/// A half-year that never comes: the eye stays as it is.
const NEVER: i32 = 1_000;
/// The half-year in which the third grade begins, the earliest for ortho-K in these data.
const THIRD_GRADE: i32 = 4;
/// The half-year in which the seventh grade begins, the earliest for contact lenses.
const SEVENTH_GRADE: i32 = 12;

/// An eye that sees little for another reason than myopia.
#[derive(Debug, Clone, Copy)]
enum Weak {
    /// Far-sighted and lazy.
    Lazy,
    /// Blind but for the movement of a hand.
    HandMovement,
}

/// The eyes of one pupil.
#[derive(Debug, Clone, Copy)]
pub(super) struct Eyes {
    onset: i32,
    /// The power of a healthy eye far from myopia.
    rest: i32,
    /// What a half-year adds to myopia.
    pace: i32,
    /// How much less myopic the other eye is.
    better: i32,
    worse_is_right: bool,
    cylinders: (i32, i32),
    axes: (i32, i32),
    /// What the pupil wears once it is needed.
    lens: Glasses,
    /// How myopic the worse eye is when glasses are bought.
    lens_from: i32,
    weak_left: Option<Weak>,
}

/// What one screening of one pupil came to.
pub(super) enum Outcome {
    /// On the list, but nobody entered anything.
    Forgotten,
    /// Entered as not done.
    NotDone(NotDoneReason),
    /// Measured, wholly or in part.
    Measured(Measured),
}

impl Eyes {
    /// Eyes drawn by chance.
    pub(super) fn draw(dice: &mut Dice) -> Self {
        let fate = dice.between(0, 999);
        let onset = MYOPIC_PER_THOUSAND.iter().position(|share| fate < *share);
        let spectacles = dice.between(0, 999);
        let lens = match spectacles {
            0..25 => Glasses::OrthoK,
            25..45 => Glasses::Contacts,
            45..720 => Glasses::Spectacles,
            _ => Glasses::NoGlasses,
        };
        let axis = |dice: &mut Dice| if dice.chance(700) { dice.bell(15) + 180 } else { dice.bell(20) + 90 };
        Self {
            onset: onset.and_then(|half_year| i32::try_from(half_year).ok()).unwrap_or(NEVER),
            rest: dice.between(50, 150) + dice.bell(25),
            pace: dice.between(18, 42),
            better: dice.weighted(&[(45, 0), (30, 25), (15, 50), (7, 75), (3, 150)]).unwrap_or_default(),
            worse_is_right: dice.chance(520),
            cylinders: (cylinder(dice), cylinder(dice)),
            axes: (axis(dice), axis(dice)),
            lens,
            lens_from: dice.between(75, 200),
            weak_left: match dice.between(0, 9_999) {
                0..30 => Some(Weak::Lazy),
                30..32 => Some(Weak::HandMovement),
                _ => None,
            },
        }
    }

    /// The spherical equivalent of the worse eye in a half-year of schooling, from 0.
    fn worse(&self, half_year: i32) -> i32 {
        let past_onset = half_year.saturating_sub(self.onset);
        if past_onset >= 0 {
            return (-80 - self.pace * past_onset).max(-1_400);
        }
        (-25 - 30 * past_onset).min(self.rest - 3 * half_year).max(0)
    }

    fn wears(&self, half_year: i32) -> Glasses {
        let myopia = -self.worse(half_year);
        match self.lens {
            Glasses::OrthoK if half_year >= THIRD_GRADE && (75..600).contains(&myopia) => Glasses::OrthoK,
            Glasses::OrthoK if myopia >= self.lens_from => Glasses::Spectacles,
            Glasses::Contacts if half_year >= SEVENTH_GRADE && myopia >= 200 => Glasses::Contacts,
            Glasses::Contacts | Glasses::Spectacles if myopia >= self.lens_from => Glasses::Spectacles,
            _ => Glasses::NoGlasses,
        }
    }

    /// Screens the eyes in a half-year of schooling.
    pub(super) fn screen(&self, dice: &mut Dice, half_year: i32) -> Outcome {
        match dice.between(0, 999) {
            0..7 => Outcome::Forgotten,
            7..19 => Outcome::NotDone(not_done(dice)),
            19..29 => Outcome::Measured(without_refraction(self.measure(dice, half_year))),
            29..31 => {
                let whole = self.measure(dice, half_year);
                let left = Eye { uncorrected: None, ..whole.left };
                Outcome::Measured(Measured { left, ..whole })
            }
            _ => Outcome::Measured(self.measure(dice, half_year)),
        }
    }

    fn measure(&self, dice: &mut Dice, half_year: i32) -> Measured {
        let worse = self.worse(half_year);
        let better = if worse < 0 { worse + self.better } else { worse + self.better / 3 };
        let (right, left) = if self.worse_is_right { (worse, better) } else { (better, worse) };
        let glasses = self.wears(half_year);
        if glasses == Glasses::OrthoK {
            // The lens hides the refraction: only what is seen with it can be measured.
            let eye = |dice: &mut Dice| Eye { corrected: seen_with_glasses(dice), ..Eye::default() };
            return Measured { right: eye(dice), left: eye(dice), glasses: Some(glasses) };
        }
        let young = half_year < 2;
        let (right_axis, left_axis) = self.axes;
        let right = eye(dice, (right, self.cylinders.0, right_axis), glasses, young);
        let left = match self.weak_left {
            None => eye(dice, (left, self.cylinders.1, left_axis), glasses, young),
            Some(weak) => weak_eye(dice, weak),
        };
        Measured { right, left, glasses: Some(glasses) }
    }
}

fn cylinder(dice: &mut Dice) -> i32 {
    match dice.between(0, 99) {
        0..38 => 0,
        38..80 => -25 * dice.between(1, 2),
        80..94 => -25 * dice.between(3, 5),
        _ => -25 * dice.between(6, 11),
    }
}

fn not_done(dice: &mut Dice) -> NotDoneReason {
    let reasons = [
        (60, NotDoneReason::Absent),
        (14, NotDoneReason::EyeCondition),
        (12, NotDoneReason::Declined),
        (5, NotDoneReason::CannotCooperate),
        (4, NotDoneReason::Equipment),
        (5, NotDoneReason::Other),
    ];
    dice.weighted(&reasons).unwrap_or(NotDoneReason::Other)
}

fn without_refraction(measured: Measured) -> Measured {
    let eye = |eye: Eye| Eye { sphere: None, cylinder: None, axis: None, ..eye };
    Measured { right: eye(measured.right), left: eye(measured.left), ..measured }
}

/// One eye with its equivalent, cylinder and axis, as the chart and the refractometer give them.
fn eye(dice: &mut Dice, lens: (i32, i32, i32), glasses: Glasses, young: bool) -> Eye {
    let (equivalent, cylinder, axis) = lens;
    let power = quarter(equivalent - cylinder / 2 + dice.bell(15));
    let measured = power + cylinder / 2;
    Eye {
        uncorrected: uncorrected(dice, measured, young),
        corrected: if glasses == Glasses::NoGlasses { None } else { seen_with_glasses(dice) },
        sphere: diopter(power),
        cylinder: diopter(cylinder),
        axis: if cylinder == 0 { None } else { axis_near(dice, axis) },
    }
}

fn weak_eye(dice: &mut Dice, weak: Weak) -> Eye {
    match weak {
        Weak::Lazy => Eye {
            uncorrected: acuity(dice.between(42, 46)),
            sphere: diopter(quarter(350 + dice.bell(75))),
            cylinder: diopter(-100),
            axis: axis_near(dice, 90),
            ..Eye::default()
        },
        Weak::HandMovement => Eye { uncorrected: Some(Acuity::HAND_MOVEMENT), ..Eye::default() },
    }
}

/// What an eye with this equivalent sees without glasses.
fn uncorrected(dice: &mut Dice, equivalent: i32, young: bool) -> Option<Acuity> {
    let usual = match -equivalent {
        ..50 => return acuity(without_myopia(dice, young)),
        50..75 => 49,
        75..100 => 48,
        100..125 => 47,
        125..150 => 46,
        150..200 => 45,
        200..250 => 44,
        250..300 => 42,
        300..400 => 41,
        400..500 => 40,
        500..600 => 39,
        600..800 => 37,
        _ => 35,
    };
    acuity((usual + dice.bell(2)).clamp(33, 49))
}

/// The code of an acuity that myopia does not lower; sight still ripens in the first grade.
fn without_myopia(dice: &mut Dice, young: bool) -> i32 {
    let ripe = [(2, 48), (5, 49), (55, 50), (30, 51), (8, 52)];
    let ripening = [(4, 48), (17, 49), (64, 50), (15, 51)];
    dice.weighted(if young { ripening.as_slice() } else { ripe.as_slice() }).unwrap_or(50)
}

fn seen_with_glasses(dice: &mut Dice) -> Option<Acuity> {
    let seen = [(3, 46), (5, 47), (8, 48), (20, 49), (54, 50), (10, 51)];
    acuity(dice.weighted(&seen).unwrap_or(50))
}

fn axis_near(dice: &mut Dice, axis: i32) -> Option<Axis> {
    let degrees = (axis + dice.bell(6) - 1).rem_euclid(180) + 1;
    Axis::from_code(i16::try_from(degrees).ok()?)
}

/// The nearest quarter of a dioptre.
fn quarter(hundredths: i32) -> i32 {
    (hundredths + 12).div_euclid(25) * 25
}

fn diopter(hundredths: i32) -> Option<Diopter> {
    Diopter::from_code(i16::try_from(hundredths).ok()?)
}

fn acuity(code: i32) -> Option<Acuity> {
    Acuity::from_code(i16::try_from(code).ok()?)
}
