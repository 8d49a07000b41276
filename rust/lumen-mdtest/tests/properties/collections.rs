//! Lists, maps and sets: random programs of operations against a model.
//!
//! Each program also keeps copies of its values and prints them at the end, so that an update in place which another
//! owner can see shows.

use super::programs::printed;
use proptest::prelude::*;

/// One step of a program on the collection `c` and its older copy `old`.
#[derive(Clone, Debug)]
enum Step {
    /// `old = c`: from now on both own the same object.
    Keep,
    /// `c = old`.
    Restore,
    Do(&'static str, i64, i64),
}

fn steps(operations: &'static [&'static str]) -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        1 => Just(Step::Keep),
        1 => Just(Step::Restore),
        10 => (0..operations.len(), -3i64..8, -3i64..8)
            .prop_map(|(at, i, j)| Step::Do(operations[at], i, j)),
    ];
    proptest::collection::vec(step, 1..40)
}

/// The program of the steps; `line` writes the statements of an operation.
fn program(start: &str, steps: &[Step], line: impl Fn(&str, i64, i64) -> String) -> String {
    let mut text = format!("cell main()\n  let mut c = {start}\n  let mut old = c\n");
    for step in steps {
        let line = match step {
            Step::Keep => "old = c".to_owned(),
            Step::Restore => "c = old".to_owned(),
            Step::Do(name, i, j) => line(name, *i, *j),
        };
        text.push_str(&format!("  {line}\n"));
    }
    text.push_str("  print(c, old)\nend\n");
    text
}

const LIST: &[&str] = &[
    "append",
    "prepend",
    "insert",
    "remove_at",
    "set",
    "add_assign",
    "concat",
    "slice",
    "reverse",
    "sort",
    "unique",
    "take",
    "drop",
    "spread",
    "map",
    "filter",
    "index",
    "index_of",
    "contains",
    "first",
    "last",
    "sum",
    "pop",
    "comprehension",
    "window",
    "chunk",
    "rotate",
    "sort_by",
    "min",
];

fn list_line(name: &str, i: i64, j: i64) -> String {
    match name {
        "append" | "push" => format!("c = c.append({i})"),
        "prepend" => format!("c = c.prepend({i})"),
        "insert" => format!("if {i} >= 0 and {i} <= c.length() then c = c.insert({i}, {j})"),
        "remove_at" => format!("if {i} >= 0 and {i} < c.length() then c = c.remove_at({i})"),
        "set" => format!("if {i} >= 0 and {i} < c.length() then c[{i}] = {j}"),
        "add_assign" => format!("if {i} >= 0 and {i} < c.length() then c[{i}] += {j}"),
        "concat" => "if c.length() < 100 then c = c ++ old".to_owned(),
        "slice" => format!("c = c.slice({i}, {j})"),
        "reverse" | "sort" | "unique" => format!("c = c.{name}()"),
        "take" | "drop" => format!("c = c.{name}({i})"),
        "spread" => format!("c = [{i}, ...c, {j}]"),
        "map" => format!("c = c.map(fn(x) => x + {i})"),
        "filter" => format!("c = c.filter(fn(x) => x != {i})"),
        "index" => format!("print(c.get({i}), c.length())"),
        "index_of" => format!("print(c.index_of({i}))"),
        "contains" => format!("print(c.contains({i}), {j} in c)"),
        "first" | "last" | "sum" | "min" => format!("print(c.{name}())"),
        "pop" => "if not c.is_empty() then c = c.remove_at(c.length() - 1)".to_owned(),
        "comprehension" => format!("c = [x * 2 for x in c if x > {i}]"),
        "window" | "chunk" => format!("print(c.{name}({}))", i.rem_euclid(4) + 1),
        "rotate" => "if let [first, ...rest] = c then c = rest.append(first)".to_owned(),
        "sort_by" => "c = c.sort_by(fn(x) => x % 3)".to_owned(),
        _ => unreachable!("{name}"),
    }
}

fn list_model(c: &mut Vec<i64>, old: &[i64], name: &str, i: i64, j: i64, out: &mut String) {
    let inside = |n: i64, len: usize| n >= 0 && (n as usize) < len;
    let edge = |n: i64, len: usize| n.clamp(0, len as i64) as usize;
    let len = c.len();
    let optional = |n: Option<i64>| n.map_or("null".to_owned(), |n| n.to_string());
    let mut show = |text: String| out.push_str(&format!("{text}\n"));
    match name {
        "append" | "push" => c.push(i),
        "prepend" => c.insert(0, i),
        "insert" if inside(i, len + 1) => c.insert(i as usize, j),
        "remove_at" if inside(i, len) => drop(c.remove(i as usize)),
        "set" if inside(i, len) => c[i as usize] = j,
        "add_assign" if inside(i, len) => c[i as usize] += j,
        "concat" if len < 100 => c.extend_from_slice(old),
        "slice" => {
            let (from, to) = (edge(i, len), edge(j, len));
            *c = if from < to { c[from..to].to_vec() } else { Vec::new() };
        }
        "reverse" => c.reverse(),
        "sort" => c.sort_unstable(),
        "unique" => {
            let mut seen = Vec::new();
            c.retain(|x| {
                !seen.contains(x) && {
                    seen.push(*x);
                    true
                }
            });
        }
        "take" => c.truncate(edge(i, len)),
        "drop" => drop(c.drain(..edge(i, len))),
        "spread" => {
            c.insert(0, i);
            c.push(j);
        }
        "map" => c.iter_mut().for_each(|x| *x += i),
        "filter" => c.retain(|x| *x != i),
        "index" => {
            let found = usize::try_from(i).ok().and_then(|i| c.get(i).copied());
            show(format!("{} {len}", optional(found)));
        }
        "index_of" => {
            let found = c.iter().position(|x| *x == i);
            show(optional(found.map(|at| at as i64)));
        }
        "contains" => show(format!("{} {}", c.contains(&i), c.contains(&j))),
        "first" => show(optional(c.first().copied())),
        "last" => show(optional(c.last().copied())),
        "min" => show(optional(c.iter().min().copied())),
        "sum" => show(c.iter().sum::<i64>().to_string()),
        "pop" => drop(c.pop()),
        "comprehension" => *c = c.iter().filter(|x| **x > i).map(|x| x * 2).collect(),
        "window" => {
            show(format!("{:?}", c.windows(i.rem_euclid(4) as usize + 1).collect::<Vec<_>>()))
        }
        "chunk" => {
            show(format!("{:?}", c.chunks(i.rem_euclid(4) as usize + 1).collect::<Vec<_>>()))
        }
        "rotate" if len > 0 => c.rotate_left(1),
        // `%` has the sign of the divisor.
        "sort_by" => c.sort_by_key(|x| x.rem_euclid(3)),
        _ => {}
    }
}

const MAP: &[&str] = &[
    "insert",
    "set",
    "add",
    "remove",
    "get",
    "get_or",
    "update",
    "merge",
    "keys",
    "values",
    "length",
    "map_values",
    "filter",
    "in",
    "loop",
    "equal",
    "comprehension",
    "invert",
];

fn map_line(name: &str, i: i64, j: i64) -> String {
    match name {
        "insert" => format!("c = c.insert({i}, {j})"),
        "set" => format!("c[{i}] = {j}"),
        "add" => format!("c[{i}] = (c[{i}] ?? 0) + {j}"),
        "remove" => format!("c = c.remove({i})"),
        "get" => format!("print(c[{i}])"),
        "get_or" => format!("print(c.get_or({i}, {j}))"),
        "update" => format!("c = c.update({i}, 100, fn(v) => v + {j})"),
        "merge" => "c = c.merge(old)".to_owned(),
        "keys" | "values" | "length" => format!("print(c.{name}())"),
        "map_values" => format!("c = c.map_values(fn(v) => v + {i})"),
        "filter" => format!("c = c.filter_entries(fn(k, v) => k != {i} and v != {j})"),
        "in" => format!("print({i} in c, c.has_key({j}))"),
        "loop" => "for (k, v) in c\n    print(k, v)\n  end".to_owned(),
        "equal" => "print(c == old)".to_owned(),
        "comprehension" => format!("c = {{k: v * 2 for (k, v) in c if k > {i}}}"),
        "invert" => "print(c.invert().length())".to_owned(),
        _ => unreachable!("{name}"),
    }
}

/// A map in the order of insertion.
type Entries = Vec<(i64, i64)>;

fn put(c: &mut Entries, key: i64, value: i64) {
    match c.iter_mut().find(|entry| entry.0 == key) {
        Some(entry) => entry.1 = value,
        None => c.push((key, value)),
    }
}

fn map_model(c: &mut Entries, old: &Entries, name: &str, i: i64, j: i64, out: &mut String) {
    let found = |c: &Entries, key: i64| c.iter().find(|entry| entry.0 == key).map(|entry| entry.1);
    let mut show = |text: String| out.push_str(&format!("{text}\n"));
    match name {
        "insert" | "set" => put(c, i, j),
        "add" => put(c, i, found(c, i).unwrap_or(0) + j),
        "remove" => c.retain(|entry| entry.0 != i),
        "get" => show(found(c, i).map_or("null".to_owned(), |v| v.to_string())),
        "get_or" => show(found(c, i).unwrap_or(j).to_string()),
        "update" => put(c, i, found(c, i).unwrap_or(100) + j),
        "merge" => old.iter().for_each(|&(k, v)| put(c, k, v)),
        "keys" => show(format!("{:?}", c.iter().map(|e| e.0).collect::<Vec<_>>())),
        "values" => show(format!("{:?}", c.iter().map(|e| e.1).collect::<Vec<_>>())),
        "length" => show(c.len().to_string()),
        "map_values" => c.iter_mut().for_each(|entry| entry.1 += i),
        "filter" => c.retain(|entry| entry.0 != i && entry.1 != j),
        "in" => show(format!("{} {}", found(c, i).is_some(), found(c, j).is_some())),
        "loop" => c.iter().for_each(|(k, v)| show(format!("{k} {v}"))),
        "equal" => {
            let (mut a, mut b) = (c.clone(), old.clone());
            a.sort_unstable();
            b.sort_unstable();
            show((a == b).to_string());
        }
        "comprehension" => {
            *c = c.iter().filter(|e| e.0 > i).map(|&(k, v)| (k, v * 2)).collect();
        }
        "invert" => {
            let mut values: Vec<i64> = c.iter().map(|e| e.1).collect();
            values.sort_unstable();
            values.dedup();
            show(values.len().to_string());
        }
        _ => unreachable!("{name}"),
    }
}

const SET: &[&str] = &[
    "add",
    "remove",
    "union",
    "intersection",
    "difference",
    "contains",
    "length",
    "to_list",
    "equal",
    "subset",
    "comprehension",
];

fn set_line(name: &str, i: i64, j: i64) -> String {
    match name {
        "add" | "remove" => format!("c = c.{name}({i})"),
        "union" => format!("c = c.union(old.add({i}))"),
        "intersection" => format!("c = c.intersection(old.add({i}))"),
        "difference" => format!("c = c.difference(old.remove({i}))"),
        "contains" => format!("print(c.contains({i}), {j} in c)"),
        "length" | "to_list" => format!("print(c.{name}())"),
        "equal" => "print(c == old)".to_owned(),
        "subset" => "print(c.is_subset(old))".to_owned(),
        "comprehension" => format!("c = [x % 5 for x in c if x != {i}].to_set()"),
        _ => unreachable!("{name}"),
    }
}

fn set_model(c: &mut Vec<i64>, old: &[i64], name: &str, i: i64, j: i64, out: &mut String) {
    let mut show = |text: String| out.push_str(&format!("{text}\n"));
    let add = |c: &mut Vec<i64>, x: i64| {
        if !c.contains(&x) {
            c.push(x);
        }
    };
    let mut other = old.to_vec();
    match name {
        "add" => add(c, i),
        "remove" => c.retain(|x| *x != i),
        "union" => {
            add(&mut other, i);
            other.iter().for_each(|x| add(c, *x));
        }
        "intersection" => {
            add(&mut other, i);
            c.retain(|x| other.contains(x));
        }
        "difference" => {
            other.retain(|x| *x != i);
            c.retain(|x| !other.contains(x));
        }
        "contains" => show(format!("{} {}", c.contains(&i), c.contains(&j))),
        "length" => show(c.len().to_string()),
        "to_list" => show(format!("{c:?}")),
        "equal" => show((c.len() == old.len() && c.iter().all(|x| old.contains(x))).to_string()),
        "subset" => show(c.iter().all(|x| old.contains(x)).to_string()),
        "comprehension" => {
            let items = std::mem::take(c);
            items.iter().filter(|x| **x != i).for_each(|x| add(c, x.rem_euclid(5)));
        }
        _ => unreachable!("{name}"),
    }
}

/// What the model prints of the steps.
fn modelled<C: Clone>(
    start: C,
    steps: &[Step],
    apply: impl Fn(&mut C, &C, &str, i64, i64, &mut String),
    show: impl Fn(&C) -> String,
) -> String {
    let (mut c, mut old, mut out) = (start.clone(), start, String::new());
    for step in steps {
        match step {
            Step::Keep => old = c.clone(),
            Step::Restore => c = old.clone(),
            Step::Do(name, i, j) => apply(&mut c, &old, name, *i, *j, &mut out),
        }
    }
    out.push_str(&format!("{} {}\n", show(&c), show(&old)));
    out
}

fn map_text(c: &Entries) -> String {
    let entries: Vec<String> = c.iter().map(|(k, v)| format!("{k}: {v}")).collect();
    format!("{{{}}}", entries.join(", "))
}

fn set_text(c: &[i64]) -> String {
    format!("set{c:?}")
}

proptest! {
    #![proptest_config(super::config(150))]

    #[test]
    fn lists_follow_vectors(steps in steps(LIST)) {
        let source = program("[1, 2, 3]", &steps, list_line);
        let apply = |c: &mut Vec<i64>, old: &Vec<i64>, name: &str, i, j, out: &mut String| {
            list_model(c, old, name, i, j, out);
        };
        let expected = modelled(vec![1, 2, 3], &steps, apply, |c| format!("{c:?}"));
        prop_assert_eq!(printed(&source), expected, "{}", source);
    }

    #[test]
    fn maps_follow_entries(steps in steps(MAP)) {
        let source = program("{1: 10, 2: 20}", &steps, map_line);
        let expected = modelled(vec![(1, 10), (2, 20)], &steps, map_model, map_text);
        prop_assert_eq!(printed(&source), expected, "{}", source);
    }

    #[test]
    fn sets_follow_members(steps in steps(SET)) {
        let source = program("{1, 2, 3}", &steps, set_line);
        let apply = |c: &mut Vec<i64>, old: &Vec<i64>, name: &str, i, j, out: &mut String| {
            set_model(c, old, name, i, j, out);
        };
        let expected = modelled(vec![1, 2, 3], &steps, apply, |c| set_text(c));
        prop_assert_eq!(printed(&source), expected, "{}", source);
    }

    /// Sorting by a key keeps the order of equal keys, whatever sorts.
    #[test]
    fn sorting_is_stable(keys in proptest::collection::vec(-3i64..3, 0..30)) {
        let pairs: Vec<(i64, usize)> = keys.iter().enumerate().map(|(at, k)| (*k, at)).collect();
        let mut sorted = pairs.clone();
        sorted.sort_by_key(|pair| pair.0);
        let text = |pairs: &[(i64, usize)]| format!("{pairs:?}");
        let source = format!(
            "let xs: list[(Int, Int)] = {}\nprint(xs.sort_by(fn(p) => p.0))\nprint(xs.sort_with(fn(a, b) => a.0 - b.0))\nprint(xs.sort())\nprint(xs.group_by(fn(p) => p.0).values().flatten().length())\n",
            text(&pairs)
        );
        let expected = format!("{0}\n{0}\n{0}\n{1}\n", text(&sorted), pairs.len());
        prop_assert_eq!(printed(&source), expected, "{}", source);
    }
}
