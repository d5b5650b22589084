//! Tables for people: columns as wide as what stands in them.

/// A table with its head.
#[derive(Debug)]
pub(in crate::commands) struct Table {
    rows: Vec<Vec<String>>,
}

/// What stands between two columns.
const GAP: &str = "  ";

// === impl Table ===

impl Table {
    /// The names of the columns.
    pub(in crate::commands) fn new(head: &[&str]) -> Self {
        let head = head.iter().map(|name| (*name).to_owned()).collect();
        Self { rows: vec![head] }
    }

    /// One more row.
    pub(in crate::commands) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// As text, a line a row.
    pub(in crate::commands) fn text(&self) -> String {
        let columns = self.rows.first().map_or(0, Vec::len);
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        let mut text = String::new();
        for row in &self.rows {
            let padded = row.iter().zip(&widths);
            let cells: Vec<String> = padded
                .map(|(cell, width)| format!("{cell:<width$}"))
                .collect();
            text.push_str(cells.join(GAP).trim_end());
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_below_each_other() {
        let mut table = Table::new(&["NODE", "HOLDS"]);
        table.row(vec!["a-long-name".to_owned(), "1".to_owned()]);
        assert_eq!(table.text(), "NODE         HOLDS\na-long-name  1\n");
    }
}
