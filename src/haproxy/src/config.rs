//! A configuration of HAProxy as lines of words in sections: enough to check it, and tolerant of all that is not known.

/// Words that begin a section.
const SECTIONS: [&str; 14] = [
    "global",
    "defaults",
    "frontend",
    "backend",
    "listen",
    "peers",
    "resolvers",
    "mailers",
    "userlist",
    "cache",
    "http-errors",
    "program",
    "ring",
    "fcgi-app",
];

/// A configuration.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// Its sections in order.
    pub sections: Vec<Section>,
}

/// A section.
#[derive(Clone, Debug)]
pub struct Section {
    /// `global`, `defaults`, `frontend`, `backend` ...
    pub kind: String,
    /// Its name; empty if it has none.
    pub name: String,
    /// The line that begins it.
    pub number: usize,
    /// Its other lines.
    pub lines: Vec<Line>,
    /// The `defaults` that hold in it: the last ones before it, or those that it names.
    defaults: Option<usize>,
}

/// A line that is not empty.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its number, from 1 on.
    pub number: usize,
    /// Its words without quotes.
    pub words: Vec<String>,
}

// === impl Config ===

impl Config {
    /// Reads a text. Nothing is refused: `haproxy -c` says what HAProxy does not take.
    pub fn parse(text: &str) -> Self {
        let mut config = Self::default();
        let mut last_defaults = None;
        for (index, line) in text.lines().enumerate() {
            let mut words = words(line);
            let Some(first) = words.first() else { continue };
            let number = index + 1;
            if !SECTIONS.contains(&first.as_str()) {
                if let Some(section) = config.sections.last_mut() {
                    section.lines.push(Line { number, words });
                }
                continue;
            }
            let kind = words.remove(0);
            let from = words
                .iter()
                .position(|word| word == "from")
                .and_then(|at| words.get(at + 1));
            let named = from.and_then(|name| {
                config
                    .sections
                    .iter()
                    .position(|s| s.kind == "defaults" && s.name == *name)
            });
            let defaults = named.or(last_defaults);
            if kind == "defaults" {
                last_defaults = Some(config.sections.len());
            }
            let name = words
                .first()
                .filter(|word| *word != "from")
                .cloned()
                .unwrap_or_default();
            config.sections.push(Section {
                kind,
                name,
                number,
                lines: Vec::new(),
                defaults,
            });
        }
        config
    }

    /// The first section of a kind.
    pub fn section(&self, kind: &str) -> Option<&Section> {
        self.sections.iter().find(|section| section.kind == kind)
    }

    /// The backends, `listen` sections among them.
    pub fn backends(&self) -> impl Iterator<Item = &Section> {
        self.sections
            .iter()
            .filter(|section| ["backend", "listen"].contains(&section.kind.as_str()))
    }

    /// The lines that begin with these words in a section, or else in the `defaults` that hold in it.
    pub fn effective<'a>(&'a self, section: &'a Section, beginning: &[&str]) -> Vec<&'a Line> {
        let own: Vec<_> = section.matching(beginning).collect();
        match section.defaults.and_then(|index| self.sections.get(index)) {
            Some(defaults) if own.is_empty() => defaults.matching(beginning).collect(),
            _ => own,
        }
    }
}

// === impl Section ===

impl Section {
    /// The lines that begin with these words.
    pub fn matching<'a>(&'a self, beginning: &[&str]) -> impl Iterator<Item = &'a Line> {
        self.lines.iter().filter(move |line| {
            line.words.len() >= beginning.len()
                && line
                    .words
                    .iter()
                    .zip(beginning)
                    .all(|(word, expected)| word == expected)
        })
    }
}

// === impl Line ===

impl Line {
    /// The word after this one.
    pub fn after(&self, word: &str) -> Option<&str> {
        let at = self.words.iter().position(|other| other == word)?;
        self.words.get(at + 1).map(String::as_str)
    }

    /// Whether it has this word.
    pub fn has(&self, word: &str) -> bool {
        self.words.iter().any(|other| other == word)
    }
}

/// The words of a line: blanks separate them unless quoted or after a backslash; `#` begins a comment.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        match (quote, character) {
            (None, '#') => break,
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (None, '"' | '\'') => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            (Some(open), c) if c == open => quote = None,
            (None | Some('"'), '\\') => word.get_or_insert_default().extend(characters.next()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_as_haproxy_reads_them() {
        assert_eq!(
            words(r#"  a "b # c" d\ e 'f\g' # rest"#),
            ["a", "b # c", "d e", r"f\g"]
        );
        assert_eq!(words("  # nothing"), Vec::<String>::new());
        assert_eq!(words("x \"\" y"), ["x", "", "y"]);
    }

    #[test]
    fn a_section_has_the_defaults_before_it_or_those_it_names() {
        let config = Config::parse(
            "defaults one\n retries 1\nbackend a\ndefaults two\n retries 2\nbackend b\n retries 7\nbackend c\nbackend d from one\n",
        );
        let retries: Vec<_> = config
            .backends()
            .map(|b| config.effective(b, &["retries"])[0].words[1].clone())
            .collect();
        assert_eq!(retries, ["1", "7", "2", "1"]);
    }
}
