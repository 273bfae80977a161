//! Chunks against simulated servers: any limits, any wrong ids, any order of answers.

mod steps;

use std::collections::HashSet;

use proptest::prelude::*;

use super::*;
use crate::model::query::encoded_len;

/// A server that refuses what it does not take.
#[derive(Clone, Debug)]
struct Server {
    max_ids: usize,
    max_bytes: usize,
    max_rows: usize,
    /// Positions of ids for which it refuses a request.
    wrong: HashSet<usize>,
    /// Positions of ids that it does not know.
    unknown: HashSet<usize>,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            max_ids: usize::MAX,
            max_bytes: usize::MAX,
            max_rows: usize::MAX,
            wrong: HashSet::new(),
            unknown: HashSet::new(),
        }
    }
}

impl Server {
    fn answer(&self, positions: &[usize], bytes: usize) -> Reply {
        if bytes > self.max_bytes {
            return Reply::LineTooLong;
        }
        if positions.len() > self.max_ids || positions.iter().any(|id| self.wrong.contains(id)) {
            return Reply::Refused;
        }
        let known: Vec<usize> = positions
            .iter()
            .copied()
            .filter(|id| !self.unknown.contains(id))
            .collect();
        let sent: HashSet<usize> = known.iter().copied().take(self.max_rows).collect();
        Reply::Accepted {
            missing: positions
                .iter()
                .copied()
                .filter(|id| !sent.contains(id))
                .collect(),
        }
    }
}

/// The outcome of a lookup.
#[derive(Debug, Default)]
struct Seen {
    requests: usize,
    found: HashSet<usize>,
    failed: HashSet<usize>,
}

const CONFIGURED: RequestSize = RequestSize {
    ids: 100,
    bytes: 4096,
};

fn ids(n: usize) -> Vec<ResultId> {
    (0..n)
        .map(|n| ResultId::new(format!("{n:024x}")).unwrap())
        .collect()
}

/// Runs a lookup with `concurrency` requests in flight, which are answered in the order of `pick`.
fn run(
    list: &[ResultId],
    known: &KnownSizes,
    server: &Server,
    concurrency: usize,
    mut pick: impl FnMut(usize) -> usize,
) -> Seen {
    let mut chunks = Chunks::new(list, CONFIGURED, known);
    let mut in_flight: Vec<Chunk> = Vec::new();
    let mut seen = Seen::default();
    loop {
        while in_flight.len() < concurrency {
            match chunks.next() {
                Next::Send(chunk) => in_flight.push(chunk),
                Next::Wait => break,
                Next::Done => {
                    assert!(in_flight.is_empty());
                    return seen;
                }
            }
        }
        assert!(
            !in_flight.is_empty(),
            "nothing is in flight and it is not done"
        );
        let chunk = in_flight.swap_remove(pick(in_flight.len()));
        assert!(chunk.positions.len() <= CONFIGURED.ids);
        seen.requests += 1;
        assert!(seen.requests < 10 * list.len() + 1000, "no end");
        let positions = chunk.positions.clone();
        let texts: Vec<&str> = positions.iter().map(|id| list[*id].as_str()).collect();
        let bytes = encoded_len(&texts.join(","));
        assert_eq!((chunk.size.ids, chunk.size.bytes), (texts.len(), bytes));
        let reply = server.answer(&positions, bytes);
        let missing: Option<HashSet<usize>> = match &reply {
            Reply::Accepted { missing } => Some(missing.iter().copied().collect()),
            _ => None,
        };
        let is_final = chunks.answered(chunk, reply);
        if let Some(missing) = missing {
            let found = positions.into_iter().filter(|id| !missing.contains(id));
            seen.found.extend(found);
        } else if is_final {
            seen.failed.extend(positions);
        }
    }
}

fn in_order(_: usize) -> usize {
    0
}

/// The requests of a client that is configured with the server's limits.
fn requests_of_an_informed_client(n: usize, server: &Server) -> usize {
    // An id of 24 characters and a comma.
    let by_bytes = server.max_bytes.saturating_add(3) / 27;
    let most = server
        .max_ids
        .min(server.max_rows)
        .min(by_bytes)
        .min(CONFIGURED.ids);
    n.div_ceil(most)
}

#[test]
fn as_many_ids_fit_as_were_measured_on_the_wire() {
    // "GET /api/open/v3/faceswap/result/listbyids?_ids=" and " HTTP/1.1" are 57 bytes.
    let list = ids(400);
    let known = KnownSizes::default();
    for (line, fitting) in [(4096, 149), (8192, 301)] {
        let configured = RequestSize {
            ids: usize::MAX,
            bytes: line - 57,
        };
        let mut chunks = Chunks::new(&list, configured, &known);
        let Next::Send(first) = chunks.next() else {
            panic!("nothing to send");
        };
        assert_eq!(first.positions.len(), fitting, "{line}");
    }
}

#[test]
fn an_id_too_long_by_itself_is_a_request_of_its_own() {
    let list: crate::model::ResultIds = "aa,bbbbbbbb,cc,dd".parse().unwrap();
    let known = KnownSizes::default();
    let mut chunks = Chunks::new(list.as_slice(), RequestSize { ids: 10, bytes: 7 }, &known);
    let mut lengths = Vec::new();
    while let Next::Send(chunk) = chunks.next() {
        lengths.push(chunk.positions.len());
    }
    assert_eq!(lengths, [1, 1, 2]);
}

#[test]
fn a_list_without_trouble_is_cut_by_the_settings() {
    let list = ids(250);
    let seen = run(
        &list,
        &KnownSizes::default(),
        &Server::default(),
        4,
        in_order,
    );
    assert_eq!((seen.requests, seen.found.len()), (3, 250));
}

/// 10,000 ids, 100 of them wrong: the others are found.
#[test]
fn a_wrong_id_costs_itself_and_about_a_dozen_requests() {
    let list = ids(10_000);
    let server = Server {
        wrong: (0..100).map(|n| n * 100 + 37).collect(),
        ..Server::default()
    };
    let seen = run(&list, &KnownSizes::default(), &server, 4, in_order);
    assert_eq!(seen.failed, server.wrong);
    assert_eq!(seen.found.len(), 9_900);
    assert!(seen.requests <= 100 + 100 * 16, "{}", seen.requests);
}

#[test]
fn a_limit_is_paid_for_once_in_the_life_of_a_client() {
    let list = ids(1000);
    for server in [
        Server {
            max_ids: 10,
            ..Server::default()
        },
        Server {
            max_bytes: 600,
            ..Server::default()
        },
        Server {
            max_rows: 20,
            ..Server::default()
        },
    ] {
        let known = KnownSizes::default();
        let informed = requests_of_an_informed_client(1000, &server);
        let first = run(&list, &known, &server, 4, in_order);
        assert_eq!(first.found.len(), 1000, "{server:?}");
        assert!(
            first.requests <= 2 * informed,
            "{server:?}: {}",
            first.requests
        );
        let second = run(&list, &known, &server, 4, in_order);
        assert_eq!(second.found.len(), 1000);
        assert!(
            second.requests <= informed + informed / 4,
            "{server:?}: {}",
            second.requests
        );
    }
}

/// For every limit, one request at a time: at most twice an informed client's requests, and two more
/// where the whole list is little more than one request.
#[test]
fn every_limit_keeps_the_bound() {
    for max_ids in 1..=100 {
        for n in [30, 60, 100, 101, 150, 250, 1000] {
            let server = Server {
                max_ids,
                ..Server::default()
            };
            let informed = requests_of_an_informed_client(n, &server);
            let seen = run(&ids(n), &KnownSizes::default(), &server, 1, in_order);
            assert_eq!(seen.found.len(), n);
            assert!(
                seen.requests <= 2 * informed + if n < 150 { 2 } else { 0 },
                "limit {max_ids}, {n} ids: {} requests, informed {informed}",
                seen.requests
            );
        }
    }
}

#[test]
fn only_the_longest_answer_so_far_is_checked_for_rows_that_were_left_out() {
    let list = ids(300);
    let server = Server {
        unknown: (0..300)
            .filter(|id| *id % 10 == 0 || (100..110).contains(id))
            .collect(),
        ..Server::default()
    };
    let known = KnownSizes::default();
    // 90 rows are checked, 81 are fewer, 90 are as many as the most so far.
    let seen = run(&list, &known, &server, 1, in_order);
    assert_eq!((seen.requests, seen.found.len()), (5, 261));
    // After an answer with 100 rows none of them is.
    let all_found = run(&ids(100), &known, &Server::default(), 1, in_order);
    assert_eq!(all_found.requests, 1);
    assert_eq!(run(&list, &known, &server, 1, in_order).requests, 3);
}

/// The server's limits lie side by side: 21 ids, 20 rows.
#[test]
fn a_cap_next_to_an_unknown_id_is_found() {
    let server = Server {
        max_ids: 21,
        max_rows: 20,
        unknown: [0].into(),
        ..Server::default()
    };
    let seen = run(&ids(205), &KnownSizes::default(), &server, 1, in_order);
    assert_eq!(seen.found.len(), 204);
}

#[test]
fn a_list_of_wrong_ids_alone_takes_two_requests_for_each() {
    let list = ids(100);
    let server = Server {
        wrong: (0..100).collect(),
        ..Server::default()
    };
    let seen = run(&list, &KnownSizes::default(), &server, 1, in_order);
    assert_eq!(seen.failed.len(), 100);
    assert!(seen.requests < 200, "{}", seen.requests);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_server_and_any_order_of_answers_cost_no_id_its_outcome(
        n in 1usize..700,
        max_ids in prop_oneof![1usize..=120, Just(usize::MAX)],
        max_bytes in prop_oneof![24usize..3000, Just(usize::MAX)],
        max_rows in prop_oneof![SMALLEST_CAP..=120, Just(usize::MAX), Just(usize::MAX)],
        wrong in prop::collection::hash_set(0usize..700, 0..40),
        unknown in prop::collection::hash_set(0usize..700, 0..40),
        concurrency in 1usize..6,
        order: Vec<u8>,
    ) {
        let list = ids(n);
        let wrong: HashSet<usize> = wrong.into_iter().filter(|id| *id < n).collect();
        let unknown: HashSet<usize> =
            unknown.into_iter().filter(|id| *id < n && !wrong.contains(id)).collect();
        let server = Server { max_ids, max_bytes, max_rows, wrong, unknown };
        let mut turn = 0;
        let seen = run(&list, &KnownSizes::default(), &server, concurrency, |len| {
            turn += 1;
            order.get(turn % order.len().max(1)).map_or(0, |n| usize::from(*n)) % len
        });
        let good: HashSet<usize> = (0..n)
            .filter(|id| !server.wrong.contains(id) && !server.unknown.contains(id))
            .collect();
        prop_assert_eq!(&seen.failed, &server.wrong);
        prop_assert_eq!(&seen.found, &good);
        let bound = 2 * requests_of_an_informed_client(n, &server)
            + 16 * server.wrong.len()
            + 3 * server.unknown.len()
            + 28
            + concurrency;
        prop_assert!(seen.requests <= bound, "{} requests, bound {bound}", seen.requests);
    }
}
