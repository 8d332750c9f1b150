//! Putting a sandbox together.

use std::{fmt::Debug, io, sync::Arc};

use super::Sandbox;
use crate::{
    admin::Admin, app::App, applications::Applications, builder::SandboxBuilder, connection::Site, server::Server,
    service::Service, wire::Listener,
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

    /// Describes another sandbox with the settings that this one was started with.
    pub(crate) fn sibling(&self) -> SandboxBuilder {
        SandboxBuilder {
            port: 0,
            settings: self.settings.clone(),
            state: self.initial.clone(),
            is_application: true,
            #[cfg(feature = "contract")]
            contract: self.app.monitor.options_of_sibling(),
        }
    }

    fn with(builder: SandboxBuilder) -> io::Result<Self> {
        let settings = builder.settings;
        let listener = Arc::new(Listener::bind(settings.listen, builder.port)?);
        let origin = format!("http://{}", listener.reachable_address());
        let applications = (!builder.is_application).then(Arc::<Applications>::default);
        let app = App::new(Service::new(settings.clone()));
        #[cfg(feature = "contract")]
        let app = app.checked(builder.contract);
        let app = Arc::new(app);
        let handle = |server: Option<Box<dyn Debug + Send + Sync>>| Self {
            base_url: format!("{origin}/api"),
            origin: origin.clone(),
            settings: settings.clone(),
            initial: builder.state.clone(),
            app: Arc::clone(&app),
            listener: Arc::clone(&listener),
            applications: applications.clone(),
            _server: server,
        };
        let admin = settings.admin.then(|| Admin::new(handle(None)));
        let server = Server::start(
            Arc::clone(&listener),
            Site { app: Arc::clone(&app), admin, access: settings.access.clone() },
        )?;
        let sandbox = handle(Some(Box::new(server)));
        if let Some(state) = &builder.state {
            sandbox.import_state(state);
        }
        Ok(sandbox)
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
