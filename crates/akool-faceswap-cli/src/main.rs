//! The `akool-faceswap` command.

fn main() {}
