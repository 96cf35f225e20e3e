//! What is decided is kept in memory, since deciding costs more than reading.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::kernel::error::{Error, Result};
use crate::stats::rules::{Cube, Protected};

/// Publications kept at once, and tables of schools with each: some tens of megabytes at the worst.
const KEPT: usize = 12;

/// Decided publications, the most recently used last; cheap to clone. A decision is a pure function
/// of the counts and the threshold, and is found again by exactly these: a count that differs by one
/// is another table and is decided anew. So what is kept can never be out of date, servers that
/// share a database agree, and forgetting costs time alone.
#[derive(Debug, Clone, Default)]
pub struct Publications(Arc<Mutex<Vec<Kept>>>);

#[derive(Debug)]
struct Kept {
    threshold: i64,
    counties: Arc<Protected>,
    /// The most recently used last.
    schools: Vec<Arc<Protected>>,
}

impl Publications {
    fn lock(&self) -> MutexGuard<'_, Vec<Kept>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The table of a province's counties, decided.
    pub(super) fn counties(&self, cube: Cube, threshold: i64) -> Arc<Protected> {
        let is_it = |kept: &Kept| kept.threshold == threshold && kept.counties.cube() == &cube;
        if let Some(known) = used(&mut self.lock(), is_it) {
            return Arc::clone(&known.counties);
        }
        // Decided without the lock: others need not wait, and two that come at once agree.
        let counties = Arc::new(cube.protect(threshold));
        let mut all = self.lock();
        keep(&mut all, Kept { threshold, counties: Arc::clone(&counties), schools: Vec::new() });
        counties
    }

    /// The table of a county's schools, decided below that of the province.
    ///
    /// # Errors
    /// When the schools do not add up to the county.
    pub(super) fn schools(
        &self,
        counties: &Arc<Protected>,
        county: &str,
        cube: Cube,
        threshold: i64,
    ) -> Result<Arc<Protected>> {
        let above = |kept: &Kept| Arc::ptr_eq(&kept.counties, counties);
        if let Some(kept) = used(&mut self.lock(), above)
            && let Some(known) = used(&mut kept.schools, |known| known.cube() == &cube)
        {
            return Ok(Arc::clone(known));
        }
        let frame = counties.frame(county).map_err(Error::internal)?;
        let schools = Arc::new(cube.protect_within(threshold, &frame).map_err(Error::internal)?);
        if let Some(kept) = used(&mut self.lock(), above) {
            keep(&mut kept.schools, Arc::clone(&schools));
        }
        Ok(schools)
    }
}

/// Finds one, and makes it the most recently used.
fn used<T>(kept: &mut [T], is_it: impl Fn(&T) -> bool) -> Option<&mut T> {
    let place = kept.iter().rposition(is_it)?;
    kept.get_mut(place..)?.rotate_left(1);
    kept.last_mut()
}

/// Keeps one more, and forgets the one that was used longest ago.
fn keep<T>(kept: &mut Vec<T>, one: T) {
    if kept.len() >= KEPT {
        kept.remove(0);
    }
    kept.push(one);
}
