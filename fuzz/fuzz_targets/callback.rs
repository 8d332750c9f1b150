//! Callback URLs of any characters: a code that came with the state that was sent out, or a typed error.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mobiscroll_connect::{AuthCallback, Error};

fuzz_target!(|input: (&str, &str)| {
    let (callback, state) = input;
    match AuthCallback::parse(callback, state) {
        Ok(parsed) => assert!(!parsed.code.expose().is_empty() && !state.is_empty()),
        Err(Error::AuthCallback(_)) => {}
        Err(error) => panic!("{error:?}"),
    }
});
