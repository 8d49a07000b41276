//! Tokens: the kinds, their texts, and the row of tokens of a file.
//!
//! A token is sixteen bytes. Newlines are no tokens: a token knows whether a line break or a space
//! stands before it, and the parser decides where a line ends.

use lumen_base::{Span, Symbol, sym};

macro_rules! kinds {
    (named { $($named:ident $named_text:literal)* } keywords { $($kw:ident $kw_text:literal)* } marks { $($mark:ident $mark_text:literal)* }) => {
        /// The kinds of tokens.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        #[repr(u8)]
        pub enum TokenKind {
            $($named,)*
            $($kw,)*
            $($mark,)*
        }

        impl TokenKind {
            /// The hard keywords, in the order of their symbols.
            pub const KEYWORDS: &[Self] = &[$(Self::$kw),*];

            /// The kind as a reader names it, with quotes where it is a fixed text.
            pub const fn describe(self) -> &'static str {
                match self {
                    $(Self::$named => $named_text,)*
                    $(Self::$kw => concat!("`", $kw_text, "`"),)*
                    $(Self::$mark => concat!("`", $mark_text, "`"),)*
                }
            }
        }
    };
}

kinds! {
    named {
        Eof "the end of the program"
        Error "an unreadable character"
        Ident "a name"
        Upper "an upper-case name"
        Int "an integer"
        Float "a float"
        Str "a string"
        Bytes "a byte string"
        StrOpen "a string"
        StrText "text in a string"
        HoleOpen "`{` in a string"
        HoleSpec "a format spec"
        HoleClose "`}` in a string"
        StrClose "the end of a string"
    }
    keywords {
        And "and"
        As "as"
        Await "await"
        Break "break"
        Cell "cell"
        Continue "continue"
        Defer "defer"
        Else "else"
        End "end"
        Enum "enum"
        Err "err"
        False "false"
        Fn "fn"
        For "for"
        If "if"
        Import "import"
        In "in"
        Is "is"
        Let "let"
        Loop "loop"
        Match "match"
        Mut "mut"
        Not "not"
        Null "null"
        Ok "ok"
        Or "or"
        Pub "pub"
        Record "record"
        Return "return"
        Then "then"
        True "true"
        Try "try"
        Type "type"
        While "while"
        Yield "yield"
    }
    marks {
        Underscore "_"
        LParen "("
        RParen ")"
        LBracket "["
        RBracket "]"
        LBrace "{"
        RBrace "}"
        Comma ","
        Colon ":"
        Dot "."
        DotDot ".."
        DotDotEq "..="
        Ellipsis "..."
        QDot "?."
        QBracket "?["
        QQ "??"
        Question "?"
        Bang "!"
        At "@"
        Arrow "->"
        FatArrow "=>"
        Eq "="
        EqEq "=="
        Ne "!="
        Lt "<"
        Le "<="
        Gt ">"
        Ge ">="
        Plus "+"
        Minus "-"
        Star "*"
        StarStar "**"
        Slash "/"
        SlashSlash "//"
        Percent "%"
        PlusPlus "++"
        Shl "<<"
        Shr ">>"
        Amp "&"
        Caret "^"
        Bar "|"
        Tilde "~"
        PipeGt "|>"
        TildeGt "~>"
        PlusEq "+="
        MinusEq "-="
        StarEq "*="
        StarStarEq "**="
        SlashEq "/="
        SlashSlashEq "//="
        PercentEq "%="
        PlusPlusEq "++="
        ShlEq "<<="
        ShrEq ">>="
        AmpEq "&="
        CaretEq "^="
        BarEq "|="
    }
}

impl TokenKind {
    /// The keyword with this symbol.
    #[inline]
    pub fn of_keyword(symbol: Symbol) -> Option<Self> {
        if symbol.0 < sym::KEYWORDS { Some(Self::KEYWORDS[symbol.0 as usize]) } else { None }
    }

    /// Whether it is a hard keyword.
    pub const fn is_keyword(self) -> bool {
        self as u8 >= Self::And as u8 && self as u8 <= Self::Yield as u8
    }
}

/// A token.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Token {
    /// First byte.
    pub lo: u32,
    /// One past the last byte.
    pub hi: u32,
    /// The text of `Ident`, `Upper` and keywords; the content of `Str` and `StrText`.
    pub symbol: Symbol,
    pub kind: TokenKind,
    /// Bits [`Token::NEWLINE`] and [`Token::SPACE`].
    pub flags: u8,
}

impl Token {
    /// A line break stands between this token and the one before.
    pub const NEWLINE: u8 = 1;
    /// A space or comment stands between this token and the one before.
    pub const SPACE: u8 = 2;

    /// Its place.
    pub const fn span(self) -> Span {
        Span::new(self.lo, self.hi)
    }

    /// Whether it is the first of its line.
    #[inline]
    pub const fn starts_line(self) -> bool {
        self.flags & Self::NEWLINE != 0
    }

    /// Whether it follows the token before it at once.
    #[inline]
    pub const fn is_adjacent(self) -> bool {
        self.flags == 0
    }
}

/// A documentation block of a plain source file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DocBlock {
    /// The text between the fences.
    pub text: Span,
    /// Index of the token that follows.
    pub next: u32,
}

/// The tokens of a file; the last one is `Eof`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tokens {
    pub list: Vec<Token>,
    /// Documentation blocks, in source order.
    pub docs: Vec<DocBlock>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use lumen_base::Interner;

    #[test]
    fn keywords_are_the_first_symbols() {
        let names = Interner::new();
        for (at, kind) in TokenKind::KEYWORDS.iter().enumerate() {
            let text = names.resolve(Symbol(at as u32));
            assert_eq!(kind.describe(), format!("`{text}`"));
            assert!(kind.is_keyword());
        }
        assert_eq!(TokenKind::KEYWORDS.len() as u32, sym::KEYWORDS);
        assert!(!TokenKind::Underscore.is_keyword());
        assert_eq!(size_of::<Token>(), 16);
    }
}
