//! Comparing databases: what each has (`setting`, read from the store by `gather`, `owner` and `families`), what a value
//! means (`meaning`; with `variables`, `formula`, `template` and `classes` for what AWS computes or fills in, and with
//! `own_names` for a database's own name in a text), whether two mean the same (`same`, `same_computed`), what is ignored
//! (`rules`, as a file `rule_text`), and all of it lined up (`compare`, `spread`), now, as it was (`moments` says when it
//! changed), or compared with what was written down once (`baseline`, `drift`). Pure functions over records; only `gather`,
//! `owner`, `families`, `drift` and `moments` read the store. Nothing
//! here calls AWS, prints or knows a view.

pub mod baseline;
pub mod classes;
pub mod compare;
pub mod drift;
pub mod families;
pub mod formula;
pub mod gather;
pub mod meaning;
pub mod moments;
mod named;
pub mod own_names;
mod owner;
pub mod rule_text;
pub mod rules;
pub mod same;
mod same_computed;
pub mod setting;
pub mod spread;
pub mod template;
pub mod variables;
