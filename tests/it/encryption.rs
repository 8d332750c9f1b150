//! Encrypted tokens: read by those who have the key, for the user they are of, as they were written, or not at all.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use mobiscroll_connect::testing::{check_damaged_record, check_token_store};
use mobiscroll_connect::{
    EncryptedTokenStore, EncryptionError, EncryptionKey, FileTokenStore, LeaseOutcome, MemoryTokenStore, SaveIf,
    SaveOutcome, TokenStore,
};
use mobiscroll_connect_sandbox::Operation;
use tempfile::TempDir;

use crate::support::{ADA, builder, category, layers, signed_in, tokens};

const TEXT: &str = r#"{"access_token":"a","refresh_token":"r"}"#;

fn key(id: &str, seed: u8) -> EncryptionKey {
    EncryptionKey::new(id, std::array::from_fn(|i| seed.wrapping_add(i as u8))).unwrap()
}

fn over(store: &Arc<MemoryTokenStore>, id: &str, seed: u8) -> EncryptedTokenStore<Arc<MemoryTokenStore>> {
    EncryptedTokenStore::new(store.clone(), key(id, seed))
}

/// What the inner store has.
async fn kept(store: &impl TokenStore, user: &str) -> String {
    store.load(user).await.unwrap().tokens.unwrap().expose().to_owned()
}

async fn put(store: &impl TokenStore, user: &str, text: &str) {
    for version in 0.. {
        let saved = store.save(user, Some(&text.into()), SaveIf::Version(version)).await.unwrap();
        if saved != SaveOutcome::Conflict {
            break;
        }
    }
}

async fn refusal(store: &impl TokenStore, user: &str) -> EncryptionError {
    let error = store.load(user).await.expect_err("it was read");
    assert!(!format!("{error} {error:?}").contains(TEXT));
    *error.downcast().unwrap()
}

#[tokio::test]
async fn it_conforms_over_other_stores() {
    let store = Arc::default();
    check_token_store(|| async { Ok(over(&store, "new", 1).with_older_key(key("old", 2))) }).await.unwrap();
    let folder = TempDir::new().unwrap();
    let open = || async { Ok(EncryptedTokenStore::new(FileTokenStore::open(folder.path())?, key("k", 1))) };
    check_token_store(open).await.unwrap();
}

#[tokio::test]
async fn damage_is_an_error() {
    let store = Arc::default();
    let damages: [fn(&str) -> String; 5] = [
        |text| text[..text.len() - 1].to_owned(),
        |text| text.replacen("enc1.k.", "enc1.other.", 1),
        |_| "enc1".to_owned(),
        |_| String::new(),
        |_| TEXT.to_owned(),
    ];
    for damage in damages {
        let spoil = async |user: &str| put(&store, user, &damage(&kept(&store, user).await)).await;
        check_damaged_record(|| async { Ok(over(&store, "k", 1)) }, spoil).await.unwrap();
    }
}

#[tokio::test]
async fn the_store_sees_nothing_of_the_tokens() {
    let (inner, mut seen) = (Arc::default(), HashSet::new());
    let store = over(&inner, "k-1", 1);
    for _ in 0..1000 {
        put(&store, ADA, TEXT).await;
        let text = kept(&inner, ADA).await;
        let payload = text.strip_prefix("enc1.k-1.").unwrap();
        assert!(payload.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'), "{text}");
        // 24 bytes of nonce.
        assert!(seen.insert(payload[..32].to_owned()), "a nonce was used twice");
    }
    assert_eq!(kept(&store, ADA).await, TEXT);
    let version = store.load(ADA).await.unwrap().version;
    store.save(ADA, None, SaveIf::Version(version)).await.unwrap();
    assert_eq!(store.load(ADA).await.unwrap().tokens, None);
}

/// Made by libsodium, with the nonce 100 to 123.
#[tokio::test]
async fn what_another_implementation_has_encrypted_is_read() {
    let inner = Arc::default();
    let sealed = "enc1.k-1.ZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXp7B1GY05xL-vHYRPJUwwGf83nacF3GXq_W_jAXz3QqF3vOaGFEDsTVutFrq5P3\
                  -TxKjEyxC_hPb1E";
    put(&inner, "zo\u{eb}", sealed).await;
    assert_eq!(kept(&over(&inner, "k-1", 0), "zo\u{eb}").await, TEXT);
}

#[tokio::test]
async fn no_changed_text_is_read() {
    let inner = Arc::default();
    let store = over(&inner, "k", 1);
    put(&store, ADA, TEXT).await;
    let text = kept(&inner, ADA).await;
    for at in 0..text.len() {
        for other in ["", "A", "w", ".", "=", "AA"] {
            let changed = format!("{}{other}{}", &text[..at], &text[at + 1..]);
            if changed != text {
                put(&inner, ADA, &changed).await;
                refusal(&store, ADA).await;
            }
        }
        put(&inner, ADA, &text[..at]).await;
        refusal(&store, ADA).await;
    }
    put(&inner, ADA, &text).await;
    assert_eq!(kept(&store, ADA).await, TEXT);
}

#[tokio::test]
async fn what_does_not_open_is_told_apart() {
    let inner = Arc::default();
    put(&over(&inner, "k", 1), ADA, TEXT).await;
    let text = kept(&inner, ADA).await;
    assert_eq!(refusal(&over(&inner, "k", 2), ADA).await, EncryptionError::Refused, "another key of the same id");
    let EncryptionError::UnknownKey { id, .. } = refusal(&over(&inner, "new", 1), ADA).await else { panic!() };
    assert_eq!(id, "k");

    put(&inner, "eve", &text).await;
    assert_eq!(refusal(&over(&inner, "k", 1), "eve").await, EncryptionError::Refused, "another user's");
    put(&inner, ADA, &text.replacen(".k.", ".k2.", 1)).await;
    let both = over(&inner, "k", 1).with_older_key(key("k2", 1));
    assert_eq!(refusal(&both, ADA).await, EncryptionError::Refused, "another key's");
    for malformed in ["enc1.k.", "enc1.k", "enc1.", "enc1.k.AAAA", "enc1.k.????"] {
        put(&inner, ADA, malformed).await;
        assert_eq!(refusal(&both, ADA).await, EncryptionError::Malformed, "{malformed}");
    }
    for plain in [TEXT, "", "enc1", "enc2.k.AAAA", "ENC1.k.AAAA"] {
        put(&inner, ADA, plain).await;
        assert_eq!(refusal(&both, ADA).await, EncryptionError::PlainText, "{plain}");
    }
}

#[tokio::test]
async fn a_new_key_takes_over_with_the_next_save() {
    let inner = Arc::default();
    put(&over(&inner, "old", 1), ADA, TEXT).await;
    let store = over(&inner, "new", 2).with_older_key(key("old", 1));
    assert_eq!(kept(&store, ADA).await, TEXT);
    assert!(kept(&inner, ADA).await.starts_with("enc1.old."), "reading writes nothing");
    put(&store, ADA, TEXT).await;
    assert_eq!(kept(&over(&inner, "new", 2), ADA).await, TEXT);
}

#[tokio::test]
async fn a_key_that_took_anothers_id_is_found() {
    let inner = Arc::default();
    put(&over(&inner, "k", 1), ADA, TEXT).await;
    assert_eq!(kept(&over(&inner, "k", 2).with_older_key(key("k", 1)), ADA).await, TEXT);
}

#[tokio::test]
async fn plain_texts_are_read_on_demand_and_encrypted_with_the_next_save() {
    let inner = Arc::default();
    put(&inner, ADA, TEXT).await;
    let store = over(&inner, "k", 1).allow_plain_texts();
    assert_eq!(kept(&store, ADA).await, TEXT);
    let LeaseOutcome::Granted { fence, stored, .. } = store.lease(ADA, Duration::from_secs(60)).await.unwrap() else {
        panic!()
    };
    assert_eq!(stored.tokens, Some(TEXT.into()));
    let condition = SaveIf::Lease { version: stored.version, fence };
    store.save(ADA, stored.tokens.as_ref(), condition).await.unwrap();
    assert_eq!(kept(&over(&inner, "k", 1), ADA).await, TEXT);
}

#[tokio::test]
async fn a_lease_over_tokens_that_do_not_open_holds_nobody_up() {
    let inner = Arc::default();
    put(&over(&inner, "k", 1), ADA, TEXT).await;
    let error = over(&inner, "k", 2).lease(ADA, Duration::from_secs(60)).await.unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&EncryptionError::Refused));
    let outcome = over(&inner, "k", 1).lease(ADA, Duration::from_secs(60)).await.unwrap();
    assert!(matches!(outcome, LeaseOutcome::Granted { fence: 2, .. }), "{outcome:?}");
}

#[test]
fn keys_are_read_from_base64_of_either_alphabet() {
    let bytes = [0xfb; 16].map(|byte| [byte, 0xef]).concat().try_into().unwrap();
    let texts = [
        "++/77/vv++/77/vv++/77/vv++/77/vv++/77/vv++8=\n",
        "++/77/vv++/77/vv++/77/vv++/77/vv++/77/vv++8",
        "--_77_vv--_77_vv--_77_vv--_77_vv--_77_vv--8=",
    ];
    for text in texts {
        let inner = Arc::<MemoryTokenStore>::default();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let written = EncryptedTokenStore::new(inner.clone(), EncryptionKey::new("k", bytes).unwrap());
        let read = EncryptedTokenStore::new(inner, EncryptionKey::from_base64("k", text).unwrap());
        runtime.block_on(async {
            put(&written, ADA, TEXT).await;
            assert_eq!(kept(&read, ADA).await, TEXT, "{text}");
        });
    }
}

#[test]
fn unusable_keys_are_refused_and_no_key_is_shown() {
    let good = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    let long = "k".repeat(65);
    for id in ["", "a.b", "a b", "\u{e9}", "a\n", &long] {
        let error = EncryptionKey::from_base64(id, good).unwrap_err();
        assert!(matches!(error, EncryptionError::InvalidKey { .. }) && !error.to_string().contains(good), "{id}");
    }
    let longer = format!("AAAA{good}");
    for text in ["", "MARKED", &good[4..], &longer, &good.replace('A', "?"), &"A".repeat(43)] {
        let error = EncryptionKey::from_base64("k", text).unwrap_err();
        assert!(matches!(error, EncryptionError::InvalidKey { .. }), "{text}");
        assert!(text.is_empty() || !format!("{error} {error:?}").contains(text), "{text}");
    }
    let store = over(&Arc::default(), "id-of-key", 7).with_older_key(key("old", 9));
    let shown = format!("{store:?} {:?}", key("k", 7));
    assert!(shown.contains("id-of-key") && shown.contains("old"), "{shown}");
    assert!(!shown.contains("7, 8") && !shown.contains("9, 10"), "{shown}");
}

#[tokio::test]
async fn a_refresh_goes_through_the_encryption() {
    let (sandbox, _) = signed_in().await;
    let inner = Arc::default();
    let issued = tokens(sandbox.issue_tokens(ADA));
    let plain = issued.to_json().expose().to_owned();
    put(&over(&inner, "k", 1), ADA, &plain).await;
    sandbox.expire_access_token(ADA);

    // Whoever has another key is told so, and neither refreshes nor asks for a new consent.
    let wrong = builder(&sandbox).token_store(over(&inner, "k", 2)).build().unwrap().for_user(ADA);
    let error = wrong.calendars().list().await.unwrap_err();
    assert_eq!(category(&error), "TokenStore");
    assert!(!error.needs_reauthorization());
    let refused = "the tokens belong to another key or user, or were tampered with";
    assert_eq!(layers(&error), ["the tokens could not be loaded", refused]);
    assert_eq!(sandbox.requests().len(), 0);

    let client = builder(&sandbox).token_store(over(&inner, "k", 1)).build().unwrap().for_user(ADA);
    client.calendars().list().await.unwrap();
    assert_eq!(sandbox.requests_of(Operation::RefreshToken).len(), 1);
    let text = kept(&inner, ADA).await;
    let new = client.auth().credentials().unwrap();
    assert!(text.starts_with("enc1.k.") && !text.contains(new.access_token().expose()));
    assert_ne!(kept(&over(&inner, "k", 1), ADA).await, plain);
    let outcome = over(&inner, "k", 1).save(ADA, None, SaveIf::Version(2)).await.unwrap();
    assert_eq!(outcome, SaveOutcome::Saved { version: 3 });
}
