//! The bindings belong to the contract, and a consumer's newer contract gives bindings of its own.
//!
//! These tests run cargo, as a consumer would, in a target folder of their own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// What is generated.
const FILES: [&str; 4] = ["models.rs", "calls.rs", "requests.rs", "required.lock"];

/// What a newer contract adds to ours: a place, and what is put behind it.
const ADDITIONS: [(&[&str], &str); 19] = [
    // One more provider.
    (&["\n    Provider:\n", "x-extensible-enum:\n"], "        - proton\n"),
    // One more optional field of events, of created events, and of each response that handwritten code takes apart.
    (&["\n    CalendarEvent:\n", "      properties:\n"], MOOD),
    (&["\n    EventCreate:\n", "      properties:\n"], MOOD),
    (&["\n    EventsListResponse:\n", "      properties:\n"], MOOD),
    (&["\n    BlockedAccount:\n", "      properties:\n"], MOOD),
    (&["\n    EventDeleteResponse:\n", "      properties:\n"], MOOD),
    (&["\n    Calendar:\n", "      properties:\n"], MOOD),
    (&["\n    ConnectionStatus:\n", "      properties:\n"], MOOD),
    (&["\n    DisconnectResponse:\n", "      properties:\n"], MOOD),
    (&["\n    Health:\n", "      properties:\n"], MOOD),
    (&["\n    SubscribeWebhookResponse:\n", "      properties:\n"], MOOD),
    (&["\n    UnsubscribeWebhookResponse:\n", "      properties:\n"], MOOD),
    (&["\n    WebhookDeliveryMetadata:\n", "      properties:\n"], MOOD),
    // One more parameter of the authorization URL.
    (
        &["\n  /oauth/authorize:\n", "      parameters:\n"],
        "        - name: login_hint
          in: query
          description: The account to offer first.
          schema:
            type: string
",
    ),
    // One more optional parameter of the list of events, and member of the body of a subscription.
    (
        &["\n  /events:\n", "      parameters:\n"],
        "        - name: moodFilter
          in: query
          description: Only events of this mood.
          schema:
            type: string
            enum: [glad, sad]
",
    ),
    (&["\n    SubscribeWebhookRequest:\n", "      properties:\n"], MOOD),
    // One more endpoint of a known group, and a group of four with parameters in the path, an inline body, a member that
    // `null` clears, and a response without a body.
    (&["\npaths:\n"], COLORS),
    (&["\npaths:\n"], ROOMS),
    (&["\n  schemas:\n"], ROOM),
];

const COLORS: &str = "  /colors:
    get:
      operationId: listColors
      tags: [Calendars]
      summary: List the colours.
      responses:
        '200':
          description: The colours.
          content:
            application/json:
              schema:
                type: object
                properties:
                  names:
                    type: array
                    nullable: true
                    items:
                      type: string
                  best:
                    type: object
                    properties:
                      name:
                        type: string
                        nullable: true
";

const ROOMS: &str = "  /rooms:
    post:
      operationId: bookRoom
      tags: [Rooms]
      summary: Book a room.
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [name, host]
              properties:
                name:
                  type: string
                  description: Name of the room.
                host:
                  type: string
                  nullable: true
                  description: Who hosts it, if anybody does.
                seats:
                  type: integer
                  format: int32
                  description: How many seats it needs.
                layout:
                  type: string
                  enum: [rows, circle]
      responses:
        '201':
          description: The room.
          content:
            application/json:
              schema:
                $ref: '#/components/schemas/Room'
  /rooms/{roomId}:
    parameters:
      - name: roomId
        in: path
        required: true
        schema:
          type: string
    get:
      operationId: getRoom
      tags: [Rooms]
      summary: Read a room.
      responses:
        '200':
          description: The room.
          content:
            application/json:
              schema:
                $ref: '#/components/schemas/Room'
    patch:
      operationId: renameRoom
      tags: [Rooms]
      summary: Rename a room.
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              properties:
                nickname:
                  type: string
                  nullable: true
      responses:
        '200':
          description: The room.
          content:
            application/json:
              schema:
                $ref: '#/components/schemas/Room'
    delete:
      operationId: cancelRoom
      tags: [Rooms]
      summary: Cancel a room.
      responses:
        '204':
          description: It is cancelled.
";

const ROOM: &str = "    Room:
      type: object
      required: [id]
      properties:
        id:
          type: string
        nickname:
          type: string
          nullable: true
        layout:
          type: string
          enum: [rows, circle]
        openings:
          type: array
          items:
            type: string
            format: date-time
        default:
          type: string
        waiting:
          type: array
          items:
            type: string
            nullable: true
        guest:
          oneOf:
            - $ref: '#/components/schemas/Person'
            - $ref: '#/components/schemas/Company'
          discriminator:
            propertyName: kind
            mapping:
              person: '#/components/schemas/Person'
              company: '#/components/schemas/Company'
    Person:
      type: object
      required: [kind, name]
      properties:
        kind:
          type: string
        name:
          type: string
      additionalProperties:
        type: integer
    Company:
      type: object
      required: [kind]
      properties:
        kind:
          type: string
";

const MOOD: &str = "        mood:
          type: string
          description: The mood of the event.
";

#[test]
fn committed_bindings_are_what_the_contract_gives() {
    let arguments = ["check", "--no-default-features", "--features", "codegen", "--message-format=json"];
    let output = cargo(Path::new(ROOT), &arguments, Some(&Path::new(ROOT).join("openapi.yaml")));
    assert!(output.status.success(), "{}", text(&output));
    let messages = String::from_utf8(output.stdout).unwrap();
    let out_dir = messages
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .filter(|message| message["reason"] == "build-script-executed")
        .find(|message| message["package_id"].as_str().is_some_and(|id| id.contains("mobiscroll-connect")))
        .and_then(|message| message["out_dir"].as_str().map(PathBuf::from))
        .expect("the build script ran");
    let generated = FILES.map(|name| fs::read_to_string(out_dir.join(name)).unwrap());
    assert!(generated == committed(), "generated/ is stale: run `cargo build --features codegen`, commit the result");
}

#[test]
fn a_newer_contract_needs_no_handwritten_line() {
    let mut contract = fs::read_to_string(Path::new(ROOT).join("openapi.yaml")).unwrap();
    for (place, addition) in ADDITIONS {
        let at = place.iter().fold(0, |at, mark| {
            let found = contract[at..].find(mark).unwrap_or_else(|| panic!("the contract has no {mark:?}"));
            at + found + mark.len()
        });
        contract.insert_str(at, addition);
    }
    let newer = scratch("newer.yaml");
    fs::write(&newer, contract).unwrap();
    let before = committed();

    let consumer = scratch("consumer");
    fs::create_dir_all(consumer.join("src")).unwrap();
    let manifest = format!(
        "[package]\nname = \"consumer\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n[dependencies]\n\
         mobiscroll-connect = {{ path = {ROOT:?}, default-features = false, features = [\"blocking\", \"codegen\"] }}\n\
         tokio = {{ version = \"1\", features = [\"macros\", \"rt\", \"time\"] }}\nfutures-util = {{ version = \"0.3\", default-features = false }}\nserde_json = \"1\"\njiff = \"1\"\n"
    );
    fs::write(consumer.join("Cargo.toml"), manifest).unwrap();
    fs::copy(Path::new(ROOT).join("Cargo.lock"), consumer.join("Cargo.lock")).unwrap();
    fs::write(consumer.join("src/main.rs"), include_str!("consumer.rs")).unwrap();
    let output = cargo(&consumer, &["run", "--quiet"], Some(&newer));
    assert!(output.status.success(), "{}", text(&output));
    assert_eq!(String::from_utf8_lossy(&output.stdout), include_str!("consumer.txt"));
    assert!(before == committed(), "a consumer's contract must not touch the committed bindings");
}

#[test]
fn stale_bindings_stop_the_plain_build_with_one_line() {
    let copy = copy_package("stale");
    let contract = copy.join("openapi.yaml");
    let changed = fs::read_to_string(&contract).unwrap() + "# changed\n";
    fs::write(&contract, changed).unwrap();

    let output = cargo(&copy, &["check", "--no-default-features"], None);
    let printed = text(&output);
    let errors: Vec<_> = printed.lines().filter(|line| line.contains("openapi.yaml has changed")).collect();
    assert!(!output.status.success(), "{printed}");
    assert_eq!(errors.len(), 1, "{printed}");
    assert!(errors[0].ends_with("run: cargo build --features codegen"), "{printed}");
}

#[test]
fn another_contract_without_the_feature_is_refused() {
    let copy = copy_package("featureless");
    let output = cargo(&copy, &["check", "--no-default-features"], Some(Path::new("/newer.yaml")));
    assert!(!output.status.success());
    assert!(text(&output).contains("need the feature `codegen`"), "{}", text(&output));
}

#[test]
fn a_relative_path_is_refused_rather_than_looked_for_in_the_wrong_folder() {
    let arguments = ["check", "--no-default-features", "--features", "codegen"];
    let output = cargo(Path::new(ROOT), &arguments, Some(Path::new("openapi.yaml")));
    assert!(!output.status.success());
    assert!(text(&output).contains("must be an absolute path"), "{}", text(&output));
}

#[test]
fn a_contract_that_cannot_be_read_is_an_error_and_no_panic() {
    let broken = scratch("broken.yaml");
    let no_id =
        "openapi: 3.0.3\ninfo: { title: x, version: '1' }\npaths:\n  /x:\n    get: {}\ncomponents:\n  schemas: {}\n";
    let no_name = "openapi: 3.0.3\ninfo: { title: x, version: '1' }\npaths: {}\ncomponents:\n  schemas:\n    Mail:\n      \
                   type: string\n      enum: [365mail]\n";
    for (contract, reason) in [
        ("paths: [", "broken.yaml"),
        ("openapi: 3.1.0\npaths: {}\n", "the version \"3.1.0\" is not supported"),
        ("openapi: 3.1.0\npaths: {}\n", "title or version is missing"),
        (no_id, "it has no operationId"),
        (no_name, "needs a Rust name of its own in x-enum-names"),
    ] {
        fs::write(&broken, contract).unwrap();
        let arguments = ["check", "--no-default-features", "--features", "codegen"];
        let output = cargo(Path::new(ROOT), &arguments, Some(&broken));
        let printed = text(&output);
        assert!(!output.status.success());
        assert!(printed.contains(reason) && !printed.contains("panicked"), "{printed}");
    }
}

/// What the table's program needs: the dependencies of the build script.
const GENERATOR: &str = "[dependencies]
heck = \"0.5\"
openapiv3 = \"2.2\"
prettyplease = \"0.3\"
proc-macro2 = \"1.0\"
progenitor = { version = \"0.15.1\", default-features = false }
quote = \"1.0\"
schemars08 = { package = \"schemars\", version = \"0.8.22\", default-features = false }
serde_json = { version = \"1.0\", features = [\"preserve_order\"] }
syn = { version = \"3.0\", features = [\"extra-traits\", \"full\", \"visit\", \"visit-mut\"] }
unicode-ident = \"1.0\"
yaml_serde = \"0.10\"
";

#[test]
fn every_kind_of_change_is_generated_and_compiles_or_is_refused_in_words() {
    let program = scratch("contracts");
    fs::create_dir_all(program.join("src")).unwrap();
    let manifest =
        format!("[package]\nname = \"contracts\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n{GENERATOR}");
    fs::write(program.join("Cargo.toml"), manifest).unwrap();
    fs::copy(Path::new(ROOT).join("Cargo.lock"), program.join("Cargo.lock")).unwrap();
    let main = format!(
        "#[path = {:?}]\nmod codegen;\ninclude!({:?});\n",
        format!("{ROOT}/codegen/mod.rs"),
        format!("{ROOT}/tests/codegen/contracts.rs")
    );
    fs::write(program.join("src/main.rs"), main).unwrap();
    let table = format!("{ROOT}/tests/codegen/contracts.yaml");
    let (openapi, api) = (format!("{ROOT}/openapi.yaml"), format!("{ROOT}/api/mobiscroll-connect.txt"));
    let union = scratch("union.yaml");
    let output = cargo(&program, &["run", "--quiet", "--", &table, &openapi, &api, union.to_str().unwrap()], None);
    let printed = text(&output);
    println!("{printed}");
    assert!(output.status.success(), "{printed}");
    assert!(printed.contains("168 contracts, 0 wrong"), "{printed}");

    // All that was generated compiles on top of the contract, and rustdoc understands its descriptions.
    let features = "codegen,schemars,blocking,axum,webhooks";
    for arguments in [["check", "--quiet"], ["doc", "--no-deps"]] {
        let rest = ["--package", "mobiscroll-connect", "--no-default-features", "--features", features];
        let arguments: Vec<_> = arguments.into_iter().chain(rest).collect();
        let output = cargo(Path::new(ROOT), &arguments, Some(&union));
        let printed = text(&output);
        assert!(output.status.success() && !printed.contains("mobiscroll-connect` (lib) generated"), "{printed}");
    }
}

fn committed() -> [String; 4] {
    FILES.map(|name| fs::read_to_string(Path::new(ROOT).join("generated").join(name)).unwrap())
}

/// A copy of the package that a test may change.
fn copy_package(name: &str) -> PathBuf {
    let to = scratch(name);
    let _ = fs::remove_dir_all(&to);
    fs::create_dir_all(&to).unwrap();
    let files = ["Cargo.toml", "Cargo.lock", "build.rs", "openapi.yaml"];
    for part in files.into_iter().chain(["generated", "codegen", "src", "sandbox", "tests", "examples", "benches"]) {
        copy(&Path::new(ROOT).join(part), &to.join(part));
    }
    to
}

fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    } else {
        fs::copy(from, to).unwrap();
    }
}

fn cargo(folder: &Path, arguments: &[&str], contract: Option<&Path>) -> Output {
    let mut command = Command::new(env!("CARGO"));
    command
        .current_dir(folder)
        .args(arguments)
        .env("CARGO_TARGET_DIR", scratch("target"))
        .env("RUSTDOCFLAGS", "-D warnings");
    match contract {
        Some(path) => command.env("MOBISCROLL_CONNECT_OPENAPI", path),
        None => command.env_remove("MOBISCROLL_CONNECT_OPENAPI"),
    };
    command.output().unwrap()
}

fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("codegen");
    fs::create_dir_all(&folder).unwrap();
    folder.join(name)
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}
