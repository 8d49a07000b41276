//! A short list that needs no memory of its own until it grows long.
//!
//! Invariant: items are in `near` while they fit there, else all of them in `far`.

use std::ops::{Deref, DerefMut};

/// A list of usually at most `N` items.
pub(super) struct Few<T, const N: usize> {
    near: [T; N],
    len: usize,
    far: Vec<T>,
}

impl<T: Copy, const N: usize> Few<T, N> {
    /// The empty list; `filler` stands where there is no item yet.
    pub(super) fn new(filler: T) -> Few<T, N> {
        Few { near: [filler; N], len: 0, far: Vec::new() }
    }

    /// The items of an iterator.
    pub(super) fn of(filler: T, items: impl Iterator<Item = T>) -> Few<T, N> {
        let mut few = Few::new(filler);
        items.for_each(|item| few.push(item));
        few
    }

    pub(super) fn push(&mut self, item: T) {
        if self.len < N {
            self.near[self.len] = item;
        } else {
            if self.len == N {
                self.far.extend_from_slice(&self.near);
            }
            self.far.push(item);
        }
        self.len += 1;
    }
}

impl<T, const N: usize> Deref for Few<T, N> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        if self.len <= N { &self.near[..self.len] } else { &self.far }
    }
}

impl<T, const N: usize> DerefMut for Few<T, N> {
    fn deref_mut(&mut self) -> &mut [T] {
        if self.len <= N { &mut self.near[..self.len] } else { &mut self.far }
    }
}

#[cfg(test)]
mod tests {
    use super::Few;

    #[test]
    fn items_near_and_far() {
        let mut few = Few::<u32, 2>::new(0);
        for n in 1..=5 {
            few.push(n);
            assert_eq!(few.to_vec(), (1..=n).collect::<Vec<_>>());
        }
        few.reverse();
        assert_eq!(*few, [5, 4, 3, 2, 1]);
    }
}
