//! Comparing databases: what each has (`setting`, read from the store by `gather`), what a value means (`meaning`, with
//! `formula` and `classes` for what is computed, and `own_names` for a database's own name in a text), whether two mean the same (`same`), what is looked past (`rules`, as
//! a file `rule_text`), and
//! all of it lined up (`compare`, `spread`), now, as it was (`moments` says when it changed), or beside what was written
//! down once (`baseline`, `drift`). Pure functions over records; only `gather`, `drift` and `moments` read the store. Nothing
//! here calls AWS, prints or knows a view.

pub mod baseline;
pub mod classes;
pub mod compare;
pub mod drift;
pub mod formula;
pub mod gather;
pub mod meaning;
pub mod moments;
mod named;
pub mod own_names;
pub mod rule_text;
pub mod rules;
pub mod same;
pub mod setting;
pub mod spread;
