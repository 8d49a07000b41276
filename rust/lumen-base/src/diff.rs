//! The difference of two texts in the unified form of `diff -u`.
//!
//! Input: two texts. Output: hunks with three lines around each change. Beyond [`EDITS_MAX`] changed lines the middle is
//! shown as replaced as a whole, so the time is bounded.

/// Lines of context around a change.
const CONTEXT: usize = 3;
/// Most changed lines that are matched up with each other.
const EDITS_MAX: usize = 1_000;

/// A line of both texts, or of one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Edit {
    Keep,
    Remove,
    Add,
}

/// The unified diff, with `name` on both sides; empty when the texts are equal.
pub fn unified(name: &str, before: &str, after: &str) -> String {
    let old: Vec<&str> = before.split_inclusive('\n').collect();
    let new: Vec<&str> = after.split_inclusive('\n').collect();
    let edits = edits(&old, &new);
    if edits.iter().all(|edit| *edit == Edit::Keep) {
        return String::new();
    }
    let mut out = format!("--- {name}\n+++ {name}\n");
    let (mut i, mut j, mut at) = (0, 0, 0);
    while at < edits.len() {
        let Some(change) = edits[at..].iter().position(|edit| *edit != Edit::Keep) else { break };
        let lead = change.min(CONTEXT);
        (i, j, at) = (i + change - lead, j + change - lead, at + change - lead);
        let end = hunk_end(&edits, at);
        hunk(&mut out, &edits[at..end], (&old[i..], i), (&new[j..], j));
        i += edits[at..end].iter().filter(|edit| **edit != Edit::Add).count();
        j += edits[at..end].iter().filter(|edit| **edit != Edit::Remove).count();
        at = end;
    }
    out
}

/// Where the hunk that begins at `at` ends: behind the context of its last change.
fn hunk_end(edits: &[Edit], at: usize) -> usize {
    let mut end = at;
    let mut kept = 0;
    for (offset, edit) in edits[at..].iter().enumerate() {
        if *edit == Edit::Keep {
            kept += 1;
            if kept > 2 * CONTEXT && end > at {
                break;
            }
        } else {
            kept = 0;
            end = at + offset + 1;
        }
    }
    (end + CONTEXT).min(edits.len())
}

fn hunk(out: &mut String, edits: &[Edit], old: (&[&str], usize), new: (&[&str], usize)) {
    let n_old = edits.iter().filter(|edit| **edit != Edit::Add).count();
    let n_new = edits.iter().filter(|edit| **edit != Edit::Remove).count();
    let start = |first: usize, n: usize| if n == 0 { first } else { first + 1 };
    out.push_str(&format!(
        "@@ -{},{n_old} +{},{n_new} @@\n",
        start(old.1, n_old),
        start(new.1, n_new)
    ));
    let (mut i, mut j) = (0, 0);
    for edit in edits {
        let (mark, line) = match edit {
            Edit::Keep => (' ', old.0[i]),
            Edit::Remove => ('-', old.0[i]),
            Edit::Add => ('+', new.0[j]),
        };
        i += usize::from(*edit != Edit::Add);
        j += usize::from(*edit != Edit::Remove);
        out.push(mark);
        out.push_str(line);
        if !line.ends_with('\n') {
            out.push_str("\n\\ No newline at end of file\n");
        }
    }
}

/// What turns the old lines into the new ones.
fn edits(old: &[&str], new: &[&str]) -> Vec<Edit> {
    let shortest = old.len().min(new.len());
    let head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let tail = old.iter().rev().zip(new.iter().rev()).take_while(|(a, b)| a == b).count();
    let tail = tail.min(shortest - head);
    let (old_mid, new_mid) = (&old[head..old.len() - tail], &new[head..new.len() - tail]);
    let mut out = vec![Edit::Keep; head];
    out.extend(myers(old_mid, new_mid).unwrap_or_else(|| {
        let removed = old_mid.iter().map(|_| Edit::Remove);
        removed.chain(new_mid.iter().map(|_| Edit::Add)).collect()
    }));
    out.extend(vec![Edit::Keep; tail]);
    out
}

/// The shortest edit script (Myers 1986), when it is not too long.
fn myers(old: &[&str], new: &[&str]) -> Option<Vec<Edit>> {
    let (n, m) = (old.len(), new.len());
    let bound = (n + m).min(EDITS_MAX);
    let offset = bound + 1;
    let mut furthest = vec![0_usize; 2 * bound + 3];
    let mut trace: Vec<Vec<usize>> = Vec::new();
    for d in 0..=bound {
        trace.push(furthest[offset - d..=offset + d].to_vec());
        for step in 0..=d {
            // Diagonal k = 2 * step - d, shifted by the offset.
            let k = offset + 2 * step - d;
            let goes_down = step == 0 || step < d && furthest[k - 1] < furthest[k + 1];
            let mut x = if goes_down { furthest[k + 1] } else { furthest[k - 1] + 1 };
            let mut y = x + offset - k;
            while x < n && y < m && old[x] == new[y] {
                x += 1;
                y += 1;
            }
            furthest[k] = x;
            if x >= n && y >= m {
                return Some(backtrack(&trace, n, m));
            }
        }
    }
    None
}

/// Follows the furthest points back to the beginning.
fn backtrack(trace: &[Vec<usize>], n: usize, m: usize) -> Vec<Edit> {
    let (mut x, mut y) = (n, m);
    let mut out = Vec::new();
    for d in (1..trace.len()).rev() {
        // `trace[d]` holds the diagonals -d..=d as they were before round d.
        let at = |k: isize| trace[d][(k + d as isize) as usize];
        let k = x as isize - y as isize;
        let goes_down = k == -(d as isize) || k != d as isize && at(k - 1) < at(k + 1);
        let before = if goes_down { k + 1 } else { k - 1 };
        let from_x = at(before);
        let from_y = (from_x as isize - before) as usize;
        while x > from_x && y > from_y {
            out.push(Edit::Keep);
            (x, y) = (x - 1, y - 1);
        }
        out.push(if goes_down { Edit::Add } else { Edit::Remove });
        (x, y) = (from_x, from_y);
    }
    out.extend(std::iter::repeat_n(Edit::Keep, x));
    out.reverse();
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_have_no_difference() {
        assert_eq!(unified("x", "a\nb\n", "a\nb\n"), "");
        assert_eq!(unified("x", "", ""), "");
    }

    #[test]
    fn changes_stand_between_their_context() {
        let before = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n";
        let after = "1\n2\n3\n4\nfive\n6\n7\n8\n9\n10\n11\n12\n13\n";
        let expected = "--- x\n+++ x\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n@@ -11,4 +11,3 @@\n 11\n 12\n 13\n-14\n";
        assert_eq!(unified("x", before, after), expected);
    }

    #[test]
    fn missing_line_ends_show() {
        assert_eq!(
            unified("x", "a", "a\n"),
            "--- x\n+++ x\n@@ -1,1 +1,1 @@\n-a\n\\ No newline at end of file\n+a\n"
        );
        assert_eq!(unified("x", "", "a\n"), "--- x\n+++ x\n@@ -0,0 +1,1 @@\n+a\n");
    }

    #[test]
    fn scripts_turn_the_old_text_into_the_new() {
        let texts = ["", "a\n", "a\nb\nc\na\nb\nb\na\n", "c\nb\na\nb\na\nc\n", "x\ny\n"];
        for (before, after) in texts.iter().flat_map(|a| texts.iter().map(move |b| (a, b))) {
            let old: Vec<&str> = before.split_inclusive('\n').collect();
            let new: Vec<&str> = after.split_inclusive('\n').collect();
            let (mut i, mut j, mut out) = (0, 0, String::new());
            for edit in edits(&old, &new) {
                match edit {
                    Edit::Keep => {
                        assert_eq!(old[i], new[j]);
                        out.push_str(old[i]);
                        (i, j) = (i + 1, j + 1);
                    }
                    Edit::Remove => i += 1,
                    Edit::Add => {
                        out.push_str(new[j]);
                        j += 1;
                    }
                }
            }
            assert_eq!((i, out.as_str()), (old.len(), *after));
        }
    }
}
