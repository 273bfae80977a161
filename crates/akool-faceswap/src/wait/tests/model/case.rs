//! A case, drawn at random: the jobs, the server's faults, and what callers do.

use std::time::Duration;

use proptest::{prelude::*, sample::Index};

use crate::wait::tests::model::server::{self, JOBS, Life, Plan};

/// The terms of a wait: the options that a caller sets.
#[derive(Clone, Debug)]
pub(super) struct Terms {
    pub(super) first: Duration,
    pub(super) shortest: Duration,
    pub(super) growth: u32,
    pub(super) longest: Duration,
    pub(super) grace: Duration,
    pub(super) timeout: Option<Duration>,
}

#[derive(Clone, Debug)]
pub(super) enum Op {
    Wait(usize, Terms),
    Changes(usize, Terms),
    Completed([bool; JOBS], Terms),
    All([bool; JOBS], Terms),
    Any([bool; JOBS], Terms),
    Look(usize),
    Drop(Index),
    Cancel(Index),
    PutAway(Index),
    /// Resumes one or all of the stored waits, with a new timeout or the old one.
    Resume(Option<Index>, Option<Duration>),
    /// Puts all waits away and replaces the client, as a restart does.
    Restart,
    Notify(usize),
    ShutDown,
}

/// One operation, `after` this time. A caller that it starts is first polled `patience` steps later.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) after: Duration,
    pub(super) op: Op,
    pub(super) patience: usize,
}

#[derive(Clone, Debug)]
pub(super) struct Case {
    pub(super) seed: u64,
    pub(super) lives: Vec<Life>,
    pub(super) plans: Vec<Plan>,
    pub(super) max_ids: usize,
    pub(super) max_requests: usize,
    pub(super) max_tracked: usize,
    pub(super) steps: Vec<Step>,
}

fn millis(range: impl Strategy<Value = u64>) -> impl Strategy<Value = Duration> {
    range.prop_map(Duration::from_millis)
}

fn terms() -> impl Strategy<Value = Terms> {
    let first = millis(prop_oneof![3 => Just(0), 1 => 0u64..5000]);
    let shortest = millis(prop_oneof![1 => Just(100), 6 => 1000u64..5000, 1 => Just(40_000)]);
    let longest = millis(100u64..60_000);
    let grace = millis(prop_oneof![1 => Just(0), 4 => 0u64..20_000]);
    let timeout = millis(prop_oneof![1 => 1u64..300, 5 => 1000u64..90_000]);
    let timeout = prop::option::weighted(0.8, timeout);
    (first, shortest, 0u32..50, longest, grace, timeout).prop_map(
        |(first, shortest, growth, longest, grace, timeout)| Terms {
            first,
            shortest,
            growth,
            longest,
            grace,
            timeout,
        },
    )
}

fn step() -> impl Strategy<Value = Step> {
    let jobs = any::<[bool; JOBS]>;
    let op = prop_oneof![
        4 => (0..JOBS, terms()).prop_map(|(job, terms)| Op::Wait(job, terms)),
        1 => (0..JOBS, terms()).prop_map(|(job, terms)| Op::Changes(job, terms)),
        3 => (jobs(), terms()).prop_map(|(jobs, terms)| Op::Completed(jobs, terms)),
        1 => (jobs(), terms()).prop_map(|(jobs, terms)| Op::All(jobs, terms)),
        1 => (jobs(), terms()).prop_map(|(jobs, terms)| Op::Any(jobs, terms)),
        2 => (0..JOBS).prop_map(Op::Look),
        3 => any::<Index>().prop_map(Op::Drop),
        1 => any::<Index>().prop_map(Op::Cancel),
        2 => any::<Index>().prop_map(Op::PutAway),
        3 => (prop::option::of(any::<Index>()), prop::option::of(millis(1u64..60_000)))
            .prop_map(|(which, timeout)| Op::Resume(which, timeout)),
        1 => Just(Op::Restart),
        3 => (0..JOBS).prop_map(Op::Notify),
    ];
    let after = millis(prop_oneof![2 => Just(0), 3 => 1u64..400, 3 => 400u64..20_000]);
    let patience = prop_oneof![5 => Just(0), 1 => 1usize..6];
    (after, op, patience).prop_map(|(after, op, patience)| Step {
        after,
        op,
        patience,
    })
}

pub(super) fn case() -> impl Strategy<Value = Case> {
    let steps = prop::collection::vec(step(), 1..30);
    let end = prop::option::weighted(
        0.2,
        step().prop_map(|step| Step {
            op: Op::ShutDown,
            ..step
        }),
    );
    let after_end = prop::collection::vec(step(), 0..4);
    let steps = (steps, end, after_end).prop_map(|(mut steps, end, after_end)| {
        if let Some(end) = end {
            steps.push(end);
            steps.extend(after_end);
        }
        steps
    });
    let max_tracked = prop_oneof![6 => Just(JOBS), 1 => 1..JOBS];
    (
        any::<u64>(),
        server::lives(),
        server::plans(),
        1..=JOBS,
        1usize..4,
        max_tracked,
        steps,
    )
        .prop_map(
            |(seed, lives, plans, max_ids, max_requests, max_tracked, steps)| Case {
                seed,
                lives,
                plans,
                max_ids,
                max_requests,
                max_tracked,
                steps,
            },
        )
}
