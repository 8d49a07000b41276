//! Sets of small numbers: one word inline, more on the heap only when a body has more than 64 locals.
//!
//! Invariant: `rest` has no trailing zero word, so that equal sets are equal values.

/// A set of `u32`s near zero.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct BitSet {
    first: u64,
    rest: Vec<u64>,
}

impl BitSet {
    pub(super) fn insert(&mut self, n: u32) -> bool {
        let word = self.word_mut(n);
        let bit = 1 << (n % 64);
        let new = *word & bit == 0;
        *word |= bit;
        new
    }

    pub(super) fn remove(&mut self, n: u32) -> bool {
        if !self.contains(n) {
            return false;
        }
        *self.word_mut(n) &= !(1 << (n % 64));
        self.trim();
        true
    }

    #[inline]
    pub(super) fn contains(&self, n: u32) -> bool {
        let word = match n / 64 {
            0 => self.first,
            i => self.rest.get(i as usize - 1).copied().unwrap_or(0),
        };
        word >> (n % 64) & 1 != 0
    }

    pub(super) fn union_with(&mut self, other: &BitSet) {
        self.first |= other.first;
        if self.rest.len() < other.rest.len() {
            self.rest.resize(other.rest.len(), 0);
        }
        for (mine, theirs) in self.rest.iter_mut().zip(&other.rest) {
            *mine |= theirs;
        }
    }

    /// The members of `self` that are not in `other`, ascending.
    pub(super) fn minus(&self, other: &BitSet) -> impl Iterator<Item = u32> {
        let first = std::iter::once(self.first & !other.first);
        let rest = self
            .rest
            .iter()
            .enumerate()
            .map(|(i, word)| word & !other.rest.get(i).copied().unwrap_or(0));
        first.chain(rest).enumerate().flat_map(|(i, word)| bits(word, i as u32 * 64))
    }

    fn word_mut(&mut self, n: u32) -> &mut u64 {
        match n / 64 {
            0 => &mut self.first,
            i => {
                let i = i as usize - 1;
                if self.rest.len() <= i {
                    self.rest.resize(i + 1, 0);
                }
                &mut self.rest[i]
            }
        }
    }

    fn trim(&mut self) {
        while self.rest.last() == Some(&0) {
            self.rest.pop();
        }
    }
}

fn bits(mut word: u64, base: u32) -> impl Iterator<Item = u32> {
    std::iter::from_fn(move || {
        if word == 0 {
            return None;
        }
        let bit = word.trailing_zeros();
        word &= word - 1;
        Some(base + bit)
    })
}

#[cfg(test)]
mod tests {
    use super::BitSet;

    #[test]
    fn members_far_and_near() {
        let mut a = BitSet::default();
        assert!(a.insert(3) && a.insert(200) && !a.insert(3));
        let mut b = BitSet::default();
        b.insert(3);
        assert_eq!(a.minus(&b).collect::<Vec<_>>(), [200]);
        b.union_with(&a);
        assert_eq!(a, b);
        assert!(a.remove(200) && !a.contains(200) && a.contains(3));
        b.remove(200);
        assert_eq!(a, b);
    }
}
