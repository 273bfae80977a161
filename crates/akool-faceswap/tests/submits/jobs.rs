//! The jobs that a server made, and what it does next.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use serde_json::{Value, json};

/// All jobs of one server, by the submit that made them.
#[derive(Clone)]
pub(crate) struct Jobs(Arc<Mutex<State>>);

struct State {
    made: HashMap<usize, Vec<String>>,
    count: usize,
    rng: fastrand::Rng,
}

impl Default for Jobs {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(State {
            made: HashMap::new(),
            count: 0,
            rng: fastrand::Rng::with_seed(7),
        })))
    }
}

impl Jobs {
    /// A number below `faults`.
    pub(crate) fn choose(&self, faults: usize) -> usize {
        self.0.lock().unwrap().rng.usize(0..faults)
    }

    /// Makes a job out of a whole body; `None` if it is not whole.
    pub(crate) fn make(&self, body: &[u8]) -> Option<String> {
        let body: Value = serde_json::from_slice(body).ok()?;
        let original = body["target_url"].as_str()?;
        let n = original
            .strip_prefix("https://a.example/")?
            .strip_suffix(".mp4")?;
        let n: usize = n.parse().ok()?;
        let mut state = self.0.lock().unwrap();
        state.count += 1;
        let id = format!("{:024x}", state.count);
        state.made.entry(n).or_default().push(id.clone());
        Some(json!({"code": 1000, "msg": "OK", "data": {"_id": id}}).to_string())
    }

    pub(crate) fn made_for(&self, n: usize) -> Vec<String> {
        self.0
            .lock()
            .unwrap()
            .made
            .get(&n)
            .cloned()
            .unwrap_or_default()
    }

    pub(crate) fn count(&self) -> usize {
        self.0.lock().unwrap().count
    }
}
