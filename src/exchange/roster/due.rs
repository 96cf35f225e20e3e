//! What the home page tells of imports: those that wait for somebody.

use super::ImportState;
use super::service::{Standing, imports_of};
use super::store::Import;
use crate::access::permit::ImportRoster;
use crate::access::{Can, Scope};
use crate::kernel::db::Conn;
use crate::kernel::error::Result;
use crate::kernel::text::Text;
use crate::kernel::web::{Card, CardLine, Layout};
use crate::org::service::school_of;

/// Imports of a school that are looked at, the newest first.
const LOOKED_AT: i64 = 20;

/// The cards of who imports rosters.
///
/// # Errors
/// Those of the database.
pub fn cards(c: &mut Conn, can: &Can<ImportRoster>, layout: &Layout) -> Result<Vec<Card>> {
    let mut cards = Vec::new();
    for grant in can.scope().grants() {
        let Scope::School(school) = grant.scope else { continue };
        let facts = school_of(c, school)?;
        let imports = imports_of(c, can, school, None, LOOKED_AT)?;
        let waiting = imports.iter().filter(|import| is_open(import));
        let lines: Vec<CardLine> = waiting.map(|import| line(layout, can, import)).collect();
        let card = Card::new(layout.text("花名册导入", "Roster import")).about(facts.name);
        let card = match lines.is_empty() {
            true => card.remark(layout.text("没有待确认的导入。", "No import waits for review.")),
            false => card.lines(lines),
        };
        cards.push(card.more("/imports", layout.text("全部导入", "All imports")));
    }
    Ok(cards)
}

fn is_open(import: &Import) -> bool {
    matches!(import.state, ImportState::Checking | ImportState::Ready | ImportState::Committing)
}

fn line(layout: &Layout, can: &Can<ImportRoster>, import: &Import) -> CardLine {
    let state = match import.standing(can.at) {
        Standing::Is(state) => state.name(),
        Standing::CheckInterrupted => Text::new("校验中断，请重新上传", "check interrupted: upload again"),
        Standing::CommitInterrupted => Text::new("写入中断，请继续", "commit interrupted: go on"),
    };
    let note = Text::new(
        format!("{} 行，{}", import.rows_total, state.zh),
        format!("{} rows, {}", import.rows_total, state.en.to_lowercase()),
    );
    CardLine {
        text: import.file_name.clone(),
        path: format!("/imports/{}", import.id),
        note: layout.say(&note).to_owned(),
    }
}
