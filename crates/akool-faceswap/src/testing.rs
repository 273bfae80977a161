//! In-process backends: requests are answered by a function, so that a paused clock moves everything.

#[cfg(test)]
pub(crate) mod scripted;
#[cfg(feature = "_simulation")]
pub mod simulation;
