//! The memory of a wait: live bytes after the first sweep, minus those before there were ids, for each job. The
//! ids and what the caller holds are included.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use akool_faceswap::Client;
use serde::Serialize;

use crate::{
    ALLOCATOR,
    ours::{self, Settings},
    population::{End, Life},
    world::World,
};

#[derive(Debug, Serialize)]
struct Memory {
    way: &'static str,
    jobs: usize,
    bytes_per_job: f64,
    of_which_ids: f64,
}

/// `wait_each` for all, or a handle for each.
pub fn run(way: &str, jobs: usize) {
    let endless = Life {
        is_video: true,
        end: End::Success,
        submitted: 0,
        processing: u64::MAX,
        ended: u64::MAX,
    };
    let world = World::new(vec![endless; jobs], None, false, 1);
    let world = Arc::new(Mutex::new(world));
    ours::runtime().block_on(async {
        let client = ours::client(&world, Settings::default());
        // Connections, buffers and the like exist before the measurement.
        client.lookup(ours::ids(0..1)).await.unwrap();
        let figures = if way == "group" {
            measure("wait_each", &client, &world, jobs, |client, ids| {
                client.wait_each(ids).start()
            })
            .await
        } else {
            measure("handles", &client, &world, jobs, |client, ids| {
                let mut handles = Vec::with_capacity(jobs);
                handles.extend(ids.into_iter().map(|id| client.wait(id).start()));
                handles
            })
            .await
        };
        crate::figures::print(&figures);
    });
}

async fn measure<T>(
    way: &'static str,
    client: &Client,
    world: &Arc<Mutex<World>>,
    jobs: usize,
    start: impl FnOnce(&Client, akool_faceswap::ResultIds) -> T,
) -> Memory {
    let before = ALLOCATOR.allocated();
    let swept = world.lock().unwrap().lookups + jobs as u64;
    let ids = ours::ids(0..jobs);
    let of_ids = ALLOCATOR.allocated() - before;
    let held = start(client, ids);
    while world.lock().unwrap().lookups < swept {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    let bytes = ALLOCATOR.allocated() - before;
    drop(held);
    Memory {
        way,
        jobs,
        bytes_per_job: bytes as f64 / jobs as f64,
        of_which_ids: of_ids as f64 / jobs as f64,
    }
}
