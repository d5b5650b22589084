//! Sentences.

use std::sync::Arc;

use winnow::Parser;
use winnow::combinator::{alt, delimited, opt, preceded};
use winnow::error::ErrMode;
use winnow::stream::{Stateful, Stream, TokenSlice};

use super::body::{body, setting};
use super::build::Builder;
use super::fault::{Fault, Input, Parsed, State, nested, position, refuse, token};
use super::token::{Kind, Token};
use crate::random::RandomText;
use crate::shared::Texts;
use crate::{
    AnsibleHost, Configure, Contextualize, ContextualizeItem, Deploy, Description, Features, Line,
    Network, ParseError, Radl, System, VmNumber,
};

/// One sentence.
pub(super) enum Sentence {
    Description(Description),
    Ansible(AnsibleHost),
    Network(Network),
    System(System),
    Configure(Configure),
    Contextualize(Contextualize),
    Deploy(Deploy),
}

/// Reads the sentences of a document.
pub(super) fn document(
    source: &str,
    tokens: &[Token<'_>],
    random: &mut dyn RandomText,
    texts: &mut Texts,
) -> Result<Radl, ParseError> {
    let mut input = Stateful {
        input: TokenSlice::new(tokens),
        state: State::new(tokens.len(), random, texts),
    };
    match sentences(&mut input) {
        Ok(radl) => Ok(radl),
        Err(ErrMode::Cut(Fault::Refused(error)) | ErrMode::Backtrack(Fault::Refused(error))) => {
            let position = error.offset.map(|offset| position(source, offset));
            Err(ParseError {
                position,
                offset: None,
                ..*error
            })
        }
        Err(_) => Err(input.state.syntax_error(source, tokens)),
    }
}

/// Descriptions, then at least one other sentence.
fn sentences(input: &mut Input<'_>) -> Parsed<Radl> {
    let mut builder = Builder::default();
    while let Some(sentence) = opt(located(description)).parse_next(input)? {
        add(&mut builder, sentence)?;
    }
    let first = located(sentence).parse_next(input)?;
    add(&mut builder, first)?;
    while input.input.peek_token().is_some() {
        let next = located(sentence).parse_next(input)?;
        add(&mut builder, next)?;
    }
    Ok(builder.finish())
}

fn add(builder: &mut Builder, (start, sentence): (usize, Sentence)) -> Parsed<()> {
    builder.add(sentence).map_err(|message| {
        refuse(ParseError {
            offset: Some(start),
            ..ParseError::plain(message)
        })
    })
}

/// A parser together with the place where it starts.
fn located<'i, T>(
    mut parser: impl FnMut(&mut Input<'i>) -> Parsed<T>,
) -> impl FnMut(&mut Input<'i>) -> Parsed<(usize, T)> {
    move |input| {
        let start = input.input.peek_token().map_or(0, |token| token.start);
        parser(input).map(|parsed| (start, parsed))
    }
}

fn sentence(input: &mut Input<'_>) -> Parsed<Sentence> {
    alt((network, system, configure, deploy, contextualize, ansible)).parse_next(input)
}

/// A keyword and an id.
fn headed<'i>(keyword: Kind) -> impl FnMut(&mut Input<'i>) -> Parsed<(Line, Arc<str>)> {
    move |input| {
        let (keyword, id) = (token(keyword), token(Kind::Word)).parse_next(input)?;
        Ok((Line::new(keyword.line), input.state.texts.name(id.text)))
    }
}

/// A body, and whether it is missing.
fn body_or_reference(input: &mut Input<'_>) -> Parsed<(Features, bool)> {
    let features = opt(body).parse_next(input)?;
    let reference = features.is_none();
    Ok((features.unwrap_or_default(), reference))
}

fn description(input: &mut Input<'_>) -> Parsed<Sentence> {
    let ((line, id), (features, reference)) =
        (headed(Kind::Description), body_or_reference).parse_next(input)?;
    Ok(Sentence::Description(Description {
        id,
        features,
        reference,
        line,
    }))
}

fn network(input: &mut Input<'_>) -> Parsed<Sentence> {
    let ((line, id), (features, reference)) =
        (headed(Kind::Network), body_or_reference).parse_next(input)?;
    Ok(Sentence::Network(Network {
        id,
        features,
        reference,
        line,
    }))
}

fn system(input: &mut Input<'_>) -> Parsed<Sentence> {
    let ((line, id), (features, reference)) =
        (headed(Kind::System), body_or_reference).parse_next(input)?;
    Ok(Sentence::System(System {
        id,
        features,
        reference,
        line,
    }))
}

fn ansible(input: &mut Input<'_>) -> Parsed<Sentence> {
    let ((line, id), features) = (headed(Kind::Ansible), body).parse_next(input)?;
    Ok(Sentence::Ansible(AnsibleHost { id, features, line }))
}

fn configure(input: &mut Input<'_>) -> Parsed<Sentence> {
    let recipe = delimited(
        token(Kind::RecipeBegin),
        token(Kind::Recipe),
        token(Kind::RecipeEnd),
    );
    let body = opt(delimited(
        token(Kind::Open),
        opt(recipe),
        token(Kind::Close),
    ));
    let ((line, id), body) = (headed(Kind::Configure), body).parse_next(input)?;
    let reference = body.is_none();
    let recipe = body.flatten().map(|recipe| Arc::from(recipe.text));
    Ok(Sentence::Configure(Configure {
        id,
        recipe,
        reference,
        line,
    }))
}

fn deploy(input: &mut Input<'_>) -> Parsed<Sentence> {
    let ((line, system), number, cloud) = (
        headed(Kind::Deploy),
        token(Kind::Number),
        opt(token(Kind::Word)),
    )
        .parse_next(input)?;
    let cloud_id = cloud.map(|cloud| input.state.texts.name(cloud.text));
    Ok(Sentence::Deploy(Deploy {
        system,
        vm_number: VmNumber::Number(number.number()),
        cloud_id,
        line,
    }))
}

fn contextualize(input: &mut Input<'_>) -> Parsed<Sentence> {
    let (keyword, max_time) =
        (token(Kind::Contextualize), opt(token(Kind::Number))).parse_next(input)?;
    let mut block = Contextualize {
        max_time: max_time.map(Token::number).filter(|time| !time.is_zero()),
        line: Line::new(keyword.line),
        ..Contextualize::default()
    };
    nested(input, |input| {
        token(Kind::Open)(input)?;
        while let Some((name, value)) =
            opt(preceded(token(Kind::Option), setting)).parse_next(input)?
        {
            block.options.insert(name, value);
        }
        while let Some(item) = opt(item).parse_next(input)? {
            block.add_item(item);
        }
        token(Kind::Close)(input)
    })?;
    Ok(Sentence::Contextualize(block))
}

/// What may stand behind the configure of an item.
enum When {
    Step(crate::Number),
    With(Arc<str>),
}

fn item(input: &mut Input<'_>) -> Parsed<ContextualizeItem> {
    let ((line, system), (_, configure)) =
        (headed(Kind::System), headed(Kind::Configure)).parse_next(input)?;
    let step = preceded(token(Kind::Step), token(Kind::Number))
        .map(|step: &Token<'_>| When::Step(step.number()));
    let with = |input: &mut Input<'_>| {
        let tool = preceded(token(Kind::With), token(Kind::Word)).parse_next(input)?;
        Ok(When::With(input.state.texts.name(tool.text)))
    };
    let (step, tool) = match opt(alt((step, with))).parse_next(input)? {
        Some(When::Step(step)) => (Some(step).filter(|step| !step.is_zero()), None),
        Some(When::With(tool)) => (None, Some(tool)),
        None => (None, None),
    };
    Ok(ContextualizeItem {
        system,
        configure,
        step,
        tool,
        line,
    })
}
