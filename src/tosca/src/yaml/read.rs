//! Reading: from events to values, without recursion and within bounds.

use std::collections::HashMap;

use granit_parser::{Event, Options, Parser, ScalarStyle};

use super::{Key, Map, Node, Value, resolve};

/// What one document may cost.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Bytes of text.
    pub bytes: usize,
    /// Values after aliases are followed.
    pub values: usize,
    /// Nesting.
    pub depth: usize,
}

/// A text is not the one document that was expected.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message} (line {line}, column {column})")]
pub struct YamlError {
    /// What is wrong, in words.
    pub message: String,
    /// Where, from 1.
    pub line: u32,
    /// Where in the line, from 1.
    pub column: u32,
    /// Whether a bound was met.
    pub is_limit: bool,
}

/// A collection that is being read.
enum Open {
    List(Vec<Node>),
    Map {
        entries: Map,
        /// The key whose value comes next.
        key: Option<Pending>,
        /// What merge keys give, to be put behind the entries' own.
        merged: Vec<Node>,
    },
}

enum Pending {
    Key(Key),
    Merge,
}

struct Frame {
    open: Open,
    line: u32,
    anchor: usize,
    /// Values counted before it was opened.
    before: usize,
}

struct Reader {
    bounds: Bounds,
    values: usize,
    stack: Vec<Frame>,
    anchors: HashMap<usize, (Node, usize)>,
    root: Option<Node>,
    place: (u32, u32),
}

/// Reads the only document of a text; an empty text is nothing. Of keys that occur twice the last value counts, in
/// the first one's place.
pub fn read(text: &str, bounds: Bounds) -> Result<Node, YamlError> {
    let mut reader = Reader {
        bounds,
        values: 0,
        stack: Vec::new(),
        anchors: HashMap::new(),
        root: None,
        place: (1, 1),
    };
    if text.len() > bounds.bytes {
        return Err(reader.over(format!(
            "the document is longer than {} bytes",
            bounds.bytes
        )));
    }
    let mut options = Options::default();
    options.emit_comments = false;
    options.emit_anchor_events = false;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut documents = 0;
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, span) = event.map_err(|error| YamlError {
            message: error.info().to_string(),
            line: line_of(error.marker().line()),
            column: line_of(error.marker().col() + 1),
            // The parser has a bound of its own, which only nesting meets.
            is_limit: error.info().contains("recursion limit"),
        })?;
        reader.place = (line_of(span.start.line()), line_of(span.start.col() + 1));
        if matches!(event, Event::DocumentStart(..)) {
            documents += 1;
            if documents > 1 {
                return Err(reader.wrong("expected a single document, but found another one"));
            }
        }
        reader.take(event)?;
    }
    Ok(reader.root.unwrap_or(Node::NULL))
}

fn line_of(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

// === impl Reader ===

impl Reader {
    fn take(&mut self, event: Event<'_>) -> Result<(), YamlError> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let is_plain = matches!(style, ScalarStyle::Plain);
                let value = match tag.as_ref().map(|tag| tag.suffix().to_string()) {
                    None if is_plain => resolve::plain(&text),
                    Some(suffix) if suffix != "str" && !suffix.is_empty() => {
                        self.known_tag(&suffix)?;
                        resolve::plain(&text)
                    }
                    _ => Value::Text(text.as_ref().into()),
                };
                let node = Node {
                    value,
                    line: self.place.0,
                };
                self.count(1)?;
                let is_merge = is_plain && text == "<<" && self.awaits_key();
                if anchor > 0 {
                    self.anchors.insert(anchor, (node.clone(), 1));
                }
                if is_merge {
                    return self.merge_key();
                }
                self.put(node)
            }
            Event::SequenceStart(_, anchor, tag) => {
                tag.map_or(Ok(()), |tag| self.known_tag(tag.suffix()))?;
                self.open(Open::List(Vec::new()), anchor)
            }
            Event::MappingStart(_, anchor, tag) => {
                tag.map_or(Ok(()), |tag| self.known_tag(tag.suffix()))?;
                let open = Open::Map {
                    entries: Map::new(),
                    key: None,
                    merged: Vec::new(),
                };
                self.open(open, anchor)
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(),
            Event::Alias(anchor) => {
                let Some((node, size)) = self.anchors.get(&anchor).cloned() else {
                    return Err(self.wrong("an alias refers to a value that holds it"));
                };
                self.count(size)?;
                self.put(node.at(self.place.0))
            }
            _ => Ok(()),
        }
    }

    fn open(&mut self, open: Open, anchor: usize) -> Result<(), YamlError> {
        if self.stack.len() >= self.bounds.depth {
            let message = format!("values are nested more than {} deep", self.bounds.depth);
            return Err(self.over(message));
        }
        let before = self.values;
        self.count(1)?;
        self.stack.push(Frame {
            open,
            line: self.place.0,
            anchor,
            before,
        });
        Ok(())
    }

    fn close(&mut self) -> Result<(), YamlError> {
        let Some(frame) = self.stack.pop() else {
            return Ok(());
        };
        let value = match frame.open {
            Open::List(items) => Value::List(items),
            Open::Map {
                mut entries,
                merged,
                ..
            } => {
                self.merge(&mut entries, merged)?;
                Value::Map(entries)
            }
        };
        let node = Node {
            value,
            line: frame.line,
        };
        if frame.anchor > 0 {
            let size = self.values.saturating_sub(frame.before);
            self.anchors.insert(frame.anchor, (node.clone(), size));
        }
        self.put(node)
    }

    fn put(&mut self, node: Node) -> Result<(), YamlError> {
        let place = self.place;
        match self.stack.last_mut().map(|frame| &mut frame.open) {
            None => self.root = Some(node),
            Some(Open::List(items)) => items.push(node),
            Some(Open::Map {
                entries,
                key,
                merged,
            }) => match key.take() {
                None => match resolve::key(&node) {
                    Some(found) => *key = Some(Pending::Key(found)),
                    None => {
                        return Err(YamlError {
                            message: "found a list or a mapping where a key was expected".into(),
                            line: place.0,
                            column: place.1,
                            is_limit: false,
                        });
                    }
                },
                Some(Pending::Key(key)) => {
                    entries.insert(key, node);
                }
                Some(Pending::Merge) => merged.push(node),
            },
        }
        Ok(())
    }

    fn awaits_key(&self) -> bool {
        let open = self.stack.last().map(|frame| &frame.open);
        matches!(open, Some(Open::Map { key: None, .. }))
    }

    fn merge_key(&mut self) -> Result<(), YamlError> {
        if let Some(Open::Map { key, .. }) = self.stack.last_mut().map(|frame| &mut frame.open) {
            *key = Some(Pending::Merge);
        }
        Ok(())
    }

    /// Puts what merge keys refer to behind the entries; what is there stays.
    fn merge(&self, entries: &mut Map, merged: Vec<Node>) -> Result<(), YamlError> {
        for node in merged {
            let sources = match node.value {
                Value::Map(map) => vec![map],
                Value::List(items) => items
                    .into_iter()
                    .filter_map(|item| match item.value {
                        Value::Map(map) => Some(map),
                        _ => None,
                    })
                    .collect(),
                _ => return Err(self.wrong("a merge key needs a mapping or a list of mappings")),
            };
            for (key, value) in sources.into_iter().flatten() {
                entries.entry(key).or_insert(value);
            }
        }
        Ok(())
    }

    fn count(&mut self, values: usize) -> Result<(), YamlError> {
        self.values = self.values.saturating_add(values);
        if self.values > self.bounds.values {
            let message = format!("the document has more than {} values", self.bounds.values);
            return Err(self.over(message));
        }
        Ok(())
    }

    fn known_tag(&self, suffix: &str) -> Result<(), YamlError> {
        let known = [
            "",
            "str",
            "int",
            "float",
            "bool",
            "null",
            "seq",
            "map",
            "timestamp",
            "omap",
            "pairs",
            "set",
            "merge",
            "value",
            "binary",
        ];
        if known.contains(&suffix) {
            return Ok(());
        }
        Err(self.wrong(&format!(
            "could not determine a constructor for the tag '{suffix}'"
        )))
    }

    fn wrong(&self, message: &str) -> YamlError {
        YamlError {
            message: message.to_owned(),
            line: self.place.0,
            column: self.place.1,
            is_limit: false,
        }
    }

    fn over(&self, message: String) -> YamlError {
        YamlError {
            is_limit: true,
            ..self.wrong(&message)
        }
    }
}
