//! Answers of the token endpoint, and kept tokens, of any bytes: tokens that can be used, or an error that leaves the old
//! ones in force. The first byte chooses the status.

#![no_main]

mod stage;

use libfuzzer_sys::fuzz_target;
use mobiscroll_connect::Tokens;
use mobiscroll_connect_sandbox::{Fault, Operation};

use crate::stage::{Stage, stage};

const STATUSES: [u16; 6] = [200, 200, 400, 401, 429, 500];

fuzz_target!(|input: (u8, &[u8])| {
    if let Ok(tokens) = Tokens::from_json(&String::from_utf8_lossy(input.1)) {
        assert_eq!(Tokens::from_json(tokens.to_json().expose()).expect("what was written is read"), tokens);
    }
    let Stage { runtime, sandbox, client } = stage();
    let status = STATUSES[usize::from(input.0) % STATUSES.len()];
    let before = client.auth().credentials();
    sandbox.inject(Fault::on(Operation::ExchangeCode).status(status).body(input.1.to_vec()));
    match runtime.block_on(client.auth().get_token(&"code".into()).send()) {
        Ok(tokens) => {
            assert!(status == 200 && !tokens.access_token().expose().is_empty());
            assert_eq!(client.auth().credentials(), Some(tokens));
        }
        Err(error) => {
            assert_eq!(error.status(), Some(status), "{error:?}");
            assert_eq!(client.auth().credentials(), before);
        }
    }
});
