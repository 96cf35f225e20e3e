//! The members of a dimension and how they add up: areas within areas, grades and sexes in a total.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::kernel::error::Fault;

/// How large an area is; the larger first.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum AreaLevel {
    /// 全国.
    Country,
    /// 省级.
    Province,
    /// 地级.
    Prefecture,
    /// 县级.
    County,
    /// 学校.
    School,
}

/// A tree of members. Parents stand before their children; the root, the total, is number 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tree {
    pub(super) codes: Vec<String>,
    parents: Vec<Option<usize>>,
    children: Vec<Vec<usize>>,
    /// For each member the way from it up to the root, both included.
    paths: Vec<Vec<usize>>,
    pub(super) leaves: Vec<usize>,
}

impl Tree {
    fn new(nodes: Vec<(String, Option<usize>)>) -> Self {
        let mut children = vec![Vec::new(); nodes.len()];
        let mut paths: Vec<Vec<usize>> = Vec::with_capacity(nodes.len());
        for (node, (_, parent)) in nodes.iter().enumerate() {
            let mut path = vec![node];
            if let Some(parent) = parent {
                path.extend(paths.get(*parent).into_iter().flatten());
                if let Some(siblings) = children.get_mut(*parent) {
                    siblings.push(node);
                }
            }
            paths.push(path);
        }
        let leaves = children.iter().enumerate().filter(|(_, below)| below.is_empty()).map(|(node, _)| node);
        let leaves = leaves.collect();
        let (codes, parents) = nodes.into_iter().unzip();
        Self { codes, parents, children, paths, leaves }
    }

    /// A total and its members.
    pub(super) fn flat(members: &[&str]) -> Self {
        let total = std::iter::once((String::new(), None));
        Self::new(total.chain(members.iter().map(|code| ((*code).to_owned(), Some(0)))).collect())
    }

    pub(super) fn len(&self) -> usize {
        self.codes.len()
    }

    pub(super) fn parent(&self, node: usize) -> Option<usize> {
        self.parents.get(node).copied().flatten()
    }

    pub(super) fn children(&self, node: usize) -> &[usize] {
        self.children.get(node).map_or(&[], Vec::as_slice)
    }

    pub(super) fn path(&self, node: usize) -> &[usize] {
        self.paths.get(node).map_or(&[], Vec::as_slice)
    }

    pub(super) fn is_leaf(&self, node: usize) -> bool {
        self.children(node).is_empty()
    }

    pub(super) fn is_below(&self, node: usize, above: usize) -> bool {
        self.path(node).contains(&above)
    }

    /// The member with this code; the total has none.
    pub(super) fn find(&self, code: &str) -> Option<usize> {
        self.codes.iter().skip(1).position(|known| known == code).map(|place| place + 1)
    }
}

/// The areas of a publication. The order in which they are added does not matter.
#[derive(Debug, Clone)]
pub struct Areas {
    nodes: Vec<(AreaLevel, String, Option<String>)>,
}

/// Areas in their order, with the size of each and its place by code.
pub(super) struct BuiltAreas {
    pub(super) tree: Tree,
    pub(super) levels: Vec<AreaLevel>,
    pub(super) places: HashMap<String, usize>,
}

impl Areas {
    /// The area whose total is the largest published.
    pub fn new(code: impl Into<String>, level: AreaLevel) -> Self {
        Self { nodes: vec![(level, code.into(), None)] }
    }

    /// An area within another, which may be added later.
    pub fn add(&mut self, code: impl Into<String>, level: AreaLevel, within: impl Into<String>) -> &mut Self {
        self.nodes.push((level, code.into(), Some(within.into())));
        self
    }

    /// # Errors
    /// `area_repeated` for a code given twice; `area_unknown` when an area lies in none that is larger.
    pub(super) fn build(mut self) -> Result<BuiltAreas, Fault> {
        self.nodes.sort_by(|a, b| (a.2.is_some(), a.0, &a.1).cmp(&(b.2.is_some(), b.0, &b.1)));
        let mut places = HashMap::with_capacity(self.nodes.len());
        let mut levels: Vec<AreaLevel> = Vec::with_capacity(self.nodes.len());
        let mut nodes = Vec::with_capacity(self.nodes.len());
        for (place, (level, code, within)) in self.nodes.into_iter().enumerate() {
            let parent = match within {
                None => None,
                Some(within) => {
                    let parent = places.get(&within).copied().ok_or_else(|| area_unknown(&within))?;
                    if levels.get(parent).is_none_or(|larger| *larger >= level) {
                        return Err(area_unknown(&within));
                    }
                    Some(parent)
                }
            };
            if places.insert(code.clone(), place).is_some() {
                return Err(Fault::new(
                    "area_repeated",
                    format!("区域代码 {code} 重复"),
                    format!("the area {code} is given twice"),
                ));
            }
            levels.push(level);
            nodes.push((code, parent));
        }
        Ok(BuiltAreas { tree: Tree::new(nodes), levels, places })
    }
}

/// A code that names no area of the publication.
pub(super) fn area_unknown(code: &str) -> Fault {
    Fault::new(
        "area_unknown",
        format!("本次统计中没有区域 {code}"),
        format!("there is no area {code} in this publication"),
    )
}
