//! Values by key; the key of a removed value never refers to another value.
//!
//! `slotmap` does this too, but never frees memory: a new map would start with the keys of the old one, and a
//! handle to an ended wait would refer to another wait. Here the generation never restarts.

use std::ops::{Index, IndexMut};

use slab::Slab;

/// A full arena grows by its capacity divided by this.
const GROWTH: usize = 8;

/// The key of one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::wait) struct Key {
    index: u32,
    generation: u32,
}

impl Key {
    /// A key without a value: the end of a list.
    pub(in crate::wait) const NONE: Self = Self {
        index: u32::MAX,
        generation: 0,
    };
}

#[derive(Debug)]
pub(super) struct Arena<T> {
    slots: Slab<(u32, T)>,
    generation: u32,
}

impl<T> Arena<T> {
    pub(super) fn new() -> Self {
        Self {
            slots: Slab::new(),
            generation: 0,
        }
    }

    pub(super) fn insert(&mut self, value: T) -> Key {
        let capacity = self.slots.capacity();
        if self.slots.len() == capacity {
            // If it doubled, a third of its capacity would be empty on average.
            self.slots.reserve_exact(capacity / GROWTH + 16);
        }
        self.generation = self.generation.wrapping_add(1);
        let index = self.slots.insert((self.generation, value));
        Key {
            // No more values than u32 can count fit into memory.
            index: u32::try_from(index).unwrap_or(u32::MAX),
            generation: self.generation,
        }
    }

    pub(super) fn get(&self, key: Key) -> Option<&T> {
        let (generation, value) = self.slots.get(key.index as usize)?;
        (*generation == key.generation).then_some(value)
    }

    pub(super) fn get_mut(&mut self, key: Key) -> Option<&mut T> {
        let (generation, value) = self.slots.get_mut(key.index as usize)?;
        (*generation == key.generation).then_some(value)
    }

    pub(super) fn remove(&mut self, key: Key) -> Option<T> {
        self.get(key)?;
        Some(self.slots.remove(key.index as usize).1)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (Key, &T)> {
        self.slots.iter().map(|(index, (generation, value))| {
            let key = Key {
                index: u32::try_from(index).unwrap_or(u32::MAX),
                generation: *generation,
            };
            (key, value)
        })
    }

    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    pub(super) fn capacity(&self) -> usize {
        self.slots.capacity()
    }

    #[cfg(test)]
    pub(super) fn shrink_to_fit(&mut self) {
        self.slots.shrink_to_fit();
    }

    /// Frees the memory of an empty arena.
    pub(super) fn release_memory(&mut self) {
        if self.is_empty() {
            self.slots = Slab::new();
        }
    }
}

/// For keys whose values are known to exist.
impl<T> Index<Key> for Arena<T> {
    type Output = T;

    fn index(&self, key: Key) -> &T {
        &self.slots[key.index as usize].1
    }
}

impl<T> IndexMut<Key> for Arena<T> {
    fn index_mut(&mut self, key: Key) -> &mut T {
        &mut self.slots[key.index as usize].1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_a_removed_value_refers_to_no_other() {
        let mut arena = Arena::new();
        let old = arena.insert("old");
        assert_eq!(arena.remove(old), Some("old"));
        arena.release_memory();
        let new = arena.insert("new");
        assert_eq!((arena.get(old), arena.get(new)), (None, Some(&"new")));
        assert_eq!((arena.remove(old), arena.get_mut(Key::NONE)), (None, None));
        assert_eq!(arena.iter().collect::<Vec<_>>(), [(new, &"new")]);
        assert_eq!((arena.len(), arena[new]), (1, "new"));
    }
}
