//! `fleet work`: runs a worker until Ctrl-C, with a status page on request.

use akool_faceswap_fleet::{Account, Worker};
use tokio::net::TcpListener;

use super::{
    args::WorkArgs,
    database::{DatabaseArgs, problem},
    status,
};
use crate::{
    connection::{Connection, Credentials},
    environment::Environment,
    exit::Exit,
    interrupt::Interrupt,
    output::tell,
    problem::Problem,
    runtime,
};

pub(super) fn run(database: &DatabaseArgs, args: &WorkArgs) -> Result<Exit, Problem> {
    let url = database.url()?;
    let environment = Environment::of_process();
    let credentials = Credentials::of(&args.connection, &environment)?;
    let account = account(&credentials.0);
    let connection = Connection::with_credentials(credentials, &args.connection, &environment)?;
    let mut interrupt = Interrupt::watch()?;
    let report = runtime::start()?.block_on(async {
        let fleet = database.connect(&url).await?;
        let worker = Worker::new(&fleet, connection.client, account)
            .requests_per_second(args.requests_per_second, args.burst)
            .max_concurrent_requests(args.concurrent);
        if let Some(address) = args.status {
            let listener = TcpListener::bind(address).await.map_err(|error| {
                Problem::usage(
                    format!("cannot serve the status at {address}: {error}"),
                    "give --status an address of this machine whose port is free",
                )
            })?;
            let address = listener.local_addr().unwrap_or(address);
            tell(|out| writeln!(out, "status: http://{address}/"));
            tokio::spawn(status::serve(listener, fleet.clone(), worker.counters()));
        }
        let lane = fleet.lane().clone();
        tell(|out| writeln!(out, "working on the lane {lane}; Ctrl-C ends it"));
        worker
            .run(interrupt.came())
            .await
            .map_err(|error| problem(&error))
    })?;
    tell(|out| {
        writeln!(
            out,
            "{} requests sent, {} outcomes written",
            report.requests, report.settled
        )
    });
    Ok(Exit::Complete)
}

fn account(credentials: &Credentials) -> Account {
    match credentials {
        Credentials::Key(key) => Account::from_api_key(key.trim()),
        Credentials::Client { id, .. } => Account::named(id),
    }
}
