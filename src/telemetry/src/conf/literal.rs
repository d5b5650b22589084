//! The values of `args` and `kwargs`: literals of Python, and names.
//!
//! Python evaluates these options. Here they are read: texts, whole numbers and products of them, `True`, `False`,
//! `None`, names with dots, tuples, lists, and dictionaries.

use std::fmt;

use winnow::ascii::multispace0;
use winnow::combinator::{alt, cut_err, delimited, opt, preceded, repeat, separated, terminated};
use winnow::error::ContextError;
use winnow::prelude::*;
use winnow::token::{any, none_of, take_while};

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Literal {
    Text(String),
    Int(i64),
    Bool(bool),
    None,
    /// `sys.stdout`, `handlers.SysLogHandler.LOG_USER`.
    Name(String),
    /// A tuple or a list.
    Row(Vec<Literal>),
    Dict(Vec<(Literal, Literal)>),
}

/// How deep values may be nested.
const DEEPEST: usize = 8;

type Parsed<T> = winnow::ModalResult<T, ContextError>;

/// Reads a whole text; the error is the column where it is not understood, counted from 1.
pub(super) fn parse(text: &str) -> Result<Literal, usize> {
    if text.chars().filter(|c| "([{".contains(*c)).count() > DEEPEST {
        return Err(1);
    }
    delimited(multispace0, value, multispace0)
        .parse(text)
        .map_err(|error| text.get(..error.offset()).unwrap_or(text).chars().count() + 1)
}

fn value(input: &mut &str) -> Parsed<Literal> {
    alt((
        string.map(Literal::Text),
        product.map(Literal::Int),
        name,
        tuple,
        list,
        dict,
    ))
    .parse_next(input)
}

fn spaced<'a, T>(
    inner: impl Parser<&'a str, T, winnow::error::ErrMode<ContextError>>,
) -> impl Parser<&'a str, T, winnow::error::ErrMode<ContextError>> {
    delimited(multispace0, inner, multispace0)
}

/// `'text'` or `"text"`, with a letter before it that changes nothing here, or forbids escapes.
fn string(input: &mut &str) -> Parsed<String> {
    let raw = opt(alt(('r', 'R', 'u', 'U'))).parse_next(input)?;
    let raw = matches!(raw, Some('r' | 'R'));
    let quote = alt(('\'', '"')).parse_next(input)?;
    let character = move |input: &mut &str| -> Parsed<String> {
        let c = none_of([quote, '\n']).parse_next(input)?;
        if c != '\\' {
            return Ok(c.to_string());
        }
        let escaped = any.parse_next(input)?;
        Ok(match escaped {
            _ if raw => format!("\\{escaped}"),
            'n' => "\n".to_owned(),
            't' => "\t".to_owned(),
            '\\' | '\'' | '"' => escaped.to_string(),
            other => format!("\\{other}"),
        })
    };
    terminated(
        repeat(0.., character).fold(String::new, |mut text, piece| {
            text.push_str(&piece);
            text
        }),
        cut_err(quote),
    )
    .parse_next(input)
}

/// `10485760`, or `10 * 1024 * 1024`.
fn product(input: &mut &str) -> Parsed<i64> {
    let factors: Vec<i64> =
        separated(1.., integer, (multispace0, '*', multispace0)).parse_next(input)?;
    let product = factors.into_iter().try_fold(1_i64, i64::checked_mul);
    product.ok_or_else(|| winnow::error::ErrMode::Cut(ContextError::new()))
}

fn integer(input: &mut &str) -> Parsed<i64> {
    let digits = take_while(1.., |c: char| c.is_ascii_digit() || c == '_');
    (opt('-'), digits)
        .verify_map(|(sign, digits): (Option<char>, &str)| {
            let number: i64 = digits.replace('_', "").parse().ok()?;
            Some(if sign.is_some() { -number } else { number })
        })
        .parse_next(input)
}

fn name(input: &mut &str) -> Parsed<Literal> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
    let name = take_while(1.., plain).parse_next(input)?;
    Ok(match name {
        "True" => Literal::Bool(true),
        "False" => Literal::Bool(false),
        "None" => Literal::None,
        name => Literal::Name(name.to_owned()),
    })
}

/// `(a, b)`, `(a,)`, `()`; without a comma the brackets mean nothing.
fn tuple(input: &mut &str) -> Parsed<Literal> {
    let values = separated(0.., spaced(value), ',');
    let (mut values, comma): (Vec<Literal>, bool) = delimited(
        ('(', multispace0),
        (values, opt(',').map(|comma| comma.is_some())),
        (multispace0, cut_err(')')),
    )
    .parse_next(input)?;
    Ok(match (values.pop(), values.is_empty(), comma) {
        (Some(only), true, false) => only,
        (last, ..) => Literal::Row(values.into_iter().chain(last).collect()),
    })
}

fn list(input: &mut &str) -> Parsed<Literal> {
    let values = separated(0.., spaced(value), ',');
    delimited(
        ('[', multispace0),
        terminated(values, opt(',')),
        (multispace0, cut_err(']')),
    )
    .map(Literal::Row)
    .parse_next(input)
}

fn dict(input: &mut &str) -> Parsed<Literal> {
    let pair = (spaced(value), preceded(':', spaced(value)));
    let pairs = separated(0.., pair, ',');
    delimited(
        ('{', multispace0),
        terminated(pairs, opt(',')),
        (multispace0, cut_err('}')),
    )
    .map(Literal::Dict)
    .parse_next(input)
}

// === impl Literal ===

impl Literal {
    /// The last part of a name: `LOG_USER`.
    pub(super) fn last_name(&self) -> Option<&str> {
        match self {
            Self::Name(name) => name.rsplit('.').next(),
            _ => None,
        }
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "'{text}'"),
            Self::Int(number) => number.fmt(f),
            Self::Bool(true) => f.write_str("True"),
            Self::Bool(false) => f.write_str("False"),
            Self::None => f.write_str("None"),
            Self::Name(name) => f.write_str(name),
            Self::Row(values) => {
                f.write_str("(")?;
                for value in values {
                    write!(f, "{value},")?;
                }
                f.write_str(")")
            }
            Self::Dict(_) => f.write_str("a dictionary"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        parse(text).map_or_else(
            |column| format!("? {column}"),
            |literal| literal.to_string(),
        )
    }

    #[test]
    fn what_python_would_evaluate() {
        let table = [
            ("()", "()"),
            (
                "('/var/log/im/im.log', 'w', 10485760, 3)",
                "('/var/log/im/im.log','w',10485760,3,)",
            ),
            (
                "(('logs.example.org', 514),)",
                "(('logs.example.org',514,),)",
            ),
            (
                "(\"/dev/log\", handlers.SysLogHandler.LOG_LOCAL0)",
                "('/dev/log',handlers.SysLogHandler.LOG_LOCAL0,)",
            ),
            ("( sys.stdout , )", "(sys.stdout,)"),
            ("(sys.stdout)", "sys.stdout"),
            (
                "('a', 10 * 1024 * 1_024, -1, None, True)",
                "('a',10485760,-1,None,True,)",
            ),
            ("[r'a\\n', u'b\\\\c', 'it\\'s']", "('a\\n','b\\c','it's',)"),
            ("(open('x'),)", "? 6"),
            ("('a' 'b')", "? 6"),
            ("('a", "? 4"),
            ("", "? 1"),
            ("((((((((((1))))))))))", "? 1"),
        ];
        for (text, expected) in table {
            assert_eq!(read(text), expected, "{text}");
        }
        assert_eq!(
            parse("{'socktype': socket.SOCK_STREAM}"),
            Ok(Literal::Dict(vec![(
                Literal::Text("socktype".to_owned()),
                Literal::Name("socket.SOCK_STREAM".to_owned())
            )]))
        );
    }
}
