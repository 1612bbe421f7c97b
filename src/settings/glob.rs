//! Patterns as shells have them: `*` for any text, `?` for one character; letters match in any case.

/// Whether a text fits a pattern as a whole.
pub fn fits(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = pattern.to_lowercase().chars().collect();
    let text: Vec<char> = text.to_lowercase().chars().collect();
    let (mut at, mut read) = (0, 0);
    // Where the last star stands, and how much of the text it has taken so far.
    let mut star: Option<(usize, usize)> = None;
    while read < text.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, read));
                at += 1;
            }
            Some(wanted) if *wanted == '?' || *wanted == text[read] => {
                at += 1;
                read += 1;
            }
            _ => {
                let Some((place, taken)) = star else { return false };
                star = Some((place, taken + 1));
                at = place + 1;
                read = taken + 1;
            }
        }
    }
    pattern[at..].iter().all(|rest| *rest == '*')
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn patterns_fit_as_in_a_shell() {
        for (pattern, text) in
            [("*-prod", "billing-prod"), ("*", ""), ("HR?ROD", "hrprod"), ("a*b*c", "a-b-b-c"), ("db", "DB")]
        {
            assert!(fits(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("*-prod", "billing-prod-eu"), ("?", ""), ("a*b", "a"), ("prod", "prod2")] {
            assert!(!fits(pattern, text), "{pattern} {text}");
        }
    }
}
