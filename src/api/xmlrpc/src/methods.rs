//! The methods, with the names and the order of their parameters.
//!
//! Each group has its own file: a table, and a function for each row of it that takes its parameters out of a
//! [`Call`], makes one call of the manager and gives its outcome the shape that clients know.

mod clouds;
mod infrastructures;
mod machines;
mod power;
mod resources;
mod transfer;

use std::pin::Pin;

use dxr::Value;
use im_manager::Manager;

use crate::answer::Answer;
use crate::call::Call;

const GROUPS: [&[Method]; 6] = [
    infrastructures::METHODS,
    resources::METHODS,
    machines::METHODS,
    power::METHODS,
    transfer::METHODS,
    clouds::METHODS,
];

/// The longest name that an answer repeats, in characters.
const LONGEST_NAME: usize = 64;

type Work = Pin<Box<dyn Future<Output = Answer> + Send>>;

/// A method.
pub(crate) struct Method {
    /// The name that clients call.
    pub(crate) name: &'static str,
    /// The parameters that every call has, in order.
    pub(crate) required: &'static [&'static str],
    /// The parameters that may follow them.
    pub(crate) optional: &'static [&'static str],
    /// What it does.
    run: fn(Call) -> Work,
}

/// The method of a call.
pub(crate) enum Lookup {
    /// It is to be called.
    Found(&'static Method),
    /// There is none that takes so many parameters; the text of the fault.
    NotFound(String),
}

/// All methods.
pub(crate) fn all() -> impl Iterator<Item = &'static Method> {
    GROUPS.into_iter().flatten()
}

/// The method of this name, if it takes so many parameters.
pub(crate) fn look_up(name: &str, params: usize) -> Lookup {
    let Some(method) = all().find(|method| method.name == name) else {
        let name: String = name.chars().take(LONGEST_NAME).collect();
        return Lookup::NotFound(format!("method \"{name}\" is not supported"));
    };
    let least = method.required.len();
    let most = least + method.optional.len();
    if (least..=most).contains(&params) {
        return Lookup::Found(method);
    }
    let signature = method.signature();
    Lookup::NotFound(format!(
        "wrong number of parameters: {signature} was called with {params}"
    ))
}

// === impl Method ===

impl Method {
    /// Calls it; the number of parameters is right.
    pub(crate) fn call(&self, manager: &Manager, vminfo_json: bool, params: Vec<Value>) -> Work {
        let names = [self.required, self.optional].concat();
        (self.run)(Call::new(
            manager.clone(),
            vminfo_json,
            self.name,
            names,
            params,
        ))
    }

    /// As `AddResource(inf_id, radl, auth[, context])`.
    pub(crate) fn signature(&self) -> String {
        let mut text = format!("{}({}", self.name, self.required.join(", "));
        for name in self.optional {
            text.push_str(&format!("[, {name}]"));
        }
        text.push(')');
        text
    }
}

/// A row of the table of a group.
macro_rules! method {
    ($function:ident as $name:literal ($($required:literal),*) $([$($optional:literal),*])?) => {
        crate::methods::Method {
            name: $name,
            required: &[$($required),*],
            optional: &[$($($optional),*)?],
            run: |call| Box::pin($function(call)),
        }
    };
}
use method;

/// The answer of what has nothing to say.
fn nothing() -> Answer {
    Ok(Value::String(String::new()))
}

/// A text as an answer.
fn text(text: impl Into<String>) -> Answer {
    Ok(Value::String(text.into()))
}

/// Texts as an answer.
fn texts<T: ToString>(items: impl IntoIterator<Item = T>) -> Answer {
    let item = |item: T| Value::String(item.to_string());
    Ok(Value::Array(items.into_iter().map(item).collect()))
}
