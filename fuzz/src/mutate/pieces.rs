//! Text as a row of pieces (words, marks, spaces, line ends), and the edits that are made of it.

use crate::chance::Chance;

/// Numbers at the edges of something.
const NUMBERS: &[&str] = &[
    "0",
    "1",
    "2",
    "3",
    "7",
    "8",
    "63",
    "64",
    "127",
    "128",
    "255",
    "256",
    "32767",
    "32768",
    "65535",
    "65536",
    "4294967295",
    "4294967296",
    "9223372036854775807",
    "9223372036854775808",
    "0.0",
    "0.5",
    "1e308",
    "1.5e-320",
    "0x7fffffffffffffff",
    "0b1",
    "1_000",
];

/// Brackets that are put around pieces.
const BRACKETS: &[(&str, &str)] = &[
    ("(", ")"),
    ("[", "]"),
    ("{", "}"),
    ("\"", "\""),
    ("\"{", "}\""),
    ("list[", "]"),
    ("ok(", ")"),
];

/// Most pieces that are deleted or copied at once.
const RUN: usize = 6;
/// Most lines that are taken from elsewhere at once.
const LINES: usize = 8;

/// What pieces may be made of.
#[derive(Clone, Copy)]
pub(super) struct Edits {
    /// Words that mean something.
    pub(super) words: &'static [&'static str],
    /// Lines of other texts.
    pub(super) lines: &'static [&'static str],
}

impl Edits {
    /// Makes one to a few edits.
    pub(super) fn apply(self, text: &str, chance: &mut Chance) -> String {
        let mut pieces = split(text);
        let n_edits = [1, 1, 1, 2, 2, 3, 5, 8][chance.below(8)];
        for _ in 0..n_edits {
            self.edit(&mut pieces, chance);
        }
        pieces.concat()
    }

    fn edit(self, pieces: &mut Vec<&str>, chance: &mut Chance) {
        let at = chance.below(pieces.len() + 1);
        let run = at..(at + 1 + chance.below(RUN)).min(pieces.len()).max(at);
        match chance.below(14) {
            0 => drop(pieces.drain(run)),
            1 => {
                let copy = pieces[run].to_vec();
                insert(pieces, &copy, chance);
            }
            2 | 3 => replace(pieces, chance),
            4 => {
                let Some(word) = chance.pick(self.words) else { return };
                if let Some(piece) = of_kind(pieces, chance, Kind::is_word) {
                    pieces[piece] = word;
                }
            }
            5 => {
                let Some(word) = chance.pick(self.words) else { return };
                insert(pieces, &[" ", word, " "], chance);
            }
            6 => {
                let Some(number) = chance.pick(NUMBERS) else { return };
                if let Some(piece) = of_kind(pieces, chance, |kind| kind == Kind::Number) {
                    pieces[piece] = number;
                }
            }
            7 => {
                let (open, close) = BRACKETS[chance.below(BRACKETS.len())];
                pieces.insert(run.end, close);
                pieces.insert(run.start, open);
            }
            8 => {
                let other = chance.below(pieces.len());
                if at < pieces.len() {
                    pieces.swap(at, other);
                }
            }
            9 => {
                let line = line_at(pieces, at);
                pieces.drain(line);
            }
            10 => {
                let line = line_at(pieces, at);
                let copy = pieces[line].to_vec();
                insert_line(pieces, &copy, chance);
            }
            11 => {
                let line = line_at(pieces, at);
                let taken: Vec<&str> = pieces.drain(line).collect();
                insert_line(pieces, &taken, chance);
            }
            _ => {
                let from = chance.below(self.lines.len());
                let to = (from + 1 + chance.below(LINES)).min(self.lines.len());
                insert_line(pieces, &self.lines[from..to], chance);
            }
        }
    }
}

/// What a piece is; those of one kind may stand for each other.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Line,
    Space,
    Number,
    /// Lower-case, upper-case, or a letter with a number, as the registers of LIR.
    Lower,
    Upper,
    Numbered(u8),
    Mark,
}

impl Kind {
    fn of(piece: &str) -> Self {
        let bytes = piece.as_bytes();
        match bytes {
            [b'\n', ..] => Self::Line,
            [b' ' | b'\t' | b'\r', ..] => Self::Space,
            [b'0'..=b'9', ..] => Self::Number,
            [letter, b'0'..=b'9', ..] if letter.is_ascii_alphabetic() => Self::Numbered(*letter),
            [b'a'..=b'z' | b'_', ..] => Self::Lower,
            [b'A'..=b'Z', ..] => Self::Upper,
            _ => Self::Mark,
        }
    }

    fn is_word(self) -> bool {
        !matches!(self, Self::Line | Self::Space)
    }
}

/// The pieces of a text; put together they are the text.
fn split(text: &str) -> Vec<&str> {
    let mut pieces = Vec::with_capacity(text.len() / 3);
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let n = match first {
            c if is_word(c) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
            '\n' => 1 + rest[1..].find(|c| c != ' ').unwrap_or(rest.len() - 1),
            ' ' | '\t' => rest.find(|c| c != ' ' && c != '\t').unwrap_or(rest.len()),
            c => c.len_utf8(),
        };
        let (piece, after) = rest.split_at(n);
        pieces.push(piece);
        rest = after;
    }
    pieces
}

fn insert<'a>(pieces: &mut Vec<&'a str>, new: &[&'a str], chance: &mut Chance) {
    let at = chance.below(pieces.len() + 1);
    pieces.splice(at..at, new.iter().copied());
}

/// Inserts pieces between two lines.
fn insert_line<'a>(pieces: &mut Vec<&'a str>, new: &[&'a str], chance: &mut Chance) {
    let near = chance.below(pieces.len() + 1);
    let at = line_at(pieces, near).start;
    pieces.splice(at..at, new.iter().copied());
}

/// The pieces of the line of a piece, from its line end to the next.
fn line_at(pieces: &[&str], at: usize) -> std::ops::Range<usize> {
    let is_end = |piece: &&str| piece.starts_with('\n');
    let at = at.min(pieces.len());
    let start = pieces[..at].iter().rposition(is_end).unwrap_or(0);
    let end = pieces[at..].iter().position(is_end).map_or(pieces.len(), |n| at + n);
    start..end.max(start)
}

/// A piece that is of some kind.
fn of_kind(pieces: &[&str], chance: &mut Chance, fits: impl Fn(Kind) -> bool) -> Option<usize> {
    let from = chance.below(pieces.len());
    let all = (from..pieces.len()).chain(0..from);
    all.into_iter().find(|&at| fits(Kind::of(pieces[at])))
}

/// Replaces a piece by another one of its kind.
fn replace(pieces: &mut [&str], chance: &mut Chance) {
    let Some(at) = of_kind(pieces, chance, Kind::is_word) else { return };
    let kind = Kind::of(pieces[at]);
    if let Some(other) = of_kind(pieces, chance, |other| other == kind) {
        pieces[at] = pieces[other];
    }
}
