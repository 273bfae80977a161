//! Chunks answered one by one: what each answer decides about the next request.

use super::*;

fn sent(chunks: &mut Chunks<'_>) -> Chunk {
    match chunks.next() {
        Next::Send(chunk) => chunk,
        other => panic!("{other:?}"),
    }
}

fn accepted() -> Reply {
    Reply::Accepted { missing: vec![] }
}

/// What is known after requests with this many ids were accepted.
fn accepting(ids: usize) -> KnownSizes {
    let known = KnownSizes::default();
    known.accept_ids(ids);
    known.accept_bytes(CONFIGURED.bytes);
    known
}

/// Six ids, two in a request: the first two are refused and asked for alone, beside the next two. The
/// last two wait for that.
fn in_doubt<'a>(list: &'a [ResultId], known: &'a KnownSizes) -> (Chunks<'a>, [Chunk; 3]) {
    let limit = RequestSize {
        ids: 2,
        ..CONFIGURED
    };
    let mut chunks = Chunks::new(list, limit, known);
    let (refused, beside) = (sent(&mut chunks), sent(&mut chunks));
    assert!(!chunks.answered(refused, Reply::Refused));
    let (first, second) = (sent(&mut chunks), sent(&mut chunks));
    assert!(matches!(chunks.next(), Next::Wait));
    (chunks, [first, second, beside])
}

#[test]
fn an_incomplete_answer_shorter_than_another_was_not_cut_off() {
    let (list, known) = (ids(8), KnownSizes::default());
    known.note_rows(7);
    let mut chunks = Chunks::new(&list, CONFIGURED, &known);
    let chunk = sent(&mut chunks);
    let size = chunk.size;
    // Eight ids of 24 bytes, and the commas between them.
    assert_eq!(
        size,
        RequestSize {
            ids: 8,
            bytes: 8 * 24 + 7 * 3
        }
    );
    assert!(chunks.answered(
        chunk,
        Reply::Accepted {
            missing: vec![1, 5]
        }
    ));
    assert!(known.was_accepted(size));
    assert!(matches!(chunks.next(), Next::Done));
}

#[test]
fn nothing_new_is_sent_until_it_is_known_why_a_request_was_refused() {
    let list = ids(6);

    // Because of an id.
    let known = KnownSizes::default();
    let (mut chunks, [first, ..]) = in_doubt(&list, &known);
    assert!(chunks.answered(first, Reply::Refused));
    assert_eq!(sent(&mut chunks).positions, [4, 5]);

    // Because of an id: as many are accepted.
    let known = KnownSizes::default();
    let (mut chunks, [_, _, beside]) = in_doubt(&list, &known);
    assert!(chunks.answered(beside, accepted()));
    assert_eq!(sent(&mut chunks).positions, [4, 5]);

    // Because of their number: each is accepted.
    let known = KnownSizes::default();
    let (mut chunks, [first, second, _]) = in_doubt(&list, &known);
    assert!(chunks.answered(first, accepted()));
    assert!(matches!(chunks.next(), Next::Wait));
    assert!(chunks.answered(second, accepted()));
    assert_eq!(sent(&mut chunks).positions, [4]);
}

#[test]
fn a_number_of_ids_that_was_accepted_before_is_no_limit_whatever_is_refused_later() {
    let list = ids(8);
    let known = accepting(4);
    let mut chunks = Chunks::new(&list, CONFIGURED, &known);
    let whole = sent(&mut chunks);
    assert!(!chunks.answered(whole, Reply::Refused));
    let first = sent(&mut chunks);
    assert_eq!(first.positions.len(), 4);
    assert!(!chunks.answered(first, Reply::Refused));
    // The server has changed its mind.
    while let Next::Send(part) = chunks.next() {
        assert!(chunks.answered(part, accepted()));
    }
    assert_eq!(known.settled(CONFIGURED), CONFIGURED);
}

#[test]
fn wrong_ids_are_no_limit() {
    let list = ids(4);
    let server = Server {
        wrong: [0, 2].into(),
        ..Server::default()
    };
    let known = KnownSizes::default();
    let seen = run(&list, &known, &server, 1, in_order);
    assert_eq!(seen.failed, server.wrong);
    assert_eq!(known.settled(CONFIGURED), CONFIGURED);
}

/// The half without the wrong id is asked for once, and the other half not as a whole.
#[test]
fn where_as_many_ids_were_accepted_before_a_wrong_one_is_found_by_halving() {
    let list = ids(100);
    for (wrong, requests) in [
        // All; 50, 25, 12, 6, 3, 1 with it; 50, 25, 13, 6, 3, 2 without it.
        (0, 1 + 6 + 6),
        // All; 50, 25, 12, 6, 3, 2, 1 without it; it.
        (99, 1 + 7 + 1),
    ] {
        let server = Server {
            wrong: [wrong].into(),
            ..Server::default()
        };
        let seen = run(&list, &accepting(100), &server, 1, in_order);
        assert_eq!(seen.failed, server.wrong);
        assert_eq!(seen.requests, requests, "{wrong}");
    }
}

#[test]
fn an_id_that_is_too_long_for_the_server_fails_alone() {
    let server = Server {
        max_bytes: 23,
        ..Server::default()
    };
    let seen = run(&ids(3), &KnownSizes::default(), &server, 1, in_order);
    assert_eq!((seen.failed.len(), seen.found.len()), (3, 0));
}

#[test]
fn an_answer_with_few_rows_is_not_checked_and_an_unknown_id_is_no_cap() {
    for (rows, requests) in [(SMALLEST_CAP - 1, 1), (SMALLEST_CAP, 2)] {
        let server = Server {
            unknown: [0].into(),
            ..Server::default()
        };
        let known = KnownSizes::default();
        let seen = run(&ids(rows + 1), &known, &server, 1, in_order);
        assert_eq!((seen.requests, seen.found.len()), (requests, rows));
        assert_eq!(known.settled(CONFIGURED), CONFIGURED, "{rows}");
    }
}

#[test]
fn a_limit_is_not_searched_for_at_the_end_of_a_list() {
    let list = ids(40);
    let known = accepting(10);
    known.refuse_ids(20);
    let mut chunks = Chunks::new(&list, CONFIGURED, &known);
    let mut sizes = Vec::new();
    while let Next::Send(chunk) = chunks.next() {
        sizes.push(chunk.positions.len());
        chunks.answered(chunk, accepted());
    }
    // Halfway to 20; with 25 left, a search could save no more than it costs.
    assert_eq!(sizes, [15, 15, 10]);
}
