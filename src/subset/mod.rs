//! Which rows: the pure core of the selection. It decides, and holds no socket. Its shell
//! `load::select` sends the queries that this room writes, and brings the answers back.
//!
//! | here (decides) | in `load/select` (asks) | what |
//! | --- | --- | --- |
//! | `rules`, `size`, `graph` | `planning` | how many rows of each table, in which order |
//! | `questions` | `asking` | the SQL of a question; sending it, walking the answer |
//! | `choice` | `choosing` | which rows a table has before foreign keys pull in more |
//! | `references`, `noted_keys` | `closure`, `descendants` | which keys are there, and which are missing |
//! | `only` | `load/only` | which part of each table may be read at all |
//! | `rows`, `keys`, `key_set` | `chosen`, `travelling` | sets of addresses and of keys; rows on their way |
//!
//! # Glossary of the selection
//!
//! | word | meaning |
//! | --- | --- |
//! | address | partition, block and offset (`ctid`) of a row in the source's snapshot |
//! | N(T), n(T) | how many rows a table has, and how many of them are to be chosen |
//! | fraction | the share of rows that tables without a rule of their own give |
//! | rank | a seeded function of the primary key; rows of low rank go first |
//! | parent, child | the referenced row and the referencing row of a foreign key |
//! | driving foreign key | a foreign key along which children of chosen rows are chosen |
//! | spare row | a row that no chosen parent brings; the next one by rank |
//! | place | the position of a row in the order in which its table fills up |
//! | due | the fraction at which a place is filled |
//! | since, moment | the fraction at which a row came into the subset |
//! | foreseen | chosen by a slightly larger fraction: looked ahead at, and not copied |
//! | feature | a value that is to be there at least once (coverage) |
//! | referenced key | the columns that a foreign key references |
//! | want | foreign keys that are looked up together: same referenced key, same types |
//! | closure | adding the rows that wants name, until none is missing |
//! | misfit | a value that no referenced row can have, such as text where the key is a number |
//! | layout | which values a question asks of a table's rows, and which keys they make |
//! | early row | a row that is read together with its keys, and sent to the target when it is chosen |
//! | batch | the rows that one question brings |

pub mod budget;
pub mod bytes;
pub mod choice;
pub mod descent;
pub mod graph;
pub mod key_ranges;
pub mod key_set;
pub mod keys;
pub mod lock_tables;
mod mix;
pub mod noted_keys;
pub mod nulling;
pub mod only;
pub mod permutation;
pub mod questions;
pub mod references;
pub mod relations;
pub mod rows;
pub mod rules;
pub mod size;
pub mod small;
pub mod widths;
