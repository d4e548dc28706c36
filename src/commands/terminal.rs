//! Standard output for results, standard error for everything else; colour only on a terminal.

use super::Failure;
use crate::pipeline::RunError;
use crate::report::text::{Text, plain};
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

/// Narrower terminals are written to as if they had this many columns.
const NARROWEST: usize = 60;

/// The exit code of what Ctrl-C stopped.
const STOPPED: u8 = 130;

/// Prints results.
pub(crate) fn print(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)
        .and_then(|()| out.flush())
        .map_err(|error| Failure::output(&error))
}

/// The text writer that fits standard output.
pub(crate) fn text() -> Text {
    Text {
        width: width(),
        colour: colour(&io::stdout()),
    }
}

/// Columns of the terminal; `None` for a pipe.
pub(crate) fn width() -> Option<usize> {
    if !io::stdout().is_terminal() {
        return None;
    }
    terminal_size::terminal_size().map(|(width, _)| usize::from(width.0).max(NARROWEST))
}

/// Columns of the terminal behind standard error; `None` where there is none.
pub(crate) fn width_of_progress() -> Option<usize> {
    terminal_size::terminal_size_of(io::stderr()).map(|(width, _)| usize::from(width.0))
}

/// Whether to colour what goes to `stream` (<https://no-color.org>).
pub(crate) fn colour(stream: &impl IsTerminal) -> bool {
    let asked_not_to = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|value| value == "dumb");
    stream.is_terminal() && !asked_not_to && !dumb
}

/// Prints a sentence that the reader must not miss.
pub(crate) fn note(sentence: &str) {
    say("note", "36", sentence);
}

/// Prints what went wrong.
pub(crate) fn error(sentence: &str) {
    say("error", "31", sentence);
}

fn say(word: &str, code: &str, sentence: &str) {
    let sentence: Vec<_> = sentence.lines().map(plain).collect();
    let sentence = sentence.join("\n");
    let mut stream = io::stderr().lock();
    // There is nobody left to tell when standard error is closed.
    let _ = if colour(&stream) {
        writeln!(stream, "\u{1b}[1;{code}m{word}\u{1b}[0m: {sentence}")
    } else {
        writeln!(stream, "{word}: {sentence}")
    };
}

/// Says why a command failed, and gives the exit code.
pub(crate) fn report_failure(failure: &Failure) -> ExitCode {
    match failure {
        Failure::ClosedPipe => ExitCode::SUCCESS,
        Failure::Refused => ExitCode::from(1),
        Failure::Stopped => ExitCode::from(STOPPED),
        Failure::Collision(sentence) => {
            error(sentence);
            ExitCode::from(1)
        }
        Failure::Usage(sentence) | Failure::Unwritable(sentence) => {
            error(sentence);
            ExitCode::from(2)
        }
        Failure::Unreadable(sentences) => {
            for sentence in sentences {
                error(sentence);
            }
            ExitCode::from(2)
        }
        Failure::NotValid(sentences) => {
            for sentence in sentences {
                error(sentence);
            }
            ExitCode::from(1)
        }
        Failure::Strict(sentences) => {
            for sentence in sentences {
                error(sentence);
            }
            ExitCode::from(3)
        }
        Failure::Run(cause) => {
            error(&cause.to_string());
            ExitCode::from(match cause {
                RunError::Cancelled => STOPPED,
                RunError::Sink(_) | RunError::Parts(_) => 2,
                _ => 1,
            })
        }
    }
}
