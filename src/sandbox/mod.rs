//! Stand-in until the sandbox lands.
#[derive(Clone, Debug)]
pub struct Settings {}
impl Settings { pub fn demo() -> Settings { Settings {} } }
