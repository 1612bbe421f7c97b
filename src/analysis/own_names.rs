//! Texts in which a database's own name, account or region may stand, so that the tag `billing-prod` of `billing-prod` and
//! the tag `billing-test` of `billing-test` mean the same. An own name is marked in the text and never replaced by a
//! word, so no text that AWS sends can look like one. A baseline's file writes it as a placeholder, with an escape for
//! texts that spell a placeholder themselves.
//!
//! Two texts mean the same if they are identical, or if they are the same apart from own names. This is no equivalence:
//! `ledger` on a database called `ledger` means the same as `ledger` on its replica and as `orders` on a database called
//! `orders`, and these two differ. `compare::alike` says how a majority is found in spite of that.

use super::meaning::Owner;

/// What a database has a name of its own for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Own {
    Account,
    Region,
    Identifier,
}

impl Own {
    const ALL: [Own; 3] = [Own::Account, Own::Region, Own::Identifier];

    fn placeholder(self) -> &'static str {
        match self {
            Own::Account => "{account}",
            Own::Region => "{region}",
            Own::Identifier => "{identifier}",
        }
    }

    fn of(self, owner: &Owner) -> &str {
        match self {
            Own::Account => &owner.account_id,
            Own::Region => &owner.region,
            Own::Identifier => &owner.identifier,
        }
    }
}

/// An own name and where it is in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Mark {
    own: Own,
    start: usize,
    /// The same as `start` where a baseline does not say the name.
    end: usize,
}

/// A text with its own names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NamedText {
    text: String,
    /// In order.
    marks: Vec<Mark>,
}

/// A part of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Piece<'a> {
    Text(&'a str),
    Own(Own),
}

/// Names of fewer letters are ordinary words, such as `prod`.
const SHORT: usize = 6;
/// An opening brace that begins no placeholder.
const BRACE: &str = "{{}";
/// Nothing at all, where an empty text would mean that there is no value.
const EMPTY: &str = "{empty}";
/// A semicolon within an item of a list.
const SEMICOLON: &str = "{;}";

impl NamedText {
    /// A text without own names.
    pub fn plain(text: impl Into<String>) -> NamedText {
        NamedText { text: text.into(), marks: Vec::new() }
    }

    /// A text in which the owner's names are marked, where they stand as whole words.
    pub fn find(text: &str, owner: &Owner) -> NamedText {
        let mut own: Vec<(Own, &str)> = Own::ALL.iter().map(|own| (*own, own.of(owner))).collect();
        own.retain(|(_, name)| !name.is_empty() && text.contains(name));
        // A region within the database's name belongs to the name.
        own.sort_by_key(|(_, name)| std::cmp::Reverse(name.len()));
        let mut found = NamedText::plain(text);
        let mut at = 0;
        while let Some(letter) = text[at..].chars().next().filter(|_| !own.is_empty()) {
            let is_here = |(own, name): &&(Own, &str)| {
                text[at..].starts_with(name) && is_whole(*own, text, at, at + name.len())
            };
            match own.iter().find(is_here) {
                Some((own, name)) => {
                    found.marks.push(Mark { own: *own, start: at, end: at + name.len() });
                    at += name.len();
                }
                None => at += letter.len_utf8(),
            }
        }
        found
    }

    /// The text; without the names that a baseline does not say.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether the text has own names.
    pub fn has_own(&self) -> bool {
        !self.marks.is_empty()
    }

    /// Whether every name is said, so that the text is what AWS sends.
    pub fn is_verbatim(&self) -> bool {
        self.marks.iter().all(|mark| mark.start < mark.end)
    }

    /// The parts, whatever the own names are: two texts are the same apart from own names if these are the same.
    pub fn pieces(&self) -> Vec<Piece<'_>> {
        let mut pieces = Vec::with_capacity(2 * self.marks.len() + 1);
        let mut at = 0;
        for mark in &self.marks {
            pieces.push(Piece::Text(&self.text[at..mark.start]));
            pieces.push(Piece::Own(mark.own));
            at = mark.end;
        }
        pieces.push(Piece::Text(&self.text[at..]));
        pieces.retain(|piece| *piece != Piece::Text(""));
        pieces
    }

    /// Whether both are the same text, letter by letter.
    pub fn is_identical(&self, other: &NamedText) -> bool {
        self.is_verbatim() && other.is_verbatim() && self.text == other.text
    }

    /// Whether both are the same apart from own names.
    pub fn is_same_apart_from_names(&self, other: &NamedText) -> bool {
        self.marks.len() == other.marks.len() && self.pieces() == other.pieces()
    }

    /// As a baseline's file writes it: own names as placeholders.
    pub fn written(&self) -> String {
        self.write(false)
    }

    /// As `written`, for an item of a list whose items are separated by semicolons.
    pub fn written_in_list(&self) -> String {
        self.write(true)
    }

    fn write(&self, in_list: bool) -> String {
        let mut written = String::with_capacity(self.text.len());
        for piece in self.pieces() {
            match piece {
                Piece::Own(own) => written.push_str(own.placeholder()),
                Piece::Text(text) => {
                    for (at, letter) in text.char_indices() {
                        match letter {
                            '{' if is_reserved(&text[at..]) => written.push_str(BRACE),
                            ';' if in_list => written.push_str(SEMICOLON),
                            letter => written.push(letter),
                        }
                    }
                }
            }
        }
        written
    }

    /// The opposite of `written`. The owner is whom the baseline was taken from, as far as it says that.
    pub fn read(written: &str, owner: &Owner) -> NamedText {
        let mut read = NamedText::default();
        let mut rest = written;
        while let Some(letter) = rest.chars().next() {
            let own = Own::ALL.into_iter().find(|own| rest.starts_with(own.placeholder()));
            if let Some(own) = own {
                let start = read.text.len();
                read.text.push_str(own.of(owner));
                read.marks.push(Mark { own, start, end: read.text.len() });
                rest = &rest[own.placeholder().len()..];
                continue;
            }
            let escaped = [(BRACE, "{"), (EMPTY, ""), (SEMICOLON, ";")];
            match escaped.into_iter().find(|(escape, _)| rest.starts_with(escape)) {
                Some((escape, text)) => {
                    read.text.push_str(text);
                    rest = &rest[escape.len()..];
                }
                None => {
                    read.text.push(letter);
                    rest = &rest[letter.len_utf8()..];
                }
            }
        }
        read
    }

    /// The items of a text that separates them with commas, without the blanks around each.
    pub fn split_commas(&self) -> Vec<NamedText> {
        let mut items = Vec::new();
        let mut start = 0;
        for item in self.text.split(',') {
            let end = start + item.len();
            let is_within = |mark: &&Mark| start <= mark.start && mark.end <= end;
            let marks: Vec<Mark> = self.marks.iter().filter(is_within).copied().collect();
            // A name that is not said ends a blank as well as any letter.
            let blank = start + item.len() - item.trim_start().len();
            let from = marks.first().map_or(blank, |mark| blank.min(mark.start));
            let to = marks.last().map_or(0, |mark| mark.end).max(start + item.trim_end().len()).max(from);
            let moved = |mark: Mark| Mark { start: mark.start - from, end: mark.end - from, ..mark };
            let marks = marks.into_iter().map(moved).collect();
            items.push(NamedText { text: self.text[from..to].to_owned(), marks });
            start = end + 1;
        }
        items
    }

    /// The text in small letters.
    #[must_use]
    pub fn in_small_letters(&self) -> NamedText {
        let mut lowered = NamedText::default();
        let mut at = 0;
        for mark in &self.marks {
            lowered.text.push_str(&self.text[at..mark.start].to_lowercase());
            let start = lowered.text.len();
            lowered.text.push_str(&self.text[mark.start..mark.end].to_lowercase());
            lowered.marks.push(Mark { start, end: lowered.text.len(), ..*mark });
            at = mark.end;
        }
        lowered.text.push_str(&self.text[at..].to_lowercase());
        lowered
    }

    /// Whether nothing is in it, not even a name.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty() && self.marks.is_empty()
    }
}

/// An explicitly empty text, as a baseline's file writes it.
pub fn written_empty() -> String {
    EMPTY.to_owned()
}

/// The items of a list in a baseline's file.
pub fn split_list(written: &str) -> Vec<&str> {
    let mut items = Vec::new();
    let mut start = 0;
    for (at, _) in written.match_indices(';') {
        if !(written[..at].ends_with('{') && written[at..].starts_with(";}")) {
            items.push(&written[start..at]);
            start = at + 1;
        }
    }
    items.push(&written[start..]);
    items
}

fn is_reserved(text: &str) -> bool {
    let placeholders = Own::ALL.map(Own::placeholder);
    placeholders.into_iter().chain([BRACE, EMPTY, SEMICOLON]).any(|word| text.starts_with(word))
}

/// Whether a name is a word of its own in a text: `orders` is none in `reorders`. A short name beside a hyphen may be there
/// by accident, as `prod` in `shop-prod`. An availability zone is its region with a letter behind it.
fn is_whole(own: Own, text: &str, start: usize, end: usize) -> bool {
    let is_short = own == Own::Identifier && end - start < SHORT;
    let is_glue = |letter: char| letter.is_alphanumeric() || is_short && matches!(letter, '-' | '_');
    if text[..start].ends_with(is_glue) {
        return false;
    }
    let after = &text[end..];
    let behind_zone = after.strip_prefix(|letter: char| letter.is_ascii_lowercase());
    let is_zone = own == Own::Region && behind_zone.is_some_and(|rest| !rest.starts_with(is_glue));
    is_zone || !after.starts_with(is_glue)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(identifier: &str) -> Owner {
        Owner {
            account_id: "111111111111".to_owned(),
            region: "eu-central-1".to_owned(),
            identifier: identifier.to_owned(),
            ..Owner::default()
        }
    }

    #[test]
    fn own_names_are_whole_words() {
        for (identifier, text, written) in [
            ("orders", "orders", "{identifier}"),
            ("orders", "reorders-x", "reorders-x"),
            ("orders", "orders2", "orders2"),
            ("orders", "orders-x/orders", "{identifier}-x/{identifier}"),
            ("prod", "prod", "{identifier}"),
            ("prod", "prod.abc.eu-central-1.rds", "{identifier}.abc.{region}.rds"),
            ("prod", "shop-prod", "shop-prod"),
            ("east", "us-east-2", "us-east-2"),
            ("db1", "db1 and db12", "{identifier} and db12"),
            (
                "db1",
                "eu-central-1a, eu-central-1ab, eu-central-12",
                "{region}a, eu-central-1ab, eu-central-12",
            ),
            ("db1", "111111111111 9111111111111", "{account} 9111111111111"),
            ("x-eu-central-1", "x-eu-central-1 eu-central-1", "{identifier} {region}"),
            ("größe", "{größe}", "{{identifier}}"),
            ("", "", ""),
        ] {
            assert_eq!(NamedText::find(text, &owner(identifier)).written(), written, "{identifier}: {text}");
        }
    }

    #[test]
    fn what_is_written_comes_back_and_nothing_spells_a_placeholder_by_accident() {
        let owner = owner("orders");
        for text in [
            "{identifier}",
            "{{identifier}}",
            "{orders}",
            "{{}identifier}",
            "{{}{;};{empty}",
            "a;b",
            "{;orders;}",
            "{orders{account}111111111111{",
            "{DBInstanceClassMemory/9531392}",
        ] {
            let found = NamedText::find(text, &owner);
            assert_eq!(NamedText::read(&found.written(), &owner), found, "{text}");
            let item = found.written_in_list();
            assert_eq!(split_list(&item), [item.as_str()], "{text}");
            assert_eq!(NamedText::read(&item, &owner), found, "{text}");
            let unnamed = NamedText::read(&found.written(), &Owner::default());
            assert!(unnamed.is_same_apart_from_names(&found), "{text}");
        }
        assert_eq!(NamedText::find("{identifier}", &owner).written(), "{{}identifier}");
        assert_eq!(NamedText::find("{DBInstanceVCPU}", &owner).written(), "{DBInstanceVCPU}");
        assert_eq!(split_list("a; b{;}c;"), ["a", " b{;}c", ""]);
    }

    #[test]
    fn a_text_is_the_same_letter_by_letter_or_apart_from_names() {
        let find = |text, identifier| NamedText::find(text, &owner(identifier));
        let (own, others) = (find("ledger", "ledger"), find("ledger", "ledger-r1"));
        assert!(own.is_identical(&others) && !own.is_same_apart_from_names(&others));
        assert!(own.is_same_apart_from_names(&find("orders", "orders")));
        assert!(!others.is_same_apart_from_names(&find("orders", "orders")));
        let unnamed = NamedText::read("{identifier}", &Owner::default());
        assert!(unnamed.is_same_apart_from_names(&own) && !unnamed.is_identical(&own));
        assert!(!unnamed.is_same_apart_from_names(&find("{identifier}", "ledger")));
    }

    #[test]
    fn the_items_of_a_list_keep_their_names() {
        let list = NamedText::find(" orders ,a , 111111111111:x,", &owner("orders"));
        let items: Vec<String> = list.split_commas().iter().map(NamedText::written).collect();
        assert_eq!(items, ["{identifier}", "a", "{account}:x", ""]);
        let unnamed = NamedText::read("{identifier} , x {account} ,{region}", &Owner::default());
        let items: Vec<String> = unnamed.split_commas().iter().map(NamedText::written).collect();
        assert_eq!(items, ["{identifier}", "x {account}", "{region}"]);
        let upper = NamedText::read("ÄB {identifier} C", &owner("Orders"));
        assert_eq!(upper.in_small_letters(), NamedText::find("äb orders c", &owner("orders")));
    }
}
