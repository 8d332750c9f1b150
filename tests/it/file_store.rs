//! Tokens in files: private, whole, and never mistaken for no tokens.

use std::error::Error as _;
use std::fs;
use std::future::Future;
use std::io::ErrorKind;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use mobiscroll_connect::testing::{check_damaged_record, check_token_store};
use mobiscroll_connect::{
    FileStoreError, FileStoreErrorKind, FileTokenStore, LeaseOutcome, SaveIf, SaveOutcome, StoredTokens, TokenStore,
};
use mobiscroll_connect_sandbox::Operation;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{ADA, builder, category, layers, signed_in, tokens};

const LONG: Duration = Duration::from_secs(3600);

fn store() -> (TempDir, FileTokenStore) {
    let folder = TempDir::new().unwrap();
    let store = FileTokenStore::open(folder.path()).unwrap();
    (folder, store)
}

async fn put(store: &FileTokenStore, user: &str, text: &str) {
    for version in 0.. {
        let saved = store.save(user, Some(&text.into()), SaveIf::Version(version)).await.unwrap();
        if saved != SaveOutcome::Conflict {
            break;
        }
    }
}

async fn granted(store: &FileTokenStore, user: &str) -> u64 {
    match store.lease(user, LONG).await.unwrap() {
        LeaseOutcome::Granted { fence, .. } => fence,
        held => panic!("{held:?}"),
    }
}

/// The errors of all steps that have to know the record.
async fn errors(store: &FileTokenStore, user: &str) -> Vec<FileStoreError> {
    let text = "new".into();
    let errors = [
        store.load(user).await.map(drop).expect_err("loaded"),
        store.save(user, Some(&text), SaveIf::Version(1)).await.map(drop).expect_err("saved"),
        store.save(user, None, SaveIf::Version(0)).await.map(drop).expect_err("deleted"),
        store.lease(user, LONG).await.map(drop).expect_err("leased"),
        store.release(user, 7, 0).await.expect_err("released"),
    ];
    errors.map(|error| *error.downcast().unwrap()).into()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = entries.collect();
    names.sort();
    names
}

#[tokio::test]
async fn it_conforms() {
    let folder = TempDir::new().unwrap();
    check_token_store(|| async { Ok(FileTokenStore::open(folder.path())?) }).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn it_conforms_on_many_threads() {
    let folder = TempDir::new().unwrap();
    check_token_store(|| async { Ok(FileTokenStore::open(folder.path())?) }).await.unwrap();
}

#[tokio::test]
async fn it_takes_no_damage_for_no_tokens() {
    let (folder, store) = store();
    let damages: [fn(&Path); 4] = [
        |file| fs::write(file, "").unwrap(),
        |file| fs::write(file, [0; 512]).unwrap(),
        |file| fs::write(file, &fs::read(file).unwrap()[1..]).unwrap(),
        |file| {
            fs::remove_file(file).unwrap();
            fs::create_dir(file).unwrap();
        },
    ];
    for damage in damages {
        let open = || async { Ok(FileTokenStore::open(folder.path())?) };
        check_damaged_record(open, async |user| damage(&store.file_of(user))).await.unwrap();
    }
}

#[tokio::test]
async fn damage_of_any_kind_is_an_error_that_names_the_file_and_leaves_it_as_it_is() {
    let (_folder, store) = store();
    put(&store, ADA, "MARKED").await;
    granted(&store, ADA).await;
    put(&store, "eve", "MARKED").await;
    let file = store.file_of(ADA);
    let whole = fs::read(&file).unwrap();
    let with = |name: &str, value: Value| {
        let mut record: Value = serde_json::from_slice(&whole).unwrap();
        record[name] = value;
        record.to_string().into_bytes()
    };
    let without = |name: &str| {
        let mut record: Value = serde_json::from_slice(&whole).unwrap();
        record.as_object_mut().unwrap().remove(name).unwrap();
        record.to_string().into_bytes()
    };

    let mut damages: Vec<Vec<u8>> = (0..whole.len() - 1).map(|length| whole[..length].to_vec()).collect();
    damages.extend(["MARKED", "null", "[]", "{}", "\"MARKED\"", "7"].map(Into::into));
    damages.extend([[whole.clone(), b"MARKED".to_vec()].concat(), b"\xff\xfe".to_vec(), vec![0; whole.len()]]);
    damages.push(fs::read(store.file_of("eve")).unwrap());
    damages.extend(["format", "user", "version", "fence", "tokens", "lease"].map(without));
    damages.extend([json!("MARKED"), json!(-1), json!(1.5), json!(u64::MAX), json!(null)].map(|v| with("version", v)));
    damages.extend([json!("MARKED"), json!(u64::MAX)].map(|value| with("fence", value)));
    damages.extend([json!(["MARKED"]), json!(7)].map(|value| with("tokens", value)));
    damages.extend([json!(0), json!("1"), json!(null)].map(|value| with("format", value)));
    damages.extend([json!("ADA"), json!(null)].map(|value| with("user", value)));
    for leading_out in ["/etc/passwd", "../tokens.json", "tokens.json", "..", "1-a/b.lease", ""] {
        damages.push(with("lease", json!({ "file": leading_out, "milliseconds": 1 })));
    }
    damages.extend([json!("MARKED"), json!({ "file": "1-a.lease" })].map(|value| with("lease", value)));
    assert!(damages.len() > 150, "{}", damages.len());

    for damage in damages {
        fs::write(&file, &damage).unwrap();
        let shown = String::from_utf8_lossy(&damage).into_owned();
        for error in errors(&store, ADA).await {
            assert!(matches!(error.kind(), FileStoreErrorKind::Damaged { .. }), "{error}: {shown}");
            assert_eq!(error.path(), file);
            let text = format!("{error} {error:?}");
            assert!(text.contains(file.to_str().unwrap()) && !text.contains("MARKED"), "{text}");
            assert!(error.source().is_none(), "{error:?}");
        }
        assert_eq!(fs::read(&file).unwrap(), damage, "it was written over: {shown}");
    }

    fs::write(&file, with("format", json!(2))).unwrap();
    for error in errors(&store, ADA).await {
        assert!(matches!(error.kind(), FileStoreErrorKind::Newer { format: 2, .. }), "{error}");
    }
    fs::write(&file, &whole).unwrap();
    let stored = StoredTokens { tokens: Some("MARKED".into()), version: 1 };
    assert_eq!(store.load(ADA).await.unwrap(), stored);
}

#[tokio::test]
async fn a_bit_that_flipped_anywhere_is_never_presented() {
    let (_folder, store) = store();
    put(&store, ADA, "some tokens").await;
    let (file, stored) = (store.file_of(ADA), store.load(ADA).await.unwrap());
    let whole = fs::read(&file).unwrap();
    let mut noticed = 0;
    for bit in 0..(whole.len() - 1) * 8 {
        let mut damaged = whole.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        fs::write(&file, &damaged).unwrap();
        match store.load(ADA).await {
            Err(_) => noticed += 1,
            // In the name of the checksum itself.
            Ok(read) => assert_eq!(read, stored, "bit {bit}"),
        }
    }
    assert!(noticed > (whole.len() - 12) * 8, "{noticed} of {}", whole.len() * 8);
}

#[tokio::test]
async fn a_file_of_an_older_release_is_read_and_continued() {
    let (_folder, store) = store();
    put(&store, ADA, "1").await;
    let old = json!({
        "format": 1, "user": ADA, "version": 7, "fence": 3, "tokens": "old",
        "lease": { "file": "3-abc.lease", "milliseconds": 60_000 },
    });
    fs::write(store.file_of(ADA), old.to_string()).unwrap();
    assert_eq!(store.load(ADA).await.unwrap(), StoredTokens { tokens: Some("old".into()), version: 7 });
    assert_eq!(granted(&store, ADA).await, 4);
    let saved = store.save(ADA, Some(&"new".into()), SaveIf::Lease { version: 7, fence: 4 }).await.unwrap();
    assert_eq!(saved, SaveOutcome::Saved { version: 8 });
}

#[tokio::test]
async fn members_of_the_file_that_are_not_known_are_kept() {
    let (_folder, store) = store();
    put(&store, ADA, "1").await;
    let file = store.file_of(ADA);
    let read = || serde_json::from_slice::<Value>(&fs::read(&file).unwrap()).unwrap();
    let mut record = read();
    record["note"] = json!({ "by": "the operator", "numbers": [1, 2.5, u64::MAX] });
    record.as_object_mut().unwrap().remove("checksum").unwrap();
    fs::write(&file, record.to_string()).unwrap();
    put(&store, ADA, "2").await;
    granted(&store, ADA).await;
    store.save(ADA, None, SaveIf::Version(2)).await.unwrap();
    assert_eq!(read()["note"], record["note"]);
    assert_eq!((&read()["version"], &read()["tokens"], &read()["user"]), (&json!(3), &Value::Null, &json!(ADA)));
}

#[tokio::test]
async fn nothing_is_left_lying_about() {
    let (folder, store) = store();
    for _ in 0..5 {
        let fence = granted(&store, ADA).await;
        put(&store, ADA, "text").await;
        assert!(matches!(store.save(ADA, None, SaveIf::Version(0)).await.unwrap(), SaveOutcome::Conflict));
        store.release(ADA, fence, 0).await.unwrap();
    }
    let of_ada = store.file_of(ADA).parent().unwrap().to_owned();
    assert_eq!(names(&of_ada), ["lock", "tokens.json"]);
    // Nor is anything made for users who are only asked for.
    store.load("nobody").await.unwrap();
    store.release("nobody", 1, 0).await.unwrap();
    store.save("nobody", Some(&"text".into()), SaveIf::Version(7)).await.unwrap();
    assert_eq!(names(folder.path()), [of_ada.file_name().unwrap().to_str().unwrap()]);
}

#[tokio::test]
async fn what_crashed_processes_left_is_removed() {
    let (_folder, store) = store();
    put(&store, ADA, "text").await;
    let folder = store.file_of(ADA).parent().unwrap().to_owned();
    for left in ["1f-00.new", "0-1f-00.lease", "note.txt"] {
        fs::write(folder.join(left), "left").unwrap();
    }
    let fence = granted(&store, ADA).await;
    store.release(ADA, fence, 0).await.unwrap();
    assert_eq!(names(&folder), ["lock", "note.txt", "tokens.json"]);
}

#[tokio::test]
async fn a_lease_ends_with_the_store_that_holds_it() {
    let (folder, store) = store();
    let other = FileTokenStore::open(folder.path()).unwrap();
    granted(&store, ADA).await;
    assert!(matches!(other.lease(ADA, LONG).await.unwrap(), LeaseOutcome::Held { remaining: Some(_) }));
    drop(store);
    assert_eq!(granted(&other, ADA).await, 2);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn files_and_folders_are_for_their_owner_alone_from_their_first_instant() {
    use std::os::unix::fs::PermissionsExt;
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicBool, Ordering};

    let outer = TempDir::new().unwrap();
    let root = outer.path().join("deep/er/tokens");
    let store = FileTokenStore::open(&root).unwrap();
    let folder = store.file_of(ADA).parent().unwrap().to_owned();
    let mode = |path: &Path| fs::symlink_metadata(path).ok().map(|metadata| metadata.permissions().mode() & 0o777);
    for made in root.ancestors().take_while(|made| *made != outer.path()) {
        assert_eq!(mode(made), Some(0o700), "{made:?}");
    }
    put(&store, ADA, "text").await;
    assert_eq!(mode(&folder), Some(0o700));

    let (done, seen) = (AtomicBool::new(false), Mutex::new(std::collections::BTreeSet::new()));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                for name in names(&folder) {
                    // It may be gone by now.
                    if let Some(mode) = mode(&folder.join(&name)) {
                        assert_eq!(mode, 0o600, "{name}");
                        seen.lock().unwrap().insert(name.rsplit('.').next().unwrap().to_owned());
                    }
                }
            }
        });
        tokio::task::block_in_place(|| {
            tokio::runtime::Handle::current().block_on(async {
                for _ in 0..2000 {
                    let fence = granted(&store, ADA).await;
                    put(&store, ADA, "text").await;
                    store.release(ADA, fence, 0).await.unwrap();
                    if seen.lock().unwrap().len() == 4 {
                        break;
                    }
                }
                done.store(true, Ordering::Relaxed);
            });
        });
    });
    assert_eq!(seen.into_inner().unwrap().into_iter().collect::<Vec<_>>(), ["json", "lease", "lock", "new"]);
}

#[cfg(unix)]
#[test]
fn a_folder_that_was_there_keeps_its_permissions() {
    use std::os::unix::fs::PermissionsExt;

    let outer = TempDir::new().unwrap();
    fs::set_permissions(outer.path(), fs::Permissions::from_mode(0o750)).unwrap();
    FileTokenStore::open(outer.path()).unwrap();
    assert_eq!(fs::metadata(outer.path()).unwrap().permissions().mode() & 0o777, 0o750);
}

#[test]
fn a_folder_that_cannot_be_had_is_an_error_at_once() {
    let outer = TempDir::new().unwrap();
    let file = outer.path().join("file");
    fs::write(&file, "").unwrap();
    for path in [file.clone(), file.join("tokens"), "".into()] {
        let error = FileTokenStore::open(&path).unwrap_err();
        assert!(matches!(error.kind(), FileStoreErrorKind::Read | FileStoreErrorKind::Write), "{path:?}: {error:?}");
        assert!(error.source().is_some(), "{path:?}: {error:?}");
    }
}

#[tokio::test]
async fn a_folder_that_is_gone_is_an_error_and_no_first_state() {
    let (folder, store) = store();
    put(&store, ADA, "text").await;
    let elsewhere = folder.path().with_extension("moved");
    fs::rename(folder.path(), &elsewhere).unwrap();
    for user in [ADA, "nobody"] {
        for error in errors(&store, user).await {
            assert_eq!(error.kind(), &FileStoreErrorKind::Read, "{error}");
            assert_eq!(error.path(), folder.path());
            let source = error.source().unwrap().downcast_ref::<std::io::Error>().unwrap();
            assert_eq!(source.kind(), ErrorKind::NotFound);
        }
    }
    fs::rename(&elsewhere, folder.path()).unwrap();
    assert_eq!(store.load(ADA).await.unwrap().version, 1);
}

#[tokio::test]
async fn what_cannot_be_written_is_an_error_with_its_cause() {
    let (_folder, store) = store();
    let folder = store.file_of(ADA).parent().unwrap().to_owned();
    fs::write(&folder, "not a folder").unwrap();
    for error in errors(&store, ADA).await {
        let kinds = [FileStoreErrorKind::Read, FileStoreErrorKind::Write];
        assert!(kinds.contains(error.kind()) && error.source().is_some(), "{error:?}");
        assert!(error.path().starts_with(&folder), "{error:?}");
    }
    fs::remove_file(&folder).unwrap();
    put(&store, ADA, "1").await;
    fs::remove_file(folder.join("lock")).unwrap();
    fs::create_dir(folder.join("lock")).unwrap();
    let text = "2".into();
    let error = store.save(ADA, Some(&text), SaveIf::Version(1)).await.unwrap_err();
    let error = error.downcast_ref::<FileStoreError>().unwrap();
    assert_eq!((error.kind(), error.path()), (&FileStoreErrorKind::Write, &*folder.join("lock")));
    let stored = StoredTokens { tokens: Some("1".into()), version: 1 };
    assert_eq!(store.load(ADA).await.unwrap(), stored, "and it can be read all the same");
}

#[test]
fn outside_of_a_runtime_a_step_is_an_error_and_no_panic() {
    let (_folder, store) = store();
    let mut loading = pin!(store.load(ADA));
    let Poll::Ready(Err(error)) = loading.as_mut().poll(&mut Context::from_waker(Waker::noop())) else { panic!() };
    assert_eq!(error.downcast_ref::<FileStoreError>().unwrap().kind(), &FileStoreErrorKind::NoRuntime);
}

#[tokio::test]
async fn a_step_that_is_never_polled_does_nothing() {
    let (folder, store) = store();
    drop(store.lease(ADA, LONG));
    drop(store.save(ADA, Some(&"text".into()), SaveIf::Version(0)));
    assert!(names(folder.path()).is_empty());
}

#[test]
fn a_lease_whose_runtime_went_while_it_was_granted_is_nobodys() {
    let (_folder, store) = store();
    let (store, mut unclaimed) = (Arc::new(store), 0);
    for round in 0..60 {
        let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (going, claimed) = (runtime(), Arc::new(AtomicBool::new(false)));
        let (asking, user, claim) = (store.clone(), format!("user {round}"), claimed.clone());
        going.spawn(async move {
            if let LeaseOutcome::Granted { fence, .. } = asking.lease(&user, LONG).await.unwrap() {
                claim.store(true, Ordering::SeqCst);
                asking.release(&user, fence, 0).await.unwrap();
            }
        });
        going.block_on(async { tokio::time::sleep(Duration::from_micros(1)).await });
        std::thread::sleep(Duration::from_micros(50 * round));
        going.shutdown_background();
        unclaimed += usize::from(!claimed.load(Ordering::SeqCst));
        let (store, user, begun) = (store.clone(), format!("user {round}"), Instant::now());
        runtime().block_on(async {
            while !matches!(store.lease(&user, LONG).await.unwrap(), LeaseOutcome::Granted { .. }) {
                assert!(begun.elapsed() < Duration::from_secs(5), "round {round}: the lease is nobody's, and held");
            }
        });
    }
    assert!(unclaimed > 10, "{unclaimed}");
}

/// A dropped save must not come back over what was saved after it.
#[tokio::test]
async fn a_save_that_was_dropped_does_not_happen_after_a_later_one() {
    let (_folder, store) = store();
    let mut midway = 0;
    for round in 0..200 {
        let dropped = "dropped".into();
        let version = store.load(ADA).await.unwrap().version;
        let mut saving = store.save(ADA, Some(&dropped), SaveIf::Version(version));
        midway += usize::from(saving.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        std::thread::sleep(Duration::from_micros(20 * (round % 10)));
        drop(saving);
        put(&store, ADA, "later").await;
        for _ in 0..3 {
            assert_eq!(store.load(ADA).await.unwrap().tokens, Some("later".into()), "round {round}");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
    assert!(midway > 100, "only {midway} of 200 saves were dropped midway");
}

#[tokio::test]
async fn two_clients_over_one_folder_refresh_once() {
    let (sandbox, _) = signed_in().await;
    let folder = TempDir::new().unwrap();
    let open = || FileTokenStore::open(folder.path()).unwrap();
    let first = builder(&sandbox).token_store(open()).build().unwrap().for_user(ADA);
    first.auth().get_token(&sandbox.authorize(ADA).into()).await.unwrap();
    sandbox.expire_access_token(ADA);
    sandbox.clear_requests();

    let second = builder(&sandbox).token_store(open()).build().unwrap().for_user(ADA);
    let calls = (0..20).map(|call| if call % 2 == 0 { first.clone() } else { second.clone() });
    let calls = calls.map(|client| tokio::spawn(async move { client.calendars().list().await.map(drop) }));
    for call in calls.collect::<Vec<_>>() {
        call.await.unwrap().unwrap();
    }
    assert_eq!(sandbox.refreshes(ADA), 1);
    assert_eq!(first.auth().credentials(), second.auth().credentials());

    // And a third one, as after a restart, needs none.
    let third = builder(&sandbox).token_store(open()).build().unwrap().for_user(ADA);
    third.calendars().list().await.unwrap();
    assert_eq!(sandbox.requests_of(Operation::RefreshToken).len(), 1);
}

#[tokio::test]
async fn a_damaged_file_sends_nobody_to_consent() {
    let (sandbox, _) = signed_in().await;
    let (_folder, store) = store();
    put(&store, ADA, tokens(sandbox.issue_tokens(ADA)).to_json().expose()).await;
    let file = store.file_of(ADA);
    let whole = fs::read(&file).unwrap();
    fs::write(&file, &whole[..20]).unwrap();
    let client = builder(&sandbox).token_store(store).build().unwrap().for_user(ADA);
    let error = client.calendars().list().await.unwrap_err();
    assert_eq!(category(&error), "TokenStore");
    assert!(!error.needs_reauthorization());
    assert!(layers(&error)[1].contains(&format!("{} is damaged", file.display())), "{error:?}");
    fs::write(&file, &whole).unwrap();
    client.calendars().list().await.unwrap();
}
