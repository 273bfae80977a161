//! Connections: opened on demand, shared by all calls, replaced after an error.

use std::{sync::Arc, time::Duration};

use futures_util::{StreamExt as _, stream};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::{Mutex, mpsc},
    time::timeout,
};
use tokio_postgres::{AsyncMessage, Client, Connection, Socket, config::SslMode};

use super::{address::Address, fault, migrate};
use crate::{
    error::{Error, ErrorKind},
    lane::Lane,
    store::Hints,
};

/// How long a call may take before its connection is dropped.
const CALL: Duration = Duration::from_secs(15);

/// Connects; the task that drives the connection ends with the client. Notifications go to `hints`.
pub(super) async fn connect(
    address: &Address,
    hints: Option<mpsc::Sender<Vec<String>>>,
) -> Result<Client, Error> {
    let config = &address.config;
    #[cfg(feature = "tls")]
    if config.get_ssl_mode() != SslMode::Disable {
        let connector = super::tls::connector(address.authorities.as_deref())?;
        let (client, connection) = config.connect(connector).await.map_err(fault::error)?;
        tokio::spawn(drive(connection, hints));
        return Ok(client);
    }
    if !cfg!(feature = "tls") && config.get_ssl_mode() == SslMode::Require {
        return Err(Error::new(
            ErrorKind::InvalidInput,
            "the URL requires TLS, and this program was built without it",
        )
        .with_advice("build akool-faceswap-fleet with the feature `tls`"));
    }
    let (client, connection) = config
        .connect(tokio_postgres::NoTls)
        .await
        .map_err(fault::error)?;
    tokio::spawn(drive(connection, hints));
    Ok(client)
}

async fn drive<S>(mut connection: Connection<Socket, S>, hints: Option<mpsc::Sender<Vec<String>>>)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut messages = stream::poll_fn(move |context| connection.poll_message(context));
    while let Some(message) = messages.next().await {
        match message {
            Ok(AsyncMessage::Notification(note)) => {
                let Some(hints) = &hints else { continue };
                let ids = note.payload().split(',').filter(|id| !id.is_empty());
                // If the receiver is full, the poll finds the outcome.
                let _ = hints.try_send(ids.map(str::to_owned).collect());
            }
            Ok(_) => {}
            // The next call reports why.
            Err(_) => break,
        }
    }
}

/// One connection, and how to get another.
#[derive(Debug)]
pub(super) struct Connections {
    address: Address,
    client: Mutex<Option<Arc<Client>>>,
}

impl Connections {
    pub(super) fn new(address: Address) -> Self {
        Self {
            address,
            client: Mutex::new(None),
        }
    }

    /// A client that was connected a moment ago.
    pub(super) async fn client(&self) -> Result<Arc<Client>, Error> {
        let mut current = self.client.lock().await;
        if let Some(client) = current.as_ref().filter(|client| !client.is_closed()) {
            return Ok(client.clone());
        }
        *current = None;
        let connecting = async {
            let client = connect(&self.address, None).await?;
            migrate::check(&client).await?;
            Ok(Arc::new(client))
        };
        let client = timeout(CALL, connecting).await.map_err(|_| too_late())??;
        *current = Some(client.clone());
        Ok(client)
    }

    /// Runs a call on the shared client, within the time limit.
    pub(super) async fn run<T>(
        &self,
        call: impl AsyncFnOnce(&Client) -> Result<T, tokio_postgres::Error>,
    ) -> Result<T, Error> {
        let client = self.client().await?;
        self.within(async { call(&client).await.map_err(fault::error) })
            .await
    }

    /// A call that takes too long drops the connection: the calls after it would wait, too.
    pub(super) async fn within<T>(
        &self,
        call: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let answer = match timeout(CALL, call).await {
            Ok(answer) => answer,
            Err(_) => Err(too_late()),
        };
        if let Err(error) = &answer
            && matches!(error.kind(), ErrorKind::Connection | ErrorKind::ReadOnly)
        {
            *self.client.lock().await = None;
        }
        answer
    }

    /// A separate connection that only listens. It ends when the receiver is dropped.
    pub(super) async fn listen(&self, lane: &Lane) -> Result<Hints, Error> {
        let (sender, receiver) = mpsc::channel(1024);
        let client = connect(&self.address, Some(sender.clone())).await?;
        client
            .batch_execute(&format!("listen \"akool_faceswap_{lane}\""))
            .await
            .map_err(fault::error)?;
        tokio::spawn(async move {
            sender.closed().await;
            drop(client);
        });
        Ok(receiver)
    }
}

fn too_late() -> Error {
    Error::new(ErrorKind::Connection, "the database did not answer in time")
}
