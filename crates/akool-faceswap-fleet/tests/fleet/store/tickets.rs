//! A row keeps all fields of a ticket.

use akool_faceswap::{Client, Ticket};

use super::{claim, ticket};
use crate::{database::Database, id, in_both};

in_both! {
    a_ticket_is_read_back_unchanged
    a_ticket_time_in_the_future_becomes_now
}

async fn a_ticket_is_read_back_unchanged(database: Database) {
    let fleet = database.fleet().await;
    let ticket: Ticket = serde_json::from_str(&ticket(0)).unwrap();
    fleet.track([ticket.clone()]).await.unwrap();
    assert_eq!(claim(&fleet).await.jobs[0].ticket().unwrap(), ticket);
    fleet.untrack(id(1)).await.unwrap();
    // The default terms are those of a client's wait.
    fleet.track([id(1)]).await.unwrap();
    let stored = claim(&fleet).await.jobs[0].ticket().unwrap();
    let client = Client::builder()
        .base_url("http://127.0.0.1:1")
        .api_key("k")
        .build()
        .unwrap();
    let own = client.wait(id(1)).start().ticket().unwrap();
    let form = |ticket: &Ticket| {
        let form = serde_json::to_value(ticket).unwrap();
        let time = |name: &str| form[name].as_i64().unwrap();
        let whole = time("deadline_unix_ms") - time("begun_unix_ms");
        (
            form["schedule"].clone(),
            form["missing_grace_ms"].clone(),
            whole,
        )
    };
    assert_eq!(form(&stored), form(&own));
}

async fn a_ticket_time_in_the_future_becomes_now(database: Database) {
    let fleet = database.fleet().await;
    let text = ticket(0).replace("1719476869000", "99719476869000");
    let ticket: Ticket = serde_json::from_str(&text).unwrap();
    fleet.track([ticket]).await.unwrap();
    let claim = claim(&fleet).await;
    assert!(claim.jobs[0].changed_at_ms <= claim.claimed_at_ms);
}
