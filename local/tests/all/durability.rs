//! The file of `claims-local --data FILE`: what was acknowledged is in it, and what is not ours stays as it is.

mod damage;
mod ends;
mod full;
mod kills;
mod refusals;
mod regular;
