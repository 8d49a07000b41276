//! Names as numbers: each distinct text is stored once and compares as a `u32`.
//!
//! The table is open-addressed over FxHash; the texts lie end to end in one buffer. Symbols are
//! dense and given in order of first use, after the well-known ones of [`sym`].

use rustc_hash::FxHasher;
use std::fmt;
use std::hash::Hasher;

/// An interned text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol(pub u32);

impl fmt::Debug for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match sym::TEXTS.get(self.0 as usize) {
            Some(text) => write!(f, "`{text}`"),
            None => write!(f, "sym{}", self.0),
        }
    }
}

/// The set of interned texts.
#[derive(Clone)]
pub struct Interner {
    /// All texts, end to end.
    text: String,
    /// `ends[s]` is where symbol `s` ends in `text`; it begins where the one before ends.
    ends: Vec<u32>,
    /// `(hash, symbol + 1)`; zero symbol means free. INVARIANT: a power of two, at most half full.
    slots: Vec<(u32, u32)>,
}

impl Default for Interner {
    fn default() -> Self {
        Self::new()
    }
}

impl Interner {
    /// An interner that holds the well-known symbols.
    pub fn new() -> Self {
        let mut it = Self {
            text: String::with_capacity(1 << 14),
            ends: Vec::with_capacity(1 << 11),
            slots: vec![(0, 0); 1 << 12],
        };
        for text in sym::TEXTS {
            it.intern(text);
        }
        debug_assert_eq!(it.ends.len(), sym::TEXTS.len(), "well-known symbols are distinct");
        it
    }

    /// The symbol of `text`.
    #[inline]
    pub fn intern(&mut self, text: &str) -> Symbol {
        let hash = hash_of(text);
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            let (slot_hash, slot_symbol) = self.slots[at];
            if slot_symbol == 0 {
                return self.add(text, hash, at);
            }
            if slot_hash == hash && self.bytes_of(slot_symbol - 1) == text.as_bytes() {
                return Symbol(slot_symbol - 1);
            }
            at = (at + 1) & mask;
        }
    }

    /// The symbol of `text`, if it was interned before.
    pub fn lookup(&self, text: &str) -> Option<Symbol> {
        let hash = hash_of(text);
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            let (slot_hash, slot_symbol) = self.slots[at];
            if slot_symbol == 0 {
                return None;
            }
            if slot_hash == hash && self.bytes_of(slot_symbol - 1) == text.as_bytes() {
                return Some(Symbol(slot_symbol - 1));
            }
            at = (at + 1) & mask;
        }
    }

    /// The text of a symbol of this interner; empty for a symbol of another one.
    #[inline]
    pub fn resolve(&self, symbol: Symbol) -> &str {
        let at = symbol.0 as usize;
        let Some(&end) = self.ends.get(at) else { return "" };
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.text[start as usize..end as usize]
    }

    /// The text of a symbol that exists, without the checks of a slice of text.
    #[inline]
    fn bytes_of(&self, symbol: u32) -> &[u8] {
        let at = symbol as usize;
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.text.as_bytes()[start as usize..self.ends[at] as usize]
    }

    /// Number of symbols.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no symbol; never true, as the well-known ones are always there.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    #[cold]
    fn add(&mut self, text: &str, hash: u32, at: usize) -> Symbol {
        let symbol = self.ends.len() as u32;
        self.text.push_str(text);
        self.ends.push(self.text.len() as u32);
        self.slots[at] = (hash, symbol + 1);
        if self.ends.len() * 2 > self.slots.len() {
            self.grow();
        }
        Symbol(symbol)
    }

    fn grow(&mut self) {
        let mut slots = vec![(0, 0); self.slots.len() * 2];
        let mask = slots.len() - 1;
        for &(hash, symbol) in self.slots.iter().filter(|slot| slot.1 != 0) {
            let mut at = hash as usize & mask;
            while slots[at].1 != 0 {
                at = (at + 1) & mask;
            }
            slots[at] = (hash, symbol);
        }
        self.slots = slots;
    }
}

impl fmt::Debug for Interner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Interner({} symbols)", self.len())
    }
}

#[inline]
fn hash_of(text: &str) -> u32 {
    let mut hasher = FxHasher::default();
    hasher.write(text.as_bytes());
    let hash = hasher.finish();
    (hash ^ (hash >> 32)) as u32
}

macro_rules! well_known {
    ($($name:ident $text:literal)*) => {
        /// Symbols that every interner holds from the start, as constants.
        pub mod sym {
            use super::Symbol;

            /// Positions of the well-known texts.
            #[expect(non_camel_case_types, reason = "the variants only count the constants")]
            #[expect(clippy::upper_case_acronyms, reason = "the variants carry the constants' names")]
            enum At { $($name),* }

            $(
                #[doc = concat!("`", $text, "`")]
                pub const $name: Symbol = Symbol(At::$name as u32);
            )*

            /// Number of hard keywords: they are the first symbols, in alphabetical order.
            pub const KEYWORDS: u32 = KW_YIELD.0 + 1;

            /// The texts, by symbol.
            pub const TEXTS: &[&str] = &[$($text),*];
        }
    };
}

well_known! {
    KW_AND "and"
    KW_AS "as"
    KW_AWAIT "await"
    KW_BREAK "break"
    KW_CELL "cell"
    KW_CONTINUE "continue"
    KW_DEFER "defer"
    KW_ELSE "else"
    KW_END "end"
    KW_ENUM "enum"
    ERR "err"
    FALSE "false"
    KW_FN "fn"
    KW_FOR "for"
    KW_IF "if"
    KW_IMPORT "import"
    KW_IN "in"
    KW_IS "is"
    KW_LET "let"
    KW_LOOP "loop"
    KW_MATCH "match"
    KW_MUT "mut"
    KW_NOT "not"
    NULL_VALUE "null"
    OK "ok"
    KW_OR "or"
    KW_PUB "pub"
    KW_RECORD "record"
    KW_RETURN "return"
    KW_THEN "then"
    TRUE "true"
    KW_TRY "try"
    KW_TYPE "type"
    KW_WHILE "while"
    KW_YIELD "yield"
    EMPTY ""
    UNDERSCORE "_"
    MAIN "main"
    SELF "self"
    INT "Int"
    FLOAT "Float"
    BOOL "Bool"
    STRING "String"
    BYTES "Bytes"
    NULL "Null"
    JSON "Json"
    ANY "Any"
    LIST "list"
    MAP "map"
    SET "set"
    TUPLE "tuple"
    RESULT "result"
    FAILURE "Failure"
    TOOL_ERROR "ToolError"
    FUTURE "Future"
    SENDER "Sender"
    RECEIVER "Receiver"
    STREAM "Stream"
    PROB "Prob"
    SECRET "Secret"
    UNTRUSTED "Untrusted"
    EQ "Eq"
    ORD "Ord"
    HASH_TRAIT "Hash"
    SHOW "Show"
    NUM "Num"
    SELF_TYPE "Self"
    LIST_TEXT "list_text"
    SET_TEXT "set_text"
    MAP_TEXT "map_text"
    LIST_COMPARE "list_compare"
    SORT_ORDERED "sort_ordered"
    SORT_KEYED_ORDERED "sort_keyed_ordered"
    SPREAD_TEXTS "spread_texts"
    CONVERSION_IN_LIST "conversion_in_list"
    CONVERSION_IN_SET "conversion_in_set"
    CONVERSION_IN_MAP "conversion_in_map"
    CONVERSION_UNDER "conversion_under"
    PRINT "print"
    DEBUG "debug"
    EMIT "emit"
    HALT "halt"
    ASSERT "assert"
    ASSERT_MATCHES "assert_matches"
    PANIC "panic"
    EXIT "exit"
    ATTEMPT "attempt"
    VALIDATE "validate"
    TO_STRING "to_string"
    LENGTH "length"
    APPEND "append"
    CONCAT "concat"
    STEP "step"
    WHEN "when"
    DO "do"
    WITH "with"
    WHERE "where"
    TEST "test"
    DEPRECATED "deprecated"
    STRICT "strict"
    DOC_MODE "doc_mode"
    DETERMINISTIC "deterministic"
    STD "std"
    CONST "const"
    EXTERN "extern"
    ASYNC "async"
    TRAIT "trait"
    IMPL "impl"
    EFFECT "effect"
    MULTI "multi"
    HANDLER "handler"
    HANDLE "handle"
    PERFORM "perform"
    RESUME "resume"
    ITER "iter"
    NEXT "next"
    CLOSE "close"
    USE "use"
    BIND "bind"
    GRANT "grant"
    TOOL "tool"
    TOOL_REPLY "tool_reply"
    TOOL_VALUE "tool_value"
    TOOL_OUTCOME "tool_outcome"
    AGENT "agent"
    MEMORY "memory"
    MACHINE "machine"
    PIPELINE "pipeline"
    ORCHESTRATION "orchestration"
    GUARDRAIL "guardrail"
    EVAL "eval"
    SESSION "session"
    DUAL "dual"
    OPEN "open"
    TYPESTATE "typestate"
    ACTOR "actor"
    SUPERVISOR "supervisor"
    MACRO "macro"
    ACTIVE "active"
    COMPTIME "comptime"
    SPAWN "spawn"
    PARALLEL "parallel"
    RACE "race"
    VOTE "vote"
    SELECT "select"
    TIMEOUT "timeout"
    TIME_LIMITED "time_limited"
    NURSERY "nursery"
    CHANNEL "channel"
    UNBOUNDED_CHANNEL "unbounded_channel"
    ROLE "role"
    MESSAGES "messages"
    EXPECT "expect"
    SCHEMA "schema"
    REQUIRES "requires"
    ENSURES "ensures"
    INVARIANT "invariant"
    DECREASES "decreases"
    ASSUME "assume"
    FORALL "forall"
    EXISTS "exists"
    GHOST "ghost"
    OLD "old"
    GRANTS "grants"
    ANY_TRAIT "any"
    HINT "hint"
    DURABLE "durable"
    UNVERIFIED "unverified"
    TAIL "tail"
    TRACE_REF "trace_ref"
    LEMMA "lemma"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interning_is_stable() {
        let mut names = Interner::new();
        assert_eq!(names.intern("main"), sym::MAIN);
        assert_eq!(names.resolve(sym::STD), "std");
        let a = names.intern("alpha");
        assert_eq!(names.intern("alpha"), a);
        assert_eq!(names.lookup("alpha"), Some(a));
        assert_eq!(names.lookup("beta"), None);
        assert_eq!(names.resolve(Symbol(u32::MAX)), "");
    }

    #[test]
    fn many_names_survive_growth() {
        let mut names = Interner::new();
        let all: Vec<_> = (0..20_000).map(|i| (i, names.intern(&format!("n{i}")))).collect();
        for (i, symbol) in all {
            assert_eq!(names.resolve(symbol), format!("n{i}"));
            assert_eq!(names.intern(&format!("n{i}")), symbol);
        }
    }
}
