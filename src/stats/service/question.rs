//! Questions: read, checked, and answered only within what the caller holds.

use std::collections::BTreeSet;

use super::dimension::Dimension;
use crate::access::permit::{ReadSchoolStats, ReadStats};
use crate::access::{self, AuthorisedRegion, Can};
use crate::kernel::error::{Error, Fault, FieldError, Result};
use crate::kernel::text::Text;
use crate::org::rules::{RegionCode, RegionLevel, Regions, TermCode};

const TERM: &str = "/query/term";
const REGION: &str = "/query/region";
const BY: &str = "/query/by";

/// What an authority asks, as sent.
#[derive(Debug, Clone, Default)]
pub struct RegionInput {
    /// School year and half.
    pub term: String,
    /// The division; the caller's own without it.
    pub region: Option<String>,
    /// Dimensions with commas between them; none for the total alone.
    pub by: Option<String>,
}

/// What an authority asks, checked.
#[derive(Debug, Clone)]
pub struct RegionQuestion {
    /// The term.
    pub term: TermCode,
    /// The division.
    pub region: RegionCode,
    /// What it is broken down by.
    pub by: BTreeSet<Dimension>,
    /// Why it may be asked.
    pub(super) at: AuthorisedRegion,
}

/// What is asked about one's own school, as sent.
#[derive(Debug, Clone, Default)]
pub struct SchoolInput {
    /// School year and half.
    pub term: String,
    /// Dimensions with commas between them.
    pub by: Option<String>,
}

/// What is asked about one's own school, checked.
#[derive(Debug, Clone)]
pub struct SchoolQuestion {
    /// The term.
    pub term: TermCode,
    /// What it is broken down by.
    pub by: BTreeSet<Dimension>,
}

impl RegionQuestion {
    /// Checks what was sent.
    ///
    /// # Errors
    /// 422 with the place of each fault; 403 for a region that the caller does not hold.
    pub fn read(can: &Can<ReadStats>, input: &RegionInput) -> Result<Self> {
        let mut faults = Vec::new();
        let term = term(&input.term, &mut faults);
        let by = dimensions(input.by.as_deref(), &mut faults, |dimension| match dimension {
            Dimension::Class => Err(class_needs_school()),
            _ => Ok(()),
        });
        let region = match input.region.as_deref() {
            Some(code) => known_region(code),
            None => own_region(can),
        };
        let region = region.and_then(|region| fine_enough(region, &by).map(|()| region));
        let region = region.map_err(|fault| faults.push(fault)).ok();
        let (Some(term), Some(region), true) = (term, region, faults.is_empty()) else {
            return Err(Error::invalid(faults));
        };
        let code = access::RegionCode::new(region.number())
            .map_err(|fault| Error::invalid(vec![fault.at(REGION)]))?;
        Ok(Self { term, region, by, at: can.region(code)? })
    }
}

impl SchoolQuestion {
    /// Checks what was sent.
    ///
    /// # Errors
    /// 422 with the place of each fault.
    pub fn read(_can: &Can<ReadSchoolStats>, input: &SchoolInput) -> Result<Self> {
        let mut faults = Vec::new();
        let term = term(&input.term, &mut faults);
        let by = dimensions(input.by.as_deref(), &mut faults, |dimension| match dimension {
            Dimension::Class | Dimension::Grade | Dimension::Sex => Ok(()),
            _ => Err(not_within_a_school(dimension)),
        });
        match term {
            Some(term) if faults.is_empty() => Ok(Self { term, by }),
            _ => Err(Error::invalid(faults)),
        }
    }
}

fn term(text: &str, faults: &mut Vec<FieldError>) -> Option<TermCode> {
    text.parse().map_err(|fault: Fault| faults.push(fault.at(TERM))).ok()
}

/// Reads a list such as `county,grade,sex`.
fn dimensions(
    text: Option<&str>,
    faults: &mut Vec<FieldError>,
    allowed: impl Fn(Dimension) -> std::result::Result<(), Fault>,
) -> BTreeSet<Dimension> {
    let mut by = BTreeSet::new();
    for word in text.filter(|text| !text.is_empty()).into_iter().flat_map(|text| text.split(',')) {
        let dimension = word.parse().and_then(|dimension| {
            allowed(dimension)?;
            if by.insert(dimension) { Ok(()) } else { Err(given_twice(dimension)) }
        });
        if let Err(fault) = dimension {
            faults.push(fault.at(BY));
        }
    }
    by
}

fn given_twice(dimension: Dimension) -> Fault {
    let Text { zh, en } = dimension.name();
    Fault::new("dimension_repeated", format!("“{zh}”重复"), format!("{en} is given twice"))
}

fn class_needs_school() -> Fault {
    Fault::new(
        "class_needs_school",
        "班级数据只供本校使用：/schools/{id}/stats/vision",
        "figures of classes are for their own school: /schools/{id}/stats/vision",
    )
}

fn not_within_a_school(dimension: Dimension) -> Fault {
    let Text { zh, en } = dimension.name();
    Fault::new(
        "dimension_outside",
        format!("本校统计不能按“{zh}”分列，只能按 class、grade、sex"),
        format!("one school is not divided by {en}; class, grade and sex are possible"),
    )
}

/// A division that the table knows, today's or a former one.
fn known_region(text: &str) -> std::result::Result<RegionCode, FieldError> {
    let code: RegionCode = text.parse().map_err(|fault: Fault| fault.at(REGION))?;
    if Regions::get().find(code).is_some() {
        return Ok(code);
    }
    let fault = Fault::new(
        "region_unknown",
        "行政区划代码表（GB/T 2260）里没有这个代码",
        "this code is not in the table of divisions (GB/T 2260)",
    );
    Err(fault.at(REGION))
}

/// The caller's own region, or the one that holds all the others.
fn own_region(can: &Can<ReadStats>) -> std::result::Result<RegionCode, FieldError> {
    let own = can.regions();
    let largest = own.iter().find(|one| own.iter().all(|other| one.code().contains(other.code())));
    let code = largest.and_then(|region| RegionCode::from_number(region.code().code()));
    code.ok_or_else(|| {
        let fault = Fault::new(
            "region_required",
            "您负责多个行政区划，请填写 region",
            "you hold several regions; say which by region",
        );
        fault.at(REGION)
    })
}

/// Schools are told within one county: they are protected county by county. Prefectures are told
/// within a province.
fn fine_enough(region: RegionCode, by: &BTreeSet<Dimension>) -> std::result::Result<(), FieldError> {
    let level = super::level_of(region);
    if by.contains(&Dimension::School) && level != RegionLevel::County {
        let fault = Fault::new(
            "school_needs_county",
            "按学校分列时，region 须为一个县级行政区划",
            "to divide by school, region must be one county",
        );
        return Err(fault.at(BY));
    }
    if by.contains(&Dimension::Prefecture) && level != RegionLevel::Province {
        let fault = Fault::new(
            "prefecture_needs_province",
            "按地级分列时，region 须为一个省级行政区划",
            "to divide by prefecture, region must be a province",
        );
        return Err(fault.at(BY));
    }
    Ok(())
}
