//! A pooler in transaction mode: whoever has no open transaction finds another server behind the next message.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mobiscroll_connect::sqlx::{self, Row};
use mobiscroll_connect::{LeaseOutcome, SaveIf, SaveOutcome, TokenStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};

use crate::database::Postgres;

/// Servers behind a client.
pub(crate) const SERVERS: usize = 2;

/// What a pooler did and saw.
#[derive(Default)]
pub(crate) struct Pooler {
    pub(crate) port: u16,
    delay: Duration,
    /// How often a client was handed to another server.
    switched: AtomicUsize,
    /// Whether it keeps the ends of transactions to itself, as if the client had stopped before them.
    mute: AtomicBool,
    /// The statements that passed, with what is around them in their messages.
    statements: Mutex<Vec<Vec<u8>>>,
}

/// Listens for clients, whose every answer takes so long.
pub(crate) async fn pooler(postgres: &Postgres, delay: Duration) -> Arc<Pooler> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let pooler = Arc::new(Pooler { port, delay, ..Pooler::default() });
    let server = format!("{}:{}", postgres.options.get_host(), postgres.options.get_port());
    let serving = pooler.clone();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let (pooler, server) = (serving.clone(), server.clone());
            // It ends when the client goes away.
            tokio::spawn(async move { pooler.serve(client, &server).await });
        }
    });
    pooler
}

impl Pooler {
    async fn serve(&self, mut client: TcpStream, server: &str) -> std::io::Result<()> {
        client.set_nodelay(true)?;
        let mut startup = read_body(&mut client, Vec::new()).await?;
        // "May we speak TLS?" "No."
        if startup[4..8] == [4, 210, 22, 47] {
            client.write_all(b"N").await?;
            startup = read_body(&mut client, Vec::new()).await?;
        }
        let mut servers = Vec::new();
        for number in 0..SERVERS {
            let mut server = TcpStream::connect(server).await?;
            server.set_nodelay(true)?;
            server.write_all(&startup).await?;
            let (greeting, _) = until_ready(&mut server).await?;
            if number == 0 {
                client.write_all(&greeting).await?;
            }
            servers.push(server);
        }
        let mut current = 0;
        loop {
            let message = read_message(&mut client).await?;
            if message.ends_with(b"COMMIT\0") && self.mute.load(Ordering::SeqCst) {
                std::future::pending::<()>().await;
            }
            servers[current].write_all(&message).await?;
            let kind = message[0];
            if matches!(kind, b'Q' | b'P') {
                self.statements.lock().unwrap().push(message);
            }
            // A query, or the end of a group of messages: the server answers until it is ready.
            if matches!(kind, b'Q' | b'S') {
                let (answer, state) = until_ready(&mut servers[current]).await?;
                sleep(self.delay).await;
                client.write_all(&answer).await?;
                if state == b'I' {
                    current = (current + 1) % SERVERS;
                    self.switched.fetch_add(1, Ordering::SeqCst);
                }
            }
        }
    }
}

/// Reads what a server says up to its being ready, and whether a transaction is open.
async fn until_ready(server: &mut TcpStream) -> std::io::Result<(Vec<u8>, u8)> {
    let mut answer = Vec::new();
    loop {
        let message = read_message(server).await?;
        answer.extend_from_slice(&message);
        if message[0] == b'Z' {
            return Ok((answer, message[5]));
        }
    }
}

async fn read_message(stream: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let kind = stream.read_u8().await?;
    read_body(stream, vec![kind]).await
}

/// Reads the length of a message and so much more.
async fn read_body(stream: &mut TcpStream, mut message: Vec<u8>) -> std::io::Result<Vec<u8>> {
    let length = stream.read_u32().await?;
    message.extend_from_slice(&length.to_be_bytes());
    let begun = message.len();
    message.resize(begun + length as usize - 4, 0);
    stream.read_exact(&mut message[begun..]).await?;
    Ok(message)
}

/// Also that no statement, which a server may log, has tokens in it.
#[tokio::test]
async fn every_step_works_behind_a_pooler_in_transaction_mode() {
    Postgres::test(|postgres| async move {
        let pooler = pooler(&postgres, Duration::ZERO).await;
        let store =
            postgres.store_over(postgres.pool_with(postgres.options.clone().host("127.0.0.1").port(pooler.port)));
        store.migrate().await.unwrap();
        for round in 0..20 {
            let tokens = format!("MARKED {round}").into();
            let LeaseOutcome::Granted { fence, stored, .. } =
                store.lease("ada", Duration::from_secs(60)).await.unwrap()
            else {
                panic!("nobody else asks for one");
            };
            assert_eq!(stored.version, round);
            let condition = SaveIf::Lease { version: round, fence };
            let saved = store.save("ada", Some(&tokens), condition).await.unwrap();
            assert_eq!(saved, SaveOutcome::Saved { version: round + 1 });
            assert_eq!(store.save("ada", None, condition).await.unwrap(), SaveOutcome::Conflict);
            store.release("ada", fence, 0).await.unwrap();
            assert_eq!(store.load("ada").await.unwrap().tokens, Some(tokens));
        }
        assert!(pooler.switched.load(Ordering::SeqCst) > 100, "the pooler did its worst");
        for statement in &*pooler.statements.lock().unwrap() {
            let statement = String::from_utf8_lossy(statement);
            assert!(!statement.contains("MARKED") && !statement.contains("4d41524b4544"), "{statement}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_statement_with_an_argument_fails_behind_such_a_pooler() {
    Postgres::test(|postgres| async move {
        let pooler = pooler(&postgres, Duration::ZERO).await;
        let pool = postgres.pool_with(postgres.options.clone().host("127.0.0.1").port(pooler.port));
        let error = sqlx::query("SELECT $1").bind(1).persistent(false).fetch_one(&pool).await.unwrap_err();
        // "The prepared statement does not exist."
        assert_eq!(error.as_database_error().unwrap().code().as_deref(), Some("26000"), "{error}");
        let row = sqlx::raw_sql("SELECT 1").fetch_one(&pool).await.unwrap();
        assert_eq!(row.get::<i32, _>(0), 1);
    })
    .await;
}

#[tokio::test]
async fn a_process_that_stops_within_a_save_does_not_keep_others_from_the_user() {
    Postgres::test(|postgres| async move {
        let (store, pooler) = (postgres.store().await, pooler(&postgres, Duration::ZERO).await);
        pooler.mute.store(true, Ordering::SeqCst);
        let options = postgres.options.clone().host("127.0.0.1").port(pooler.port);
        let stopped = postgres.store_over(postgres.pool_with(options));
        let lost = "lost".into();
        let mut save = stopped.save("ada", Some(&lost), SaveIf::Version(0));
        assert!(timeout(Duration::from_secs(1), &mut save).await.is_err(), "it is stopped before its end");
        assert_eq!(store.load("ada").await.unwrap().version, 0);
        // It waits for the row, which is the stopped one's for five seconds.
        let condition = SaveIf::Version(0);
        let saved = timeout(Duration::from_secs(30), store.save("ada", Some(&"tokens".into()), condition)).await;
        assert_eq!(saved.unwrap().unwrap(), SaveOutcome::Saved { version: 1 });
        assert_eq!(store.load("ada").await.unwrap().tokens, Some("tokens".into()));
    })
    .await;
}
