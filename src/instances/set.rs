//! Sets of instance types, a bit each.

/// Positions in a catalogue's list of types.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Set {
    words: Vec<u64>,
    /// How many types there are.
    size: usize,
}

impl Set {
    /// None of `size` types.
    pub fn empty(size: usize) -> Self {
        Self { words: vec![0; size.div_ceil(64)], size }
    }

    /// All of `size` types.
    pub fn full(size: usize) -> Self {
        Self::empty(size).complement()
    }

    /// None of the types that this is a set of.
    #[must_use]
    pub fn none(&self) -> Self {
        Self::empty(self.size)
    }

    /// Adds a position.
    pub fn insert(&mut self, position: usize) {
        self.words[position / 64] |= 1 << (position % 64);
    }

    /// Whether the position is in it.
    pub fn contains(&self, position: usize) -> bool {
        self.words[position / 64] & (1 << (position % 64)) != 0
    }

    /// Keeps what is in both.
    pub fn intersect(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(word, other)| *word &= other);
    }

    /// Adds what is in the other.
    pub fn unite(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(word, other)| *word |= other);
    }

    /// What is not in it.
    #[must_use]
    pub fn complement(&self) -> Self {
        let mut words: Vec<u64> = self.words.iter().map(|word| !word).collect();
        if let Some(last) = words.last_mut().filter(|_| !self.size.is_multiple_of(64)) {
            *last &= (1 << (self.size % 64)) - 1;
        }
        Self { words, size: self.size }
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// The positions, ascending.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.words.iter().enumerate().flat_map(|(index, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                let bit = (rest != 0).then(|| rest.trailing_zeros() as usize)?;
                rest &= rest - 1;
                Some(index * 64 + bit)
            })
        })
    }
}
