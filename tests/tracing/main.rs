//! What is traced of calls, and what is not.

mod canary;
mod capture;
mod spans;
mod tree;
