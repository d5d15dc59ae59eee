//! The first characters of a few words, asked for every character of every long text.

/// A small set of characters with a filter in front, so that the ordinary character costs one look.
#[derive(Debug, Clone)]
pub(super) struct FirstCharacters {
    filter: [u64; 64],
    characters: Vec<char>,
}

impl FirstCharacters {
    /// The first characters of some words.
    pub(super) fn of(words: &[String]) -> Self {
        let characters: Vec<char> = words.iter().filter_map(|word| word.chars().next()).collect();
        let mut filter = [0_u64; 64];
        for character in &characters {
            let (slot, bit) = Self::place(*character);
            if let Some(slot) = filter.get_mut(slot) {
                *slot |= bit;
            }
        }
        Self { filter, characters }
    }

    fn place(character: char) -> (usize, u64) {
        let code = u32::from(character);
        (usize::try_from((code >> 6) & 63).unwrap_or(0), 1 << (code & 63))
    }

    /// Whether a word begins with the character.
    pub(super) fn contains(&self, character: char) -> bool {
        let (slot, bit) = Self::place(character);
        self.filter.get(slot).is_some_and(|held| held & bit != 0)
            && self.characters.contains(&character)
    }
}
