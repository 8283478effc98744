//! One variable being read: what it must be, and what holds when nobody set it.

use std::{
    borrow::Cow,
    ops::{Bound, RangeBounds},
};

use super::{
    Environment, Reader,
    mask::mask_url,
    report::{Entry, Problem},
    source::{Given, Origin},
};
use crate::secret::REDACTED;

/// A variable being read. One of [`Var::default`], [`Var::default_as`], [`Var::optional`] and
/// [`Var::required`] reads it.
///
/// Each returns a harmless value after a problem; [`Reader::finish`] tells the problem.
#[must_use = "the variable is read by default, default_as, optional or required"]
pub struct Var<'r, T> {
    reader: &'r mut Reader,
    name: Cow<'static, str>,
    sentence: Cow<'static, str>,
    parse: fn(&str) -> Result<T, String>,
    show: fn(&T) -> String,
    secret: bool,
    required: Required,
    checks: Vec<Check<'r, T>>,
}

/// Where a variable must be set.
#[derive(Clone, Copy)]
enum Required {
    Nowhere,
    In(Environment),
    Everywhere,
}

type Check<'r, T> = Box<dyn Fn(&T) -> Result<(), String> + 'r>;

impl<'r, T: 'r> Var<'r, T> {
    pub(super) fn new(
        reader: &'r mut Reader,
        name: Cow<'static, str>,
        sentence: Cow<'static, str>,
        parse: fn(&str) -> Result<T, String>,
        show: fn(&T) -> String,
    ) -> Self {
        Self {
            reader,
            name,
            sentence,
            parse,
            show,
            secret: false,
            required: Required::Nowhere,
            checks: Vec::new(),
        }
    }

    /// Never shows the value.
    pub fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    /// Refuses the default (or nothing) in `environment`.
    pub fn required_in(mut self, environment: Environment) -> Self {
        self.required = Required::In(environment);
        self
    }

    /// Refuses a value outside `range`.
    pub fn range(self, range: impl RangeBounds<T> + 'r) -> Self
    where
        T: PartialOrd,
    {
        let show = self.show;
        self.check(move |value| {
            if range.contains(value) {
                Ok(())
            } else {
                Err(must_be_within(&range, show))
            }
        })
    }

    /// Refuses a value that `check` finds wrong; its error says what the value must be, as the
    /// end of a sentence that begins with the variable's name.
    pub fn check(mut self, check: impl Fn(&T) -> Result<(), String> + 'r) -> Self {
        self.checks.push(Box::new(check));
        self
    }

    /// The variable's value, or `value`.
    pub fn default(self, value: T) -> T {
        let shown = (self.show)(&value);
        self.read(Some((&shown, &shown))).unwrap_or(value)
    }

    /// The variable's value, or `value`, of which `rule` tells how it comes about ("8443 with
    /// TLS, else 8000"), the same in every environment.
    pub fn default_as(self, rule: &str, value: T) -> T {
        let shown = (self.show)(&value);
        self.read(Some((rule, &shown))).unwrap_or(value)
    }

    /// The variable's value, if it has one.
    pub fn optional(self) -> Option<T> {
        self.read(None)
    }

    /// The variable's value; that there is none is a problem.
    pub fn required(mut self) -> T
    where
        T: Default,
    {
        self.required = Required::Everywhere;
        self.read(None).unwrap_or_default()
    }

    /// Reads the variable and notes what came of it. `default`: its rule and its value, as shown.
    fn read(self, default: Option<(&str, &str)>) -> Option<T> {
        let (value, origin) = match self.reader.source.get(&self.name) {
            Given::Unset => (self.must_be_set().map_or(Ok(None), Err), Origin::Default),
            Given::NotUtf8 => (Err("is not valid UTF-8".to_owned()), Origin::Environment),
            Given::Text(text, origin) => (self.understand(text).map(Some), origin),
        };
        let shown = match &value {
            Ok(Some(value)) => Some((self.show)(value)),
            Ok(None) | Err(_) => default.map(|(_, shown)| shown.to_owned()),
        };
        let entry = Entry {
            name: self.name.to_string(),
            section: self.reader.current_section(),
            sentence: self.sentence.into_owned(),
            value: shown.map(|shown| {
                if self.secret {
                    REDACTED.into()
                } else {
                    mask_url(&shown)
                }
            }),
            origin,
            default: default.map(|(rule, _)| rule.to_owned()),
            assignable: default.is_some_and(|(rule, shown)| rule == shown),
            required_in: match self.required {
                Required::Nowhere => None,
                Required::In(environment) => Some(Some(environment)),
                Required::Everywhere => Some(None),
            },
        };
        self.reader.note(entry);
        value.unwrap_or_else(|message| {
            self.reader
                .report(Problem::from_origin(self.name, origin, message));
            None
        })
    }

    /// What is wrong with the variable being unset, if anything is.
    fn must_be_set(&self) -> Option<String> {
        match self.required {
            Required::Everywhere => Some("must be set".to_owned()),
            Required::In(environment) if environment == self.reader.environment() => {
                Some(format!("must be set in {}", environment.as_str()))
            }
            Required::In(_) | Required::Nowhere => None,
        }
    }

    fn understand(&self, text: &str) -> Result<T, String> {
        let understood = (self.parse)(text).and_then(|value| {
            self.checks.iter().try_for_each(|check| check(&value))?;
            Ok(value)
        });
        understood.map_err(|must| {
            if self.secret {
                must
            } else {
                format!("{must}, not {:?}", beginning(&mask_url(text)))
            }
        })
    }
}

/// As much of a wrong value as shows what is wrong.
fn beginning(text: &str) -> String {
    const SHOWN: usize = 80;
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn must_be_within<T>(range: &impl RangeBounds<T>, show: fn(&T) -> String) -> String {
    let least = match range.start_bound() {
        Bound::Included(least) => Some(format!("at least {}", show(least))),
        Bound::Excluded(below) => Some(format!("more than {}", show(below))),
        Bound::Unbounded => None,
    };
    let most = match range.end_bound() {
        Bound::Included(most) => Some(format!("at most {}", show(most))),
        Bound::Excluded(above) => Some(format!("less than {}", show(above))),
        Bound::Unbounded => None,
    };
    let bounds: Vec<String> = least.into_iter().chain(most).collect();
    format!("must be {}", bounds.join(" and "))
}
