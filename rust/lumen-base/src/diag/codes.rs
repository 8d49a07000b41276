//! THE table of diagnostic codes: one line per code, sorted; nothing else declares one.
//!
//! A code is a letter for who can act (E source error, W warning, R run time, P packages, I bug in
//! Lumen) and four digits for where: E00xx source and Markdown, E01xx lexer, E02xx parser, E03xx
//! names, E04xx types, E05xx effects, R1xxx run time, I9xxx LIR verifier; a warning has the digits of its
//! stage. Numbers are never reused. Each row has a page `docs/errors/<CODE>.md`, compiled in.

use super::Severity;

macro_rules! codes {
    ($($code:ident $slug:literal)*) => {
        /// A diagnostic code. Small, `Copy`, ordered as the table.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[repr(u16)]
        pub enum Code {
            $(#[doc = $slug] $code,)*
        }

        static ROWS: &[Row] = &[$(
            Row {
                code: Code::$code,
                text: stringify!($code),
                slug: $slug,
                page: include_str!(concat!("../../../../docs/errors/", stringify!($code), ".md")),
            },
        )*];
    };
}

struct Row {
    code: Code,
    text: &'static str,
    slug: &'static str,
    page: &'static str,
}

codes! {
    E0001 "not-utf8"
    E0002 "unknown-fence-word"
    E0003 "unclosed-fence"
    E0004 "file-too-large"
    E0005 "bad-directive"
    E0101 "unexpected-character"
    E0102 "unterminated-string"
    E0103 "bad-escape"
    E0104 "malformed-number"
    E0105 "literal-too-large"
    E0106 "malformed-bytes"
    E0107 "malformed-format-spec"
    E0108 "empty-hole"
    E0109 "unterminated-doc-block"
    E0201 "nested-too-deeply"
    E0202 "unexpected-token"
    E0203 "missing-end"
    E0204 "stray-end"
    E0205 "chained-comparison"
    E0206 "wrong-case"
    E0207 "bad-assignment-target"
    E0208 "untyped-parameter"
    E0209 "parameter-order"
    E0210 "bad-indentation"
    E0211 "unknown-attribute"
    E0212 "bad-tuple"
    E0213 "bare-map-key"
    E0214 "mixed-elements"
    E0215 "bad-argument-form"
    E0216 "bad-pattern"
    E0217 "bad-variant"
    E0218 "foreign-operator"
    E0219 "misused-word"
    E0220 "misplaced-declaration"
    E0221 "handle-without-clauses"
    E0222 "foreign-declaration"
    E0223 "foreign-block"
    E0224 "foreign-statement"
    E0225 "foreign-expression"
    E0226 "foreign-comment"
    E0227 "foreign-text"
    E0228 "semicolon"
    E0229 "missing-let"
    E0298 "too-large"
    E0299 "not-built"
    E0301 "unknown-name"
    E0302 "unknown-type"
    E0303 "duplicate-name"
    E0304 "unknown-module"
    E0305 "import-cycle"
    E0306 "unknown-member"
    E0307 "private-name"
    E0308 "captured-assignment"
    E0309 "not-assignable"
    E0310 "jump-outside-loop"
    E0311 "unknown-label"
    E0312 "or-pattern-names"
    E0313 "repeated-binding"
    E0314 "unknown-variant"
    E0315 "wrong-kind-of-name"
    E0316 "type-argument-count"
    E0317 "endless-alias"
    E0319 "leaves-defer"
    E0320 "main-and-statements"
    E0321 "entry-signature"
    E0322 "unknown-effect"
    E0323 "unknown-trait"
    E0324 "endless-constant"
    E0325 "self-needs-type"
    E0326 "nothing-to-run"
    E0327 "attribute-arguments"
    E0328 "empty-enum"
    E0329 "leaves-twice"
    E0330 "not-a-method"
    E0331 "method-without-self"
    E0332 "endless-parents"
    E0333 "trait-as-type"
    E0334 "builtin-trait"
    E0335 "not-an-operation"
    E0336 "resume-outside-clause"
    E0337 "not-a-handler"
    E0338 "not-an-effect-name"
    E0339 "handler-names-none"
    E0340 "repeated-clause"
    E0341 "operation-signature"
    E0342 "clause-parameters"
    E0345 "grant-missing"
    E0346 "unknown-grant"
    E0347 "grant-not-passed"
    E0348 "grant-passed-without-having"
    E0349 "bad-constraint"
    E0350 "tool-without-signature"
    E0351 "granted-twice"
    E0352 "bad-tool-effect"
    E0360 "bad-extern-cell"
    E0361 "open-extern-cell"
    E0362 "stepped-slice"
    E0400 "growing-type"
    E0401 "type-mismatch"
    E0402 "optional-as-value"
    E0403 "mixed-numbers"
    E0404 "result-as-value"
    E0405 "dynamic-as-value"
    E0406 "container-invariant"
    E0407 "null-as-value"
    E0408 "if-without-else"
    E0409 "different-types"
    E0410 "missing-value"
    E0411 "needs-annotation"
    E0412 "recursive-inference"
    E0413 "type-too-large"
    E0414 "bound-not-met"
    E0415 "missing-argument"
    E0416 "too-many-arguments"
    E0417 "unknown-argument"
    E0418 "given-twice"
    E0419 "missing-field"
    E0420 "unknown-field"
    E0421 "unknown-method"
    E0422 "optional-access"
    E0423 "needless-optional-access"
    E0424 "not-callable"
    E0425 "overloaded-value"
    E0426 "ambiguous-variant"
    E0427 "lambda-parameters"
    E0428 "bad-spread"
    E0429 "operator-operands"
    E0430 "condition-not-bool"
    E0431 "not-comparable"
    E0432 "no-equality"
    E0433 "no-order"
    E0434 "not-a-container"
    E0435 "needless-default"
    E0436 "unwrap-operand"
    E0437 "propagate-operand"
    E0438 "propagate-context"
    E0439 "impossible-test"
    E0440 "bad-conversion"
    E0441 "cannot-index"
    E0442 "not-a-record"
    E0443 "fixed-part"
    E0444 "not-iterable"
    E0445 "break-without-value"
    E0446 "return-without-value"
    E0447 "else-must-leave"
    E0448 "result-dropped"
    E0449 "pattern-type"
    E0450 "pattern-fields"
    E0451 "refutable-pattern"
    E0452 "missing-case"
    E0453 "match-too-complex"
    E0454 "no-text"
    E0455 "format-spec"
    E0456 "type-arguments"
    E0457 "else-never-runs"
    E0460 "foreign-impl"
    E0461 "overlapping-impls"
    E0462 "missing-method"
    E0463 "not-in-trait"
    E0464 "impl-signature"
    E0465 "missing-parent-impl"
    E0466 "impl-target"
    E0467 "ambiguous-method"
    E0468 "unused-impl-parameter"
    E0469 "no-any-of-trait"
    E0470 "extern-cell-type"
    E0471 "untold-in-any"
    E0472 "any-in-union"
    E0474 "same-form"
    E0475 "unchecked-any"
    E0476 "misplaced-cursor"
    E0477 "cursor-used-as-value"
    E0478 "cursor-of-no-stream"
    E0480 "yield-outside-generator"
    E0481 "generator-value"
    E0482 "misplaced-generator"
    E0490 "not-refinable"
    E0491 "refined-inside"
    E0492 "comptime-limit"
    E0493 "comptime-failure"
    E0494 "certain-violation"
    E0495 "unreadable-pattern"
    E0501 "outside-row"
    E0502 "effectful-value"
    E0503 "must-be-pure"
    E0504 "snapshot-outside-test"
    E0505 "nothing-to-leave"
    E0506 "clause-without-signature"
    E0507 "no-operation-of-effect"
    E0510 "unhandled-effect"
    E0511 "effect-in-defer"
    E0512 "multi-across-defer"
    E0516 "handler-without-types"
    E0517 "two-instances"
    E0518 "undecided-instance"
    E0519 "unkeyed-instance"
    E0526 "effect-in-timeout"
    E0527 "timeout-form"
    E0531 "secret-shown"
    E0532 "secret-argument"
    E0533 "untrusted-converted"
    E0534 "sealed-opened"
    E0535 "untrusted-argument"
    E0536 "secret-in-reply"
    E0540 "tool-without-json"
    E0541 "try-without-tool"
    E0543 "granted-as-value"
    I9001 "lir-tables"
    I9002 "lir-header"
    I9003 "lir-operand"
    I9004 "lir-flow"
    I9005 "lir-type"
    I9006 "lir-ownership"
    I9007 "lir-effect"
    I9008 "lir-unreadable"
    I9009 "lir-generator"
    R1001 "integer-overflow"
    R1002 "division-by-zero"
    R1003 "index-out-of-range"
    R1004 "missing-key"
    R1005 "failed-unwrap"
    R1006 "assertion-failed"
    R1007 "panic"
    R1008 "halted"
    R1009 "stack-overflow"
    R1010 "memory-limit"
    R1011 "instruction-limit"
    R1012 "output-limit"
    R1013 "bad-shift"
    R1014 "negative-exponent"
    R1015 "failed-conversion"
    R1016 "failed-constraint"
    R1017 "invalid-argument"
    R1018 "too-many-elements"
    R1019 "float-out-of-range"
    R1020 "host-failure"
    R1021 "left-behind"
    R1030 "resumed-twice"
    R1031 "unhandled-operation"
    R1032 "not-copied"
    R1040 "tool-not-found"
    R1041 "policy-denied"
    R1042 "denied-by-configuration"
    R1043 "tool-failed"
    R1044 "tool-timeout"
    R1045 "tool-schema-mismatch"
    R1046 "tool-budget-exceeded"
    R1047 "approval-denied"
    R1048 "reply-not-open"
    R1060 "missing-host-function"
    R1061 "host-function-failed"
    R1062 "other-host-function"
    R1063 "sealed-json"
    R1064 "untrusted-function-failed"
    R1070 "snapshot-differs"
    R1071 "no-snapshots"
    R1072 "interrupted-timeout"
    R1075 "replay-diverged"
    R1076 "trace-failed"
    W0301 "assign-without-mut"
    W0302 "shadowed-builtin"
    W0303 "shadowed-condition"
    W0304 "assigned-after-capture"
    W0305 "unused-import"
    W0306 "arm-after-default"
    W0307 "deprecated"
    W0308 "unused-variable"
    W0401 "value-dropped"
    W0402 "unreachable-code"
    W0403 "unreachable-arm"
    W0404 "always-true"
    W0405 "always-matches"
    W0406 "misplaced-name"
}

impl Code {
    /// The code as written: `E0299`.
    pub fn as_str(self) -> &'static str {
        ROWS[self as usize].text
    }

    /// The short name: `not-built`.
    pub fn slug(self) -> &'static str {
        ROWS[self as usize].slug
    }

    /// The page that explains the code, in Markdown.
    pub fn page(self) -> &'static str {
        ROWS[self as usize].page
    }

    /// Warning for W codes, error for all others.
    pub fn severity(self) -> Severity {
        if self.as_str().starts_with('W') { Severity::Warning } else { Severity::Error }
    }

    /// The code with this text (`E0299`, in any letter case) or slug.
    pub fn lookup(text: &str) -> Option<Self> {
        let row = ROWS.iter().find(|r| r.text.eq_ignore_ascii_case(text) || r.slug == text)?;
        Some(row.code)
    }

    /// Every code, in the order of the table.
    pub fn all() -> impl ExactSizeIterator<Item = Self> {
        ROWS.iter().map(|row| row.code)
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_unique() {
        for pair in ROWS.windows(2) {
            assert!(pair[0].text < pair[1].text, "{} before {}", pair[0].text, pair[1].text);
        }
        let mut slugs: Vec<_> = ROWS.iter().map(|row| row.slug).collect();
        slugs.sort_unstable();
        for pair in slugs.windows(2) {
            assert_ne!(pair[0], pair[1], "two codes with one slug");
        }
    }

    #[test]
    fn every_page_has_its_sections() {
        for row in ROWS {
            let sections =
                ["## What it means", "## Why it is an error", "## Example", "## How to fix"];
            assert!(row.page.starts_with(&format!("# {}", row.text)), "{}: title", row.text);
            for section in sections {
                assert!(row.page.contains(section), "{}: `{section}` is missing", row.text);
            }
        }
    }

    #[test]
    fn lookup_takes_code_or_slug() {
        assert_eq!(Code::lookup("e0299"), Some(Code::E0299));
        assert_eq!(Code::lookup("not-built"), Some(Code::E0299));
        assert_eq!(Code::lookup("E9999"), None);
    }

    /// Codes whose example is no program of one document: what else it would take.
    const WITHOUT_PROGRAM: &[(&str, &str)] = &[
        ("E0001", "bytes that are no text"),
        ("E0002", "a document around the fence"),
        ("E0003", "a document that ends in a fence"),
        ("E0004", "2 GiB"),
        ("E0109", "a file of plain source"),
        ("E0305", "several files"),
        ("E0307", "several files"),
        ("E0326", "a document without a program"),
        ("E0347", "two files"),
        ("R1020", "a host that fails"),
        ("R1061", "an embedding program"),
        ("R1062", "an embedding program"),
        ("R1071", "`lumen run` of a test cell"),
        ("R1075", "a recorded run"),
        ("R1076", "a recorded run"),
    ];

    /// The document tests execute these fences.
    #[test]
    fn every_page_has_an_example_that_is_executed() {
        for row in ROWS.iter().filter(|row| !row.text.starts_with('I')) {
            let shows = |line: &str| {
                let line = line.trim_start_matches('`');
                let words = line.strip_prefix("lumen fails ").or(line.strip_prefix("lumen warns "));
                words.is_some_and(|words| words.split(' ').any(|word| word == row.text))
            };
            let found = row.page.lines().any(shows);
            let excepted = WITHOUT_PROGRAM.iter().any(|(code, _)| *code == row.text);
            assert_ne!(found, excepted, "{}: an executed example, or a reason why not", row.text);
        }
    }
}
