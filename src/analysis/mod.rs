//! Comparing databases: what each has (`setting`, in a `section`, read from the store by `gather`), what a value means (`meaning`, with
//! `formula` and `classes` for what is computed), whether two mean the same (`same`), what is looked past (`rules`), and
//! all of it lined up (`compare`, `spread`), now or beside what was written down once (`baseline`, `drift`). Pure functions over records; only `gather` and `drift` read the store. Nothing here
//! calls AWS, prints or knows a view.

pub mod baseline;
pub mod classes;
pub mod compare;
pub mod drift;
pub mod formula;
pub mod gather;
pub mod meaning;
pub mod rules;
pub mod same;
pub mod section;
pub mod setting;
pub mod spread;
