//! Where the window has been, so that it can go back as a browser does. It keeps places and knows nothing of what they
//! are.

/// Places that are remembered in one direction.
const KEPT: usize = 100;

/// The places before the one that is shown, and those one has come back from.
#[derive(Debug, Clone)]
pub struct History<P> {
    back: Vec<P>,
    forward: Vec<P>,
}

impl<P> Default for History<P> {
    fn default() -> History<P> {
        History { back: Vec::new(), forward: Vec::new() }
    }
}

impl<P: PartialEq> History<P> {
    /// A place was left for another one, not by going back or forward. What was there to go forward to is no more.
    pub fn left(&mut self, place: P) {
        self.forward.clear();
        if self.back.last() != Some(&place) {
            self.back.push(place);
        }
        if self.back.len() > KEPT {
            self.back.remove(0);
        }
    }

    /// The place before; the one that is shown now is the next to go forward to.
    pub fn back(&mut self, shown: P) -> Option<P> {
        let place = self.back.pop()?;
        self.forward.push(shown);
        Some(place)
    }

    /// The place that one came back from last.
    pub fn forward(&mut self, shown: P) -> Option<P> {
        let place = self.forward.pop()?;
        self.back.push(shown);
        Some(place)
    }

    pub fn can_go_back(&self) -> bool {
        !self.back.is_empty()
    }

    pub fn can_go_forward(&self) -> bool {
        !self.forward.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_goes_back_and_forward_as_in_a_browser() {
        let mut history = History::default();
        assert_eq!(history.back("a"), None);
        history.left("a");
        history.left("b");
        assert_eq!(history.back("c"), Some("b"));
        assert_eq!(history.back("b, searched"), Some("a"));
        assert!(!history.can_go_back());
        assert_eq!(history.forward("a"), Some("b, searched"), "as it was when it was left");
        history.left("b, searched");
        assert!(!history.can_go_forward(), "another way was taken");
        assert_eq!(history.back("d"), Some("b, searched"));
    }

    #[test]
    fn a_place_is_kept_once_and_not_for_ever() {
        let mut history = History::default();
        history.left(0);
        history.left(0);
        assert_eq!(history.back(1), Some(0));
        assert!(!history.can_go_back());
        for place in 0..200 {
            history.left(place);
        }
        assert_eq!(history.back.len(), KEPT);
        assert_eq!(history.back(200), Some(199));
    }
}
