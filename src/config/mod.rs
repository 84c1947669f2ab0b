//! `review-data.toml` and the environment, read once into one validated [`Config`].

mod model;
mod secret;

pub use model::{
    Config, Located, Location, Migrate, OnFailure, Postdeploy, Rows, Size, Source, Subset,
    TableName, TableRule, Target,
};
pub use secret::Secret;
