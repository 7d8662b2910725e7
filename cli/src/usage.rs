//! What is wrong with a command line, without a word of it: what somebody types into the wrong place may be a name or a diagnosis.

use std::{
    error::Error as _,
    ffi::OsString,
    io::{self, Write},
};

use claims_client::{ClaimStatus, Mode, types::PolicyType};
use clap::{
    CommandFactory,
    builder::{PossibleValuesParser, TypedValueParser},
    error::{ContextKind, ContextValue, ErrorKind},
};

use crate::{Failure, Status};

/// Statuses, as help and completions list them.
pub(crate) fn statuses() -> impl TypedValueParser<Value = ClaimStatus> {
    PossibleValuesParser::new(ClaimStatus::KNOWN.iter().map(ClaimStatus::as_str))
        .try_map(|text| ClaimStatus::known(&text))
}

/// Policy types, as help and completions list them.
pub(crate) fn policy_types() -> impl TypedValueParser<Value = PolicyType> {
    PossibleValuesParser::new(PolicyType::KNOWN.iter().map(PolicyType::as_str)).try_map(|text| PolicyType::known(&text))
}

/// Addressing modes, as help and completions list them.
pub(crate) fn modes() -> impl TypedValueParser<Value = Mode> {
    PossibleValuesParser::new(Mode::ALL.iter().map(|mode| mode.as_str())).try_map(|text| text.parse::<Mode>())
}

/// A number from 1.
pub(crate) fn count(text: &str) -> Result<usize, &'static str> {
    text.parse().ok().filter(|count| *count > 0).ok_or("must be a whole number from 1")
}

/// Help and version go to standard output and are success; everything else is a failure.
pub(crate) fn end(error: &clap::Error, arguments: &[OsString]) -> Result<Status, Failure> {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            match write!(anstream::stdout().lock(), "{}", error.render().ansi()) {
                Err(e) if e.kind() != io::ErrorKind::BrokenPipe => Err(e.into()),
                _ => Ok(Status::Done),
            }
        }
        _ => Err(Failure::new(Status::Usage, said(error, arguments))),
    }
}

/// Whether the command line, as far as it can be understood, asks for JSON.
pub(crate) fn wants_json(arguments: &[OsString]) -> bool {
    arguments.iter().take_while(|argument| *argument != "--").any(|argument| argument == "--json")
}

fn said(error: &clap::Error, arguments: &[OsString]) -> String {
    let listed = |kind| match error.get(kind) {
        Some(ContextValue::Strings(all)) => all.join(", "),
        Some(ContextValue::String(one)) => one.clone(),
        _ => String::new(),
    };
    // Names of ours, or, in an error about an unknown argument, what somebody typed.
    let named = listed(ContextKind::InvalidArg);
    let guess = [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue]
        .into_iter()
        .map(listed)
        .find(|guess| !guess.is_empty());
    let meant = guess.map(|guess| format!("; did you mean {}?", guess.replace(", ", " or "))).unwrap_or_default();
    let place = place(&named, arguments);
    let what = match error.kind() {
        ErrorKind::ValueValidation => {
            let why = error.source().map_or_else(|| "is wrong".to_owned(), ToString::to_string);
            format!("{named} {why}")
        }
        ErrorKind::InvalidValue if listed(ContextKind::InvalidValue).is_empty() => {
            format!("{named} wants a value; one that begins with - is written {}", joined(&named))
        }
        ErrorKind::InvalidValue => format!("{named} must be one of {}{meant}", listed(ContextKind::ValidValue)),
        ErrorKind::UnknownArgument if named.starts_with("--") => format!("{place} is no option here{meant}"),
        ErrorKind::UnknownArgument if named.starts_with('-') => {
            let example = option_before(&named, arguments).unwrap_or_else(|| "--description".to_owned());
            format!("{place} is no option here; a value that begins with - is written with =, as in {example}=VALUE")
        }
        ErrorKind::UnknownArgument => {
            format!("{place} is one too many; a value with spaces is written in quotes")
        }
        ErrorKind::InvalidSubcommand => format!("there is no such command{meant}"),
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            "a command is missing".to_owned()
        }
        ErrorKind::MissingRequiredArgument => format!("missing: {named}"),
        ErrorKind::ArgumentConflict => match listed(ContextKind::PriorArg) {
            other if other.is_empty() || other == named => format!("{named} cannot be used more than once"),
            other => format!("{named} cannot be used with {other}"),
        },
        ErrorKind::TooManyValues => format!("{named} takes one value only"),
        ErrorKind::InvalidUtf8 => "an argument is not UTF-8".to_owned(),
        kind => kind.to_string(),
    };
    let command = command(arguments);
    format!("{what} (see `{command} --help`)")
}

/// `claims create`, if that is what it was to be.
fn command(arguments: &[OsString]) -> String {
    let ours = crate::Cli::command();
    let mut names = arguments.iter().skip(1).filter_map(|argument| ours.find_subcommand(argument.to_str()?));
    names.next().map_or_else(|| "claims".to_owned(), |command| format!("claims {}", command.get_name()))
}

/// Which argument of the command line it is, by number.
fn place(typed: &str, arguments: &[OsString]) -> String {
    match index(typed, arguments) {
        Some(index) => format!("argument {index}"),
        None => "an argument".to_owned(),
    }
}

fn index(typed: &str, arguments: &[OsString]) -> Option<usize> {
    // Of several short options in one argument clap names the one that it does not know.
    let is = |argument: &str| {
        argument == typed
            || argument.split_once('=').is_some_and(|(name, _)| name == typed)
            || !argument.starts_with("--") && typed.len() == 2 && argument.starts_with(typed)
    };
    arguments.iter().skip(1).position(|argument| argument.to_str().is_some_and(is)).map(|index| index + 1)
}

/// The option of ours right before it: only one of these names.
fn option_before(typed: &str, arguments: &[OsString]) -> Option<String> {
    const VALUES: [(&str, &str); 4] =
        [("-d", "--description"), ("-n", "--name"), ("-m", "--member"), ("-p", "--policy")];
    let before = arguments.get(index(typed, arguments)?.checked_sub(1)?)?.to_str()?;
    let option = VALUES.iter().find(|(short, long)| before == *short || before == *long)?;
    Some(option.1.to_owned())
}

/// `--amount=VALUE` of `--amount <AMOUNT>`.
fn joined(named: &str) -> String {
    format!("{}=VALUE", named.split(' ').next().unwrap_or_default())
}
