//! Tables for people: columns as wide as they need to be, the last one free.

use crate::said::say;

/// As wide as running text may be.
const WIDE: usize = 100;

/// Prints rows under a head to standard output; nothing but `empty` when there are none.
pub(crate) fn print(head: &[&str], rows: &[Vec<String>], empty: &str) {
    if rows.is_empty() {
        say!("{empty}");
        return;
    }
    for line in lines(head, rows) {
        say!("{line}");
    }
}

/// A text cut at spaces into lines that fit on a narrow screen, each with this in front.
pub(crate) fn wrapped(text: &str, before: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.len() - 1;
        let line = &mut lines[last];
        if !line.is_empty() && width(line) + width(word) + width(before) >= WIDE {
            lines.push(word.to_owned());
        } else {
            line.push_str(if line.is_empty() { "" } else { " " });
            line.push_str(word);
        }
    }
    lines.iter().map(|line| format!("{before}{line}")).collect::<Vec<_>>().join("\n")
}

fn lines(head: &[&str], rows: &[Vec<String>]) -> Vec<String> {
    let widths: Vec<usize> = (0..head.len())
        .map(|column| {
            let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| width(cell));
            cells.chain([width(head[column])]).max().unwrap_or_default()
        })
        .collect();
    let head: Vec<String> = head.iter().map(|name| name.to_uppercase()).collect();
    [&head].into_iter().chain(rows).map(|row| line(row, &widths)).collect()
}

fn line(row: &[String], widths: &[usize]) -> String {
    let mut line = String::new();
    for (cell, wide) in row.iter().zip(widths) {
        line.push_str(cell);
        line.push_str(&" ".repeat(wide.saturating_sub(width(cell)) + 2));
    }
    line.truncate(line.trim_end().len());
    line
}

/// How many columns a terminal needs. Counted by character, which is right for all but a few scripts.
fn width(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::{lines, wrapped};

    #[test]
    fn a_long_text_is_cut_at_spaces() {
        let cut = wrapped(&"twelve signs ".repeat(20), "  ");
        assert!(cut.lines().count() == 3 && cut.lines().all(|line| line.len() <= 100), "{cut}");
        assert_eq!(cut.split_whitespace().count(), 40);
        assert_eq!(wrapped("short", "  "), "  short");
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [vec!["Ada".to_owned(), "x".to_owned()], vec!["Zoë Ünal".to_owned(), "y".to_owned()]];
        assert_eq!(lines(&["name", "is"], &rows), ["NAME      IS", "Ada       x", "Zoë Ünal  y"]);
    }
}
