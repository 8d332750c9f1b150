//! Keeps what a suite shows: with the feature `tracing`, all that is traced and panicked with goes to the file that
//! `MOBISCROLL_CONNECT_SHOWN` names. `.ci/leaks` looks for secrets in it.

/// Begins to keep it, if that is wanted. Once is enough for all tests of a process.
#[cfg(feature = "tracing")]
pub(crate) fn begin() {
    static BEGUN: std::sync::Once = std::sync::Once::new();
    BEGUN.call_once(|| {
        let Some(path) = std::env::var_os("MOBISCROLL_CONNECT_SHOWN") else { return };
        let file = std::fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
        let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_ansi(false);
        subscriber.with_writer(std::sync::Mutex::new(file)).init();
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            tracing::error!("{panic}");
            before(panic);
        }));
    });
}

#[cfg(not(feature = "tracing"))]
pub(crate) fn begin() {}
