//! `--limit NAME=AMOUNT`: the bounds of a run.

use lumen_vm::Limits;

/// The names that a limit can have.
const NAMES: &str = "`memory`, `stack`, `instructions` or `output`";

/// The limits of a run; later ones win.
pub(super) fn parse(texts: &[String]) -> Result<Limits, String> {
    parse_over(Limits::default(), texts)
}

/// The limits with those that the texts name changed.
pub(super) fn parse_over(mut limits: Limits, texts: &[String]) -> Result<Limits, String> {
    for text in texts {
        let (name, amount) = text
            .split_once('=')
            .ok_or_else(|| format!("`--limit {text}`: write NAME=AMOUNT, NAME is {NAMES}"))?;
        let amount = amount_of(amount).ok_or_else(|| {
            format!("`--limit {text}`: the amount is a number such as 1000, 64k, 64m or 2g")
        })?;
        match name {
            "memory" => limits.memory = bytes(amount),
            "stack" => limits.stack = bytes(amount),
            "instructions" => limits.instructions = Some(amount),
            "output" => limits.output = Some(amount),
            _ => return Err(format!("`--limit {text}`: there is no limit `{name}`, only {NAMES}")),
        }
    }
    Ok(limits)
}

fn bytes(amount: u64) -> usize {
    usize::try_from(amount).unwrap_or(usize::MAX)
}

/// A number with an optional `k`, `m` or `g` for powers of 1024, and optional underscores.
fn amount_of(text: &str) -> Option<u64> {
    let (digits, shift) = match text.char_indices().next_back()? {
        (at, 'k' | 'K') => (&text[..at], 10),
        (at, 'm' | 'M') => (&text[..at], 20),
        (at, 'g' | 'G') => (&text[..at], 30),
        _ => (text, 0),
    };
    let is_number = digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.chars().all(|c| c.is_ascii_digit() || c == '_');
    let number: u64 = if is_number { digits.replace('_', "").parse().ok()? } else { return None };
    number.checked_mul(1 << shift)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_units() {
        assert_eq!(amount_of("64m"), Some(64 << 20));
        assert_eq!(amount_of("1_000"), Some(1000));
        assert_eq!(amount_of("2G"), Some(2 << 30));
        for wrong in ["", "m", "-1", "1.5m", "1x", "99999999999999999999", "17179869184g", "é"] {
            assert_eq!(amount_of(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn limits_have_names() {
        let limits = parse(&["memory=1k".to_owned(), "instructions=5".to_owned()]).expect("good");
        assert_eq!((limits.memory, limits.instructions), (1024, Some(5)));
        assert!(parse(&["speed=1".to_owned()]).is_err());
        assert!(parse(&["memory".to_owned()]).is_err());
    }
}
