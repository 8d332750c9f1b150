//! Putting a sandbox together.

use std::{fmt::Debug, io, sync::Arc};

use super::Sandbox;
use crate::{
    admin::Admin, app::App, builder::SandboxBuilder, connection::Site, server::Server, service::Service, wire::Listener,
};

impl Sandbox {
    /// Starts on a free port of the loopback interface, with the default settings.
    ///
    /// # Errors
    ///
    /// When the system has no socket or thread to give.
    pub async fn start() -> io::Result<Self> {
        Self::builder().start().await
    }

    /// Starts as [`start`](Self::start) does, from outside an async runtime.
    ///
    /// # Errors
    ///
    /// When the system has no socket or thread to give.
    pub fn start_blocking() -> io::Result<Self> {
        Self::builder().start_blocking()
    }

    /// Configures a sandbox.
    pub fn builder() -> SandboxBuilder {
        SandboxBuilder::default()
    }

    fn with(builder: SandboxBuilder) -> io::Result<Self> {
        let settings = builder.settings;
        let listener = Arc::new(Listener::bind(builder.port)?);
        let origin = format!("http://{}", listener.address());
        let app = App::new(Service::new(settings.clone()));
        #[cfg(feature = "contract")]
        let app = app.checked(builder.contract);
        let app = Arc::new(app);
        let handle = |server: Option<Box<dyn Debug + Send + Sync>>| Self {
            base_url: format!("{origin}/api"),
            origin: origin.clone(),
            settings: settings.clone(),
            app: Arc::clone(&app),
            listener: Arc::clone(&listener),
            _server: server,
        };
        let admin = settings.admin.then(|| Admin::new(handle(None)));
        let server = Server::start(Arc::clone(&listener), Site { app: Arc::clone(&app), admin })?;
        Ok(handle(Some(Box::new(server))))
    }
}

impl SandboxBuilder {
    /// Starts the server.
    ///
    /// # Errors
    ///
    /// When the port is taken, or the system has no socket or thread to give.
    pub async fn start(self) -> io::Result<Sandbox> {
        self.start_blocking()
    }

    /// Starts the server from outside an async runtime.
    ///
    /// # Errors
    ///
    /// As [`start`](Self::start).
    pub fn start_blocking(self) -> io::Result<Sandbox> {
        Sandbox::with(self)
    }
}
