//! A section's header, `[profile DB1]`, taken apart. What a header means for the lines below it, and how a mistake in
//! it is told, is decided by the grammar.

/// A line that begins with `[`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Header<'a> {
    /// The word before the name, such as `profile` or `sso-session`, or the only word there is.
    pub word: &'a str,
    /// What follows the word, trimmed; empty when nothing does.
    pub name: &'a str,
    /// All that stands between the brackets, trimmed.
    pub whole: &'a str,
    /// Whether the closing bracket is there.
    pub closed: bool,
    /// Whether something other than a comment follows the closing bracket.
    pub trailing: bool,
}

/// Takes a trimmed line apart, or answers `None` when it does not begin with `[`.
pub(super) fn read(line: &str) -> Option<Header<'_>> {
    let inside = line.strip_prefix('[')?;
    let (whole, rest) = match closing_bracket(inside) {
        Some(end) => (&inside[..end], Some(inside[end + 1..].trim())),
        None => (without_comment(inside), None),
    };
    let whole = whole.trim();
    let (word, name) = match whole.split_once(char::is_whitespace) {
        Some((word, name)) if !whole.starts_with(['"', '\'']) => (word, name.trim()),
        _ => (whole, ""),
    };
    let trailing = rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['#', ';']));
    Some(Header { word, name, whole, closed: rest.is_some(), trailing })
}

/// The first `]` outside a quoted name, else the first at all.
fn closing_bracket(inside: &str) -> Option<usize> {
    let mut quote = None;
    let mut before = ' ';
    for (at, character) in inside.char_indices() {
        match (quote, character) {
            (None, ']') => return Some(at),
            (None, '"' | '\'') if before.is_whitespace() => quote = Some(character),
            (Some(open), _) if open == character => quote = None,
            _ => {}
        }
        before = character;
    }
    inside.find(']')
}

/// The line up to a `#` or `;` that follows a blank, as AWS's SDKs read an inline comment.
pub(super) fn without_comment(line: &str) -> &str {
    let mut before = 'x';
    for (at, character) in line.char_indices() {
        if matches!(character, '#' | ';') && before.is_whitespace() {
            return line[..at].trim_end();
        }
        before = character;
    }
    line
}

/// The same for a command line: what stands within its quotes, or behind a backslash, is no comment. Quotes that do not
/// close are an apostrophe, and count for nothing.
pub(super) fn without_comment_outside_quotes(line: &str) -> &str {
    let (mut quote, mut before, mut escaped) = (None, ' ', false);
    let mut comment = None;
    for (at, character) in line.char_indices() {
        match (quote, character) {
            _ if escaped => {
                (escaped, before) = (false, 'x');
                continue;
            }
            (None | Some('"'), '\\') => escaped = true,
            (None, '"' | '\'') => quote = Some(character),
            (Some(open), _) if open == character => quote = None,
            (None, '#' | ';') if before.is_whitespace() => {
                comment = Some(at);
                break;
            }
            _ => {}
        }
        before = character;
    }
    match (quote, comment) {
        (Some(_), _) => without_comment(line),
        (None, Some(at)) => line[..at].trim_end(),
        (None, None) => line,
    }
}

/// The name without its quotes, and whether it was quoted. A quote that does not close is part of the name.
pub(super) fn unquoted(name: &str) -> (&str, bool) {
    for quote in ['"', '\''] {
        let inner = name.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
        if let Some(inner) = inner.filter(|inner| !inner.contains(quote)) {
            return (inner, true);
        }
    }
    (name, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(line: &str) -> (&str, &str, bool, bool) {
        let header = read(line).unwrap();
        (header.word, header.name, header.closed, header.trailing)
    }

    #[test]
    fn headers_come_apart() {
        assert_eq!(parts("[default]"), ("default", "", true, false));
        assert_eq!(parts("[ profile \t x ] # c"), ("profile", "x", true, false));
        assert_eq!(parts("[profile x];c"), ("profile", "x", true, false));
        assert_eq!(parts("[profile x] c"), ("profile", "x", true, true));
        assert_eq!(parts("[profile x # c"), ("profile", "x", false, false));
        assert_eq!(parts("[profile \"a]b\"]"), ("profile", "\"a]b\"", true, false));
        assert_eq!(parts("[profile bob's]"), ("profile", "bob's", true, false));
        assert_eq!(parts("[profile 'bob]"), ("profile", "'bob", true, false));
        assert_eq!(parts("[]"), ("", "", true, false));
        assert_eq!(read("x = ["), None);
    }

    #[test]
    fn a_command_keeps_what_its_quotes_hold() {
        let command = without_comment_outside_quotes;
        assert_eq!(command("get --name \"a #b\" # c"), "get --name \"a #b\"");
        assert_eq!(command("get 'a ;b' --x=#y"), "get 'a ;b' --x=#y");
        assert_eq!(command("get \"say \\\" #1\" ; c"), "get \"say \\\" #1\"");
        assert_eq!(command("get a\\ #b"), "get a\\ #b");
        assert_eq!(command("get ann's # c"), "get ann's");
        assert_eq!(command("get"), "get");
    }

    #[test]
    fn quotes_come_off_in_pairs_only() {
        assert_eq!(unquoted("\"a b\""), ("a b", true));
        assert_eq!(unquoted("'a'"), ("a", true));
        assert_eq!(unquoted("\"a"), ("\"a", false));
        assert_eq!(unquoted("\""), ("\"", false));
    }
}
