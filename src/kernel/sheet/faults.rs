//! The sentences about a file that cannot be taken as a whole.

use crate::kernel::error::Fault;

pub(super) fn file_too_large(limit: usize) -> Fault {
    let mib = limit >> 20;
    Fault::new(
        "file_too_large",
        format!("文件超过 {mib} MB，请分成几个文件上传"),
        format!("the file is larger than {mib} MB; split it"),
    )
}

pub(super) fn zip_bomb() -> Fault {
    Fault::new(
        "zip_bomb",
        "文件解压后过大，无法读取；请把数据复制到新建的工作簿后重新上传",
        "the file inflates to far more than a sheet needs; copy the data into a new workbook",
    )
}

pub(super) fn too_many_rows(limit: usize) -> Fault {
    Fault::new(
        "too_many_rows",
        format!("数据超过 {limit} 行，请分成几个文件上传"),
        format!("more than {limit} rows of data; split the file"),
    )
}

pub(super) fn too_many_columns(limit: usize) -> Fault {
    Fault::new(
        "too_many_columns",
        format!("数据超过 {limit} 列，请删去多余的列"),
        format!("more than {limit} columns; remove those that are not needed"),
    )
}

pub(super) fn encrypted() -> Fault {
    Fault::new(
        "encrypted_workbook",
        "工作簿设有密码，请取消密码后重新上传",
        "the workbook has a password; remove it and upload again",
    )
}

pub(super) fn not_a_sheet() -> Fault {
    Fault::new(
        "not_a_sheet",
        "不是表格文件，请上传 .xlsx、.xls 或 .csv",
        "this is not a spreadsheet; upload .xlsx, .xls or .csv",
    )
}

pub(super) fn unreadable() -> Fault {
    Fault::new(
        "unreadable_workbook",
        "文件已损坏或不完整，请在 Excel 中打开并另存后重新上传",
        "the file is damaged or incomplete; open it in Excel, save it anew and upload again",
    )
}

pub(super) fn encoding() -> Fault {
    Fault::new(
        "encoding",
        "文字编码既不是 UTF-8 也不是 GB18030，请另存为“CSV UTF-8”后重新上传",
        "the text is neither UTF-8 nor GB18030; save it as CSV UTF-8 and upload again",
    )
}

pub(super) fn unclosed_quote() -> Fault {
    Fault::new(
        "unclosed_quote",
        "有一个英文引号没有成对，后面的行无法分开；请补上引号后重新上传",
        "a quotation mark is not closed, so the rows after it cannot be told apart",
    )
}

pub(super) fn header_missing(titles: &str) -> Fault {
    Fault::new(
        "header_missing",
        format!("没有找到表头行，应有的列：{titles}"),
        format!("no header row found; expected columns: {titles}"),
    )
}

pub(super) fn empty_sheet() -> Fault {
    Fault::new("empty_sheet", "表格里没有数据", "the sheet holds no data")
}
