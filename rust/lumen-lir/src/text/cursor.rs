//! Reads one line of the text form piece by piece.

/// The rest of a line. Every method skips blanks first.
pub(super) struct Cursor<'t> {
    rest: &'t str,
}

pub(super) type Read<T> = Result<T, String>;

impl<'t> Cursor<'t> {
    /// A line without its comment.
    pub(super) fn new(line: &'t str) -> Cursor<'t> {
        Cursor { rest: &line[..comment_start(line)] }
    }

    fn skip(&mut self) {
        self.rest = self.rest.trim_start();
    }

    pub(super) fn at_end(&mut self) -> bool {
        self.skip();
        self.rest.is_empty()
    }

    pub(super) fn end(&mut self) -> Read<()> {
        if self.at_end() { Ok(()) } else { Err(format!("`{}` is too much", self.rest.trim_end())) }
    }

    /// Takes this text when it comes next.
    pub(super) fn eat(&mut self, text: &str) -> bool {
        self.skip();
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    pub(super) fn need(&mut self, text: &str) -> Read<()> {
        if self.eat(text) {
            Ok(())
        } else {
            Err(format!("`{text}` is missing before `{}`", self.rest.trim_end()))
        }
    }

    /// Letters, digits, `_` and dots between them.
    pub(super) fn word(&mut self) -> Read<&'t str> {
        self.skip();
        let end = self
            .rest
            .char_indices()
            .find(|(i, c)| {
                !(c.is_ascii_alphanumeric()
                    || *c == '_'
                    || (*c == '.' && !self.rest[*i..].starts_with("..")))
            })
            .map_or(self.rest.len(), |(i, _)| i);
        if end == 0 {
            return Err(format!("a word is missing before `{}`", self.rest.trim_end()));
        }
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        Ok(word)
    }

    /// A number, with sign; `0x` for hexadecimal bits.
    pub(super) fn number(&mut self) -> Read<i128> {
        self.skip();
        let negative = self.eat("-");
        if !negative {
            self.eat("+");
        }
        let (radix, digits) = match self.rest.strip_prefix("0x") {
            Some(rest) => (16, rest),
            None => (10, self.rest),
        };
        let end = digits.find(|c: char| !c.is_digit(radix)).unwrap_or(digits.len());
        let value = i128::from_str_radix(&digits[..end], radix)
            .map_err(|_| format!("a number is missing before `{}`", self.rest.trim_end()))?;
        self.rest = &digits[end..];
        Ok(if negative { -value } else { value })
    }

    pub(super) fn number_as<T: TryFrom<i128>>(&mut self) -> Read<T> {
        let value = self.number()?;
        T::try_from(value).map_err(|_| format!("{value} is out of range"))
    }

    /// A prefix and a number, like `r5`.
    pub(super) fn id(&mut self, prefix: &str) -> Read<u32> {
        self.need(prefix)?;
        if !self.rest.starts_with(|c: char| c.is_ascii_digit()) {
            return Err(format!("a number is missing behind `{prefix}`"));
        }
        self.number_as()
    }

    /// A string literal.
    pub(super) fn string(&mut self) -> Read<String> {
        self.need("\"")?;
        let mut out = String::new();
        let mut chars = self.rest.chars();
        loop {
            match chars.next() {
                Some('"') => break,
                Some('\\') => out.push(escape(&mut chars)?),
                Some(c) => out.push(c),
                None => return Err("a string is not closed".into()),
            }
        }
        self.rest = chars.as_str();
        Ok(out)
    }

    /// Items in parentheses with commas.
    pub(super) fn list<T>(
        &mut self,
        mut item: impl FnMut(&mut Cursor<'t>) -> Read<T>,
    ) -> Read<Vec<T>> {
        self.need("(")?;
        let mut items = Vec::new();
        if self.eat(")") {
            return Ok(items);
        }
        loop {
            items.push(item(self)?);
            if self.eat(")") {
                return Ok(items);
            }
            self.need(",")?;
        }
    }

    pub(super) fn starts_with(&mut self, text: &str) -> bool {
        self.skip();
        self.rest.starts_with(text)
    }
}

fn escape(chars: &mut std::str::Chars<'_>) -> Read<char> {
    match chars.next() {
        Some('n') => Ok('\n'),
        Some('t') => Ok('\t'),
        Some('r') => Ok('\r'),
        Some(c @ ('"' | '\\')) => Ok(c),
        Some('u') if chars.next() == Some('{') => {
            let hex: String = chars.by_ref().take_while(|c| *c != '}').collect();
            let code = u32::from_str_radix(&hex, 16).ok().and_then(char::from_u32);
            code.ok_or_else(|| "an escape is no character".into())
        }
        _ => Err("an unknown escape".into()),
    }
}

/// Where the comment of a line begins: a `;` outside strings.
fn comment_start(line: &str) -> usize {
    let mut in_string = false;
    let mut escaped = false;
    for (i, c) in line.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if in_string => escaped = true,
            '"' => in_string = !in_string,
            ';' if !in_string => return i,
            _ => {}
        }
    }
    line.len()
}
