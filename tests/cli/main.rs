//! The command line as users meet it: what is printed where, which files appear, which code ends it.

mod assertions;
mod compare;
mod data;
mod decision;
mod diff;
mod figures;
mod files;
mod fixture;
mod help;
mod hostile;
#[cfg(unix)]
mod killed;
mod nested;
mod paper;
mod replay;
mod require;
mod results;
mod run;
mod shape;
mod shards;
mod stopping;
mod verify;
mod watch;
