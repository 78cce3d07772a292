//! What commands print. Who reads it may stop reading, as `head` does; then there is nobody left to print for, and the
//! command ends quietly, as programs do that the system ends for it.

use std::fmt;
use std::io::{self, Write as _};

/// The exit code of a program that the system ended because nobody reads what it prints: 128 and the number of SIGPIPE.
const NOBODY_READS: i32 = 141;

/// Prints to standard output. Ends the process when nobody reads it any more.
pub(crate) fn print(text: fmt::Arguments<'_>) {
    let mut out = io::stdout().lock();
    match out.write_fmt(text).and_then(|()| out.flush()) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => std::process::exit(NOBODY_READS),
        Err(error) => {
            eprintln!("entente: cannot print ({error})");
            std::process::exit(1);
        }
    }
}

/// Prints a line to standard output; see [`print()`].
macro_rules! say {
    ($($text:tt)*) => {
        $crate::said::print(format_args!("{}\n", format_args!($($text)*)))
    };
}
pub(crate) use say;
