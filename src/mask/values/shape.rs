//! What the masked values of a column must look like.

use super::locale::Locale;
use crate::config::Mask;
use crate::config::Secret;

/// The type of a column's values, as far as masks and the binary COPY form tell types apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// `text`, `varchar`, `name`, and whatever is written and compared as its text.
    #[default]
    Text,
    /// `character(n)`: compared without the spaces at its end.
    Bpchar,
    /// Compared in lower case.
    Citext,
    Enum,
    Boolean,
    /// With the size of its type in bytes: 2, 4 or 8.
    Integer(u8),
    /// Compared without the zeros at its end.
    Numeric,
    /// With the size of its type in bytes: 4 or 8.
    Float(u8),
    /// Written with the signs of the server's locale.
    Money,
    Uuid,
    Date,
    Timestamp,
    TimestampTz,
    Inet,
    Cidr,
    MacAddr,
    MacAddr8,
    Json,
    Jsonb,
    Hstore,
    Xml,
    Bytea,
    Point,
    Array(Box<Kind>),
    /// A type whose text form only the server can read. Only `null` and `constant` fit it.
    Other,
}

impl Kind {
    /// By the name that `format_type` gives a type, its modifiers and its schema aside. Enums,
    /// domains and composites are not known by their names.
    #[must_use]
    pub fn of(type_name: &str) -> Kind {
        if let Some(element) = type_name.strip_suffix("[]") {
            return Kind::Array(Box::new(Kind::of(element)));
        }
        let (before, rest) = type_name.split_once('(').unwrap_or((type_name, ""));
        let zoned = rest.contains("with time zone") || before.ends_with("with time zone");
        let name = before.trim();
        let name = name.rsplit('.').next().unwrap_or(name).trim_matches('"');
        match name {
            "text" | "character varying" | "varchar" | "name" => Kind::Text,
            "character" | "bpchar" | "char" => Kind::Bpchar,
            "citext" => Kind::Citext,
            "boolean" | "bool" => Kind::Boolean,
            "smallint" | "int2" => Kind::Integer(2),
            "integer" | "int4" => Kind::Integer(4),
            "bigint" | "int8" => Kind::Integer(8),
            "numeric" => Kind::Numeric,
            "real" | "float4" => Kind::Float(4),
            "double precision" | "float8" => Kind::Float(8),
            "money" => Kind::Money,
            "uuid" => Kind::Uuid,
            "date" => Kind::Date,
            "timestamptz" => Kind::TimestampTz,
            "inet" => Kind::Inet,
            "cidr" => Kind::Cidr,
            "macaddr" => Kind::MacAddr,
            "macaddr8" => Kind::MacAddr8,
            "json" => Kind::Json,
            "jsonb" => Kind::Jsonb,
            "hstore" => Kind::Hstore,
            "xml" => Kind::Xml,
            "bytea" => Kind::Bytea,
            "point" => Kind::Point,
            _ if name.starts_with("timestamp") && zoned => Kind::TimestampTz,
            _ if name.starts_with("timestamp") => Kind::Timestamp,
            _ => Kind::Other,
        }
    }

    /// Values are written as any text.
    #[must_use]
    pub fn is_textual(&self) -> bool {
        matches!(self, Kind::Text | Kind::Bpchar | Kind::Citext)
    }

    #[must_use]
    pub fn is_number(&self) -> bool {
        matches!(self, Kind::Integer(_) | Kind::Numeric | Kind::Float(_))
    }

    #[must_use]
    pub fn is_document(&self) -> bool {
        matches!(self, Kind::Json | Kind::Jsonb | Kind::Hstore | Kind::Xml)
    }
}

/// What the masked values of a column must look like. Columns that a foreign key ties have one
/// shape: equal values then give equal results.
#[derive(Clone, Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is a separate fact about the column")]
pub struct Shape {
    /// Names what belongs together. Columns with the same tie, mask and shape get equal results
    /// for equal values.
    pub tie: String,
    pub kind: Kind,
    /// `varchar(n)`, `character(n)`; of tied columns the smallest.
    pub max_chars: Option<usize>,
    /// Distinct values give distinct results: there is a unique index, or a key.
    pub unique: bool,
    /// A unique index is over a part of the value: what tells results apart comes first.
    pub distinct_first: bool,
    pub not_null: bool,
    /// Results have no capital letters.
    pub lower_case: bool,
    /// Results have no other characters than ASCII: the encoding of the database has no others.
    pub ascii: bool,
    pub locale: Option<Locale>,
    /// The values that an enum, or a CHECK like one, allows.
    pub allowed: Vec<String>,
    /// Of masked e-mail addresses; `example.com` without one.
    pub email_domain: Option<String>,
    /// E-mail addresses at these domains stay.
    pub kept_email_domains: Vec<String>,
    /// What reviewers sign in with.
    pub password: Option<Secret>,
    /// For [`Mask::Json`]: paths within the document, and their masks.
    pub paths: Vec<(String, Mask)>,
    /// The day of the snapshot, as `2026-11-29`: dates of its year are not masked into the future.
    pub today: Option<String>,
}
