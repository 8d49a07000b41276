//! Did-you-mean: the declared name that is closest to one that was not found.

/// The candidate that `wanted` most likely means: fewest edits, at most a third of its length; ties go to the
/// alphabetically first.
pub fn closest<'n>(wanted: &str, candidates: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let wanted: Vec<char> = wanted.chars().take(WANTED_CHARS_MAX).collect();
    let most = wanted.len().div_ceil(3).min(3);
    let mut best: Option<(usize, &str)> = None;
    let mut rows = Rows::default();
    for candidate in candidates {
        let limit = best.map_or(most, |(edits, _)| edits);
        if candidate.is_empty() || candidate.chars().count().abs_diff(wanted.len()) > limit {
            continue;
        }
        let Some(edits) = rows.distance(&wanted, candidate, limit) else { continue };
        if best.is_none_or(|best| (edits, candidate) < best) {
            best = Some((edits, candidate));
        }
    }
    // One edit in a name of one letter is another name.
    best.filter(|(edits, found)| *edits < wanted.len().min(found.chars().count())).map(|b| b.1)
}

/// Says which import makes a name known, when a module of std offers it.
pub(crate) fn import_help(name: &str) -> Option<String> {
    let module = crate::interface::importable(name)?;
    Some(format!("`{module}` has it: `import {module}: {name}`"))
}

/// Longer names are compared by their beginning.
const WANTED_CHARS_MAX: usize = 64;

/// Three rows of the distance matrix, reused.
#[derive(Default)]
struct Rows {
    before: Vec<usize>,
    above: Vec<usize>,
    row: Vec<usize>,
}

impl Rows {
    /// Optimal string alignment distance (swaps of neighbours count once), unless it exceeds the limit. Letter case
    /// differences cost nothing but are never free as a whole: a match up to case has distance one.
    fn distance(&mut self, wanted: &[char], candidate: &str, limit: usize) -> Option<usize> {
        let n = wanted.len();
        self.above.clear();
        self.above.extend(0..=n);
        self.before.clear();
        self.before.resize(n + 1, 0);
        self.row.clear();
        self.row.resize(n + 1, 0);
        let (mut last, mut exact, mut length) = (' ', true, 0);
        for (i, c) in candidate.chars().enumerate().take(WANTED_CHARS_MAX) {
            self.row[0] = i + 1;
            let mut least = i + 1;
            for j in 0..n {
                let same = same_letter(wanted[j], c);
                let swapped =
                    j > 0 && i > 0 && same_letter(wanted[j - 1], c) && same_letter(wanted[j], last);
                let mut cost = (self.above[j] + usize::from(!same))
                    .min(self.above[j + 1] + 1)
                    .min(self.row[j] + 1);
                if swapped {
                    cost = cost.min(self.before[j - 1] + 1);
                }
                self.row[j + 1] = cost;
                least = least.min(cost);
            }
            if least > limit {
                return None;
            }
            exact &= wanted.get(i) == Some(&c);
            (last, length) = (c, i + 1);
            std::mem::swap(&mut self.before, &mut self.above);
            std::mem::swap(&mut self.above, &mut self.row);
        }
        let edits = self.above[n].max(usize::from(!exact || length != n));
        (edits <= limit).then_some(edits)
    }
}

fn same_letter(a: char, b: char) -> bool {
    a == b || a.to_lowercase().eq(b.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_meant() {
        let names = ["length", "lines", "total", "upper", "print", "Circle", "x"];
        let find = |wanted| closest(wanted, names.into_iter());
        assert_eq!(find("lenght"), Some("length"));
        assert_eq!(find("totl"), Some("total"));
        assert_eq!(find("circle"), Some("Circle"));
        assert_eq!(find("prnit"), Some("print"));
        assert_eq!(find("y"), None);
        assert_eq!(find("quaternion"), None);
        assert_eq!(find(""), None);
    }

    #[test]
    fn ties_are_alphabetical() {
        assert_eq!(closest("cat", ["car", "bat"].into_iter()), Some("bat"));
    }
}
