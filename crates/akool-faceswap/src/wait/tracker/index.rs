//! The tracked jobs by their ids. It stores only keys, since each job has its id.

use std::hash::{BuildHasher as _, RandomState};

use hashbrown::HashTable;

use super::{
    arena::{Arena, Key},
    job::Tracked,
};
use crate::model::ResultId;

#[derive(Debug, Default)]
pub(super) struct Index {
    keys: HashTable<Key>,
    hasher: RandomState,
}

impl Index {
    pub(super) fn get(&self, id: &ResultId, jobs: &Arena<Tracked>) -> Option<Key> {
        let is_it = |key: &Key| jobs.get(*key).is_some_and(|job| job.id == *id);
        self.keys.find(self.hasher.hash_one(id), is_it).copied()
    }

    /// Adds a job that is not in the index.
    pub(super) fn insert(&mut self, job: Key, jobs: &Arena<Tracked>) {
        let Self { keys, hasher } = self;
        let hash = |key: &Key| jobs.get(*key).map_or(0, |job| hasher.hash_one(&job.id));
        keys.insert_unique(hash(&job), job, hash);
    }

    /// Removes a job, which may have left the arena.
    pub(super) fn remove(&mut self, id: &ResultId, job: Key) {
        let hash = self.hasher.hash_one(id);
        if let Ok(entry) = self.keys.find_entry(hash, |key| *key == job) {
            entry.remove();
        }
    }
}
