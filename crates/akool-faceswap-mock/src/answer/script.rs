//! The scripted answers that are left, and how they apply to one request.

use std::{
    collections::VecDeque,
    time::{Duration, SystemTime},
};

use super::{
    Answer, Reply,
    rate_limit::Window,
    selector::{RequestContext, Selector},
};
use crate::{limits::MAX_DELAY, rng::Rng};

/// The scripted answers in order, each with its state.
pub(crate) struct Script {
    entries: VecDeque<Entry>,
    rng: Rng,
    given: u64,
}

struct Entry {
    answer: Answer,
    /// How many requests have matched.
    seen: u64,
    window: Window,
}

/// How one request is answered.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) delay: Duration,
    pub(crate) missing: Vec<Missing>,
    pub(crate) reply: Reply,
    /// Whether the request is handled before the reply is given.
    pub(crate) after_handling: bool,
    /// The id that the reply is limited to, if any.
    pub(crate) only_for: Option<String>,
}

/// Jobs have no row in their first lookups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Missing {
    pub(crate) first: u32,
    pub(crate) only_for: Option<String>,
}

impl Plan {
    fn normal() -> Self {
        Self {
            delay: Duration::ZERO,
            missing: Vec::new(),
            reply: Reply::Normal,
            after_handling: false,
            only_for: None,
        }
    }
}

impl Script {
    pub(crate) fn new(rng: Rng) -> Self {
        Self {
            entries: VecDeque::new(),
            rng,
            given: 0,
        }
    }

    pub(crate) fn push(&mut self, answer: Answer) {
        if answer.selector.times != Some(0) {
            self.entries.push_back(Entry {
                answer,
                seen: 0,
                window: Window::default(),
            });
        }
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// How many requests got a fault or a delay.
    pub(crate) fn given(&self) -> u64 {
        self.given
    }

    /// Random draws for faults.
    pub(crate) fn rng(&mut self) -> &mut Rng {
        &mut self.rng
    }

    /// Applies the matching answers, up to the first that decides.
    ///
    /// Latency, missing jobs and a rate limit that is not reached leave the decision to the next.
    pub(crate) fn plan(&mut self, request: RequestContext<'_>, now: SystemTime) -> Plan {
        let mut plan = Plan::normal();
        let mut at = 0;
        let mut touched = false;
        while let Some(entry) = self.entries.get_mut(at) {
            at += 1;
            if !entry.answer.selector.matches(request) {
                continue;
            }
            entry.seen += 1;
            if !entry.answer.selector.samples(entry.seen, &mut self.rng) {
                continue;
            }
            let decides = match &entry.answer.reply {
                Reply::RateLimited(limit) => {
                    let Some(refusal) = entry.window.refuse(*limit, now) else {
                        continue;
                    };
                    Some(Reply::Response(refusal))
                }
                Reply::MissingFirst(polls) => {
                    plan.missing.push(Missing {
                        first: *polls,
                        only_for: entry.answer.selector.id.clone(),
                    });
                    None
                }
                Reply::Delayed => None,
                reply => Some(reply.clone()),
            };
            plan.delay = plan.delay.saturating_add(entry.answer.delay).min(MAX_DELAY);
            touched |= !matches!(decides, Some(Reply::Normal)) || !plan.delay.is_zero();
            let only_for = entry.answer.selector.id.clone();
            let after_handling = entry.answer.after_handling;
            if is_used_up(&mut entry.answer.selector) {
                at -= 1;
                self.entries.remove(at);
            }
            if let Some(reply) = decides {
                plan.reply = reply;
                plan.after_handling = after_handling;
                plan.only_for = only_for;
                break;
            }
        }
        self.given += u64::from(touched);
        plan
    }
}

/// Counts one use; true if it was the last.
fn is_used_up(selector: &mut Selector) -> bool {
    selector.times.as_mut().is_some_and(|times| {
        *times = times.saturating_sub(1);
        *times == 0
    })
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use http::StatusCode;

    use super::{super::selector::Scope, *};

    fn script() -> Script {
        Script::new(Rng::new(0))
    }

    fn plan(script: &mut Script, ids: &[&str]) -> Plan {
        let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
        let request = RequestContext {
            ids: &ids,
            scope: Scope::Api,
        };
        script.plan(request, UNIX_EPOCH)
    }

    fn status(plan: Plan) -> Option<u16> {
        match plan.reply {
            Reply::Response(response) => Some(response.status().as_u16()),
            _ => None,
        }
    }

    fn html(status: u16) -> Answer {
        Answer::html(StatusCode::from_u16(status).unwrap())
    }

    #[test]
    fn a_script_is_followed_in_order_and_ends() {
        let mut script = script();
        script.push(html(500).times(2));
        script.push(html(502).times(0));
        script.push(html(503));
        let given: Vec<_> = (0..4).map(|_| status(plan(&mut script, &[]))).collect();
        assert_eq!(given, [Some(500), Some(500), Some(503), None]);
        assert_eq!((script.len(), script.given()), (0, 3));
    }

    #[test]
    fn an_answer_for_one_id_leaves_other_requests_alone() {
        let mut script = script();
        script.push(html(500).for_id("b").always());
        script.push(html(503));
        assert_eq!(status(plan(&mut script, &["a"])), Some(503));
        assert_eq!(status(plan(&mut script, &["a"])), None);
        for _ in 0..3 {
            assert_eq!(status(plan(&mut script, &["a", "b"])), Some(500));
        }
        script.clear();
        assert_eq!(status(plan(&mut script, &["b"])), None);
    }

    #[test]
    fn latencies_add_up_and_let_the_next_answer_decide() {
        let mut script = script();
        script.push(Answer::latency(Duration::from_millis(200)));
        script.push(Answer::missing_first(3));
        script.push(html(503).delayed(Duration::from_millis(50)));
        let first = plan(&mut script, &["a"]);
        assert_eq!(first.delay, Duration::from_millis(250));
        assert_eq!(first.missing[0].first, 3);
        assert_eq!(status(first), Some(503));
        let second = plan(&mut script, &["a"]);
        assert_eq!(second.delay, Duration::from_millis(200));
        assert_eq!(status(second), None);
        assert_eq!(script.given(), 2);
    }

    #[test]
    fn a_normal_answer_counts_as_a_fault_only_if_it_is_delayed() {
        let mut script = script();
        script.push(Answer::normal());
        script.push(Answer::normal().delayed(Duration::from_millis(1)));
        plan(&mut script, &[]);
        assert_eq!(script.given(), 0);
        plan(&mut script, &[]);
        assert_eq!(script.given(), 1);
    }

    #[test]
    fn a_rate_limit_decides_only_once_it_is_reached() {
        let mut script = script();
        script.push(Answer::rate_limit(1, Duration::from_secs(1)));
        script.push(html(503).always());
        assert_eq!(status(plan(&mut script, &[])), Some(503));
        assert_eq!(status(plan(&mut script, &[])), Some(200));
    }

    #[test]
    fn answers_for_files_apply_only_to_downloads() {
        let mut script = script();
        script.push(html(503).on_files().for_id("a").always());
        assert_eq!(status(plan(&mut script, &["a"])), None);
        let ids = ["a".to_owned()];
        let file = RequestContext {
            ids: &ids,
            scope: Scope::Files,
        };
        assert_eq!(status(script.plan(file, UNIX_EPOCH)), Some(503));
    }

    #[test]
    fn every_counts_only_matching_requests() {
        let mut script = script();
        script.push(html(503).for_id("a").every(2).times(2));
        let given: Vec<_> = (0..6)
            .map(|_| {
                plan(&mut script, &["b"]);
                status(plan(&mut script, &["a"]))
            })
            .collect();
        assert_eq!(given, [None, Some(503), None, Some(503), None, None]);
    }
}
