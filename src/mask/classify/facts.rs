//! What is known of a table when its columns are classified.

/// A table and its columns, with values that the source was asked for.
#[derive(Clone, Debug, Default)]
pub struct TableFacts {
    pub schema: String,
    pub table: String,
    pub comment: Option<String>,
    pub columns: Vec<ColumnFacts>,
}

#[derive(Clone, Debug, Default)]
pub struct ColumnFacts {
    pub name: String,
    /// As `format_type` writes it (`character varying(40)`, `text[]`), looked through domains.
    pub type_name: String,
    /// The name of the domain, where the column has one.
    pub domain: Option<String>,
    /// The fields of a composite type: name and type, in order.
    pub fields: Vec<(String, String)>,
    pub comment: Option<String>,
    /// The text of each CHECK that mentions the column, its domain's included.
    pub checks: Vec<String>,
    pub unique: bool,
    pub nullable: bool,
    /// The table and the column that a foreign key on this column alone references.
    pub references: Option<(String, String)>,
    /// Text forms of values that are not NULL. May be empty.
    pub samples: Vec<String>,
}
