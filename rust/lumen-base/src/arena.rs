//! Typed indices instead of pointers: trees are rows of nodes, references are four bytes.
//!
//! `Arena<T>` owns nodes and hands out `Idx<T>`; `Pool<T>` owns child lists and hands out `Slice<T>`;
//! `ArenaMap<T, V>` and `IndexVec<T, V>` are side tables keyed by the nodes of an arena.
//! Indices are only meaningful for the arena that made them.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::num::NonZeroU32;
use std::ops::{Index, IndexMut};

/// Index of a `T` in its arena. `Option<Idx<T>>` is four bytes too.
pub struct Idx<T> {
    // INVARIANT: index + 1.
    raw: NonZeroU32,
    of: PhantomData<fn() -> T>,
}

impl<T> Idx<T> {
    /// The index of the `raw`-th node. `raw` must be less than `u32::MAX`; the top value is clamped.
    pub const fn from_raw(raw: u32) -> Self {
        let raw = match NonZeroU32::new(raw.saturating_add(1)) {
            Some(raw) => raw,
            None => NonZeroU32::MIN,
        };
        Self { raw, of: PhantomData }
    }

    /// The position in the arena.
    pub const fn raw(self) -> u32 {
        self.raw.get() - 1
    }

    /// The position in the arena, for slices.
    pub const fn index(self) -> usize {
        self.raw() as usize
    }
}

impl<T> Clone for Idx<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Idx<T> {}
impl<T> PartialEq for Idx<T> {
    fn eq(&self, other: &Self) -> bool {
        self.raw == other.raw
    }
}
impl<T> Eq for Idx<T> {}
impl<T> PartialOrd for Idx<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<T> Ord for Idx<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.raw.cmp(&other.raw)
    }
}
impl<T> Hash for Idx<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.raw.hash(state);
    }
}
impl<T> fmt::Debug for Idx<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.raw())
    }
}

/// Owner of nodes of one type; nodes are added and never removed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Arena<T> {
    nodes: Vec<T>,
}

impl<T> Default for Arena<T> {
    fn default() -> Self {
        Self { nodes: Vec::new() }
    }
}

impl<T> Arena<T> {
    /// An empty arena.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty arena with room for `n` nodes.
    pub fn with_capacity(n: usize) -> Self {
        Self { nodes: Vec::with_capacity(n) }
    }

    /// Makes room for `n` more nodes.
    pub fn reserve(&mut self, n: usize) {
        self.nodes.reserve(n);
    }

    /// Adds a node.
    #[inline]
    pub fn alloc(&mut self, node: T) -> Idx<T> {
        let id = Idx::from_raw(self.nodes.len() as u32);
        self.nodes.push(node);
        id
    }

    /// Number of nodes.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is no node.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The node, or nothing when the index is not of this arena.
    pub fn get(&self, id: Idx<T>) -> Option<&T> {
        self.nodes.get(id.index())
    }

    /// Every node with its index, in order of allocation.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (Idx<T>, &T)> + ExactSizeIterator {
        self.nodes.iter().enumerate().map(|(i, node)| (Idx::from_raw(i as u32), node))
    }

    /// Every index, in order of allocation.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = Idx<T>> + ExactSizeIterator + use<T> {
        (0..self.nodes.len() as u32).map(Idx::from_raw)
    }

    /// Moves all nodes into an arena of exactly their size; this one is empty and keeps its memory for reuse.
    #[must_use]
    pub fn take_exact(&mut self) -> Self {
        let mut nodes = Vec::with_capacity(self.nodes.len());
        nodes.append(&mut self.nodes);
        Self { nodes }
    }

    /// Every node, in order of allocation.
    pub fn values(&self) -> std::slice::Iter<'_, T> {
        self.nodes.iter()
    }

    /// Every node for change, in order of allocation.
    pub fn values_mut(&mut self) -> std::slice::IterMut<'_, T> {
        self.nodes.iter_mut()
    }
}

impl<T> Index<Idx<T>> for Arena<T> {
    type Output = T;
    fn index(&self, id: Idx<T>) -> &T {
        &self.nodes[id.index()]
    }
}

impl<T> IndexMut<Idx<T>> for Arena<T> {
    fn index_mut(&mut self, id: Idx<T>) -> &mut T {
        &mut self.nodes[id.index()]
    }
}

/// A run of consecutive elements of a `Pool<T>`.
pub struct Slice<T> {
    start: u32,
    len: u32,
    of: PhantomData<fn() -> T>,
}

impl<T> Slice<T> {
    /// The empty list.
    pub const EMPTY: Self = Self { start: 0, len: 0, of: PhantomData };

    /// Number of elements.
    pub const fn len(self) -> usize {
        self.len as usize
    }

    /// Whether there is no element.
    pub const fn is_empty(self) -> bool {
        self.len == 0
    }

    /// Position of the first element in its pool: with the length, an identity of the list.
    pub const fn start(self) -> usize {
        self.start as usize
    }
}

impl<T> Clone for Slice<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Slice<T> {}
impl<T> Default for Slice<T> {
    fn default() -> Self {
        Self::EMPTY
    }
}
impl<T> PartialEq for Slice<T> {
    fn eq(&self, other: &Self) -> bool {
        (self.start, self.len) == (other.start, other.len)
    }
}
impl<T> Eq for Slice<T> {}
impl<T> fmt::Debug for Slice<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}+{}]", self.start, self.len)
    }
}

/// Owner of child lists: nodes hold a `Slice<T>` (eight bytes) instead of a `Vec<T>`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pool<T> {
    items: Vec<T>,
}

impl<T> Default for Pool<T> {
    fn default() -> Self {
        Self { items: Vec::new() }
    }
}

impl<T> Pool<T> {
    /// An empty pool.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes room for `n` more elements.
    pub fn reserve(&mut self, n: usize) {
        self.items.reserve(n);
    }

    /// Stores a list.
    #[inline]
    pub fn alloc(&mut self, items: impl IntoIterator<Item = T>) -> Slice<T> {
        let start = self.items.len();
        self.items.extend(items);
        let len = self.items.len() - start;
        if len == 0 {
            return Slice::EMPTY;
        }
        Slice { start: start as u32, len: len as u32, of: PhantomData }
    }

    /// Number of elements of all lists together.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether nothing is stored.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}

impl<T> Index<Slice<T>> for Pool<T> {
    type Output = [T];
    fn index(&self, list: Slice<T>) -> &[T] {
        &self.items[list.start as usize..list.start as usize + list.len as usize]
    }
}

impl<T> IndexMut<Slice<T>> for Pool<T> {
    fn index_mut(&mut self, list: Slice<T>) -> &mut [T] {
        &mut self.items[list.start as usize..list.start as usize + list.len as usize]
    }
}

/// A side table with at most one `V` for each node of an `Arena<T>`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ArenaMap<T, V> {
    values: Vec<Option<V>>,
    of: PhantomData<fn() -> T>,
}

impl<T, V> Default for ArenaMap<T, V> {
    fn default() -> Self {
        Self { values: Vec::new(), of: PhantomData }
    }
}

impl<T, V> ArenaMap<T, V> {
    /// An empty table.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty table with room for `n` nodes.
    pub fn with_capacity(n: usize) -> Self {
        Self { values: Vec::with_capacity(n), of: PhantomData }
    }

    /// Sets the value of `id` and returns the one before.
    pub fn insert(&mut self, id: Idx<T>, value: V) -> Option<V> {
        if self.values.len() <= id.index() {
            self.values.resize_with(id.index() + 1, || None);
        }
        self.values[id.index()].replace(value)
    }

    /// The value of `id`.
    pub fn get(&self, id: Idx<T>) -> Option<&V> {
        self.values.get(id.index())?.as_ref()
    }

    /// The value of `id`, for change.
    pub fn get_mut(&mut self, id: Idx<T>) -> Option<&mut V> {
        self.values.get_mut(id.index())?.as_mut()
    }

    /// Removes and returns the value of `id`.
    pub fn remove(&mut self, id: Idx<T>) -> Option<V> {
        self.values.get_mut(id.index())?.take()
    }

    /// Whether `id` has a value.
    pub fn contains(&self, id: Idx<T>) -> bool {
        self.get(id).is_some()
    }

    /// Every value, in the order of the arena.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.values.iter_mut().flatten()
    }

    /// Every value with its index, in the order of the arena.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (Idx<T>, &V)> {
        self.values
            .iter()
            .enumerate()
            .filter_map(|(i, v)| Some((Idx::from_raw(i as u32), v.as_ref()?)))
    }
}

impl<T, V> Index<Idx<T>> for ArenaMap<T, V> {
    type Output = V;
    fn index(&self, id: Idx<T>) -> &V {
        self.get(id).expect("the node has an entry in this table")
    }
}

/// A side table with exactly one `V` for each node of an `Arena<T>`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct IndexVec<T, V> {
    values: Vec<V>,
    of: PhantomData<fn() -> T>,
}

impl<T, V> Default for IndexVec<T, V> {
    fn default() -> Self {
        Self { values: Vec::new(), of: PhantomData }
    }
}

impl<T, V> IndexVec<T, V> {
    /// An empty table.
    pub fn new() -> Self {
        Self::default()
    }

    /// A table of `n` copies of `value`.
    pub fn filled(value: V, n: usize) -> Self
    where
        V: Clone,
    {
        Self { values: vec![value; n], of: PhantomData }
    }

    /// Appends the value of the next node.
    pub fn push(&mut self, value: V) -> Idx<T> {
        let id = Idx::from_raw(self.values.len() as u32);
        self.values.push(value);
        id
    }

    /// The value of `id`.
    pub fn get(&self, id: Idx<T>) -> Option<&V> {
        self.values.get(id.index())
    }

    /// Number of values.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there is no value.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Every value with its index.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (Idx<T>, &V)> + ExactSizeIterator {
        self.values.iter().enumerate().map(|(i, v)| (Idx::from_raw(i as u32), v))
    }

    /// Every value.
    pub fn values(&self) -> std::slice::Iter<'_, V> {
        self.values.iter()
    }
}

impl<T, V> Index<Idx<T>> for IndexVec<T, V> {
    type Output = V;
    fn index(&self, id: Idx<T>) -> &V {
        &self.values[id.index()]
    }
}

impl<T, V> IndexMut<Idx<T>> for IndexVec<T, V> {
    fn index_mut(&mut self, id: Idx<T>) -> &mut V {
        &mut self.values[id.index()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn option_of_index_is_small() {
        assert_eq!(size_of::<Option<Idx<String>>>(), 4);
        assert_eq!(size_of::<Slice<String>>(), 8);
    }

    #[test]
    fn arenas_pools_and_tables() {
        let mut arena = Arena::new();
        let a = arena.alloc("a");
        let b = arena.alloc("b");
        assert_eq!((arena[a], arena[b], arena.len()), ("a", "b", 2));
        let mut pool = Pool::new();
        let list = pool.alloc([a, b]);
        assert_eq!(&pool[list], &[a, b]);
        assert!(pool[Slice::EMPTY].is_empty());
        let mut map = ArenaMap::new();
        map.insert(b, 7);
        assert_eq!((map.get(a), map.get(b)), (None, Some(&7)));
    }
}
