//! What the type of a column can hold.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// With its length at most.
    Text(Option<usize>),
    Flag,
    /// With its size in bytes.
    Integer(u8),
    Decimal,
    Money,
    Date,
    Timestamp,
    Uuid,
    Inet,
    Mac,
    Json,
    Hstore,
    Xml,
    Bytes,
    Point,
    /// `geometry`, `geography`: only the server reads it.
    Shape,
    /// The words of a text, for searching.
    Vector,
    /// Enums, ranges, and what nothing is known of.
    Other,
}

impl Class {
    /// By the name that `format_type` gives the type, and whether it is an array of it.
    pub(super) fn of(type_name: &str) -> (Class, bool) {
        let bare = type_name.trim_end_matches("[]");
        let array = bare.len() < type_name.len();
        let (before, rest) = bare.split_once('(').unwrap_or((bare, ""));
        let room = rest.split([')', ',']).next().and_then(|room| room.trim().parse().ok());
        let name = before.trim();
        let name = name.rsplit('.').next().unwrap_or(name).trim_matches('"');
        let class = match name {
            "text" | "character varying" | "varchar" | "citext" | "string" => Class::Text(room),
            "name" => Class::Text(Some(63)),
            "character" | "bpchar" | "char" => Class::Text(room.or(Some(1))),
            "boolean" | "bool" => Class::Flag,
            "smallint" | "int2" => Class::Integer(2),
            "integer" | "int4" | "int" => Class::Integer(4),
            "bigint" | "int8" => Class::Integer(8),
            "numeric" | "decimal" | "real" | "float4" | "double precision" | "float8" => {
                Class::Decimal
            }
            "money" => Class::Money,
            "date" => Class::Date,
            "uuid" => Class::Uuid,
            "inet" | "cidr" => Class::Inet,
            "macaddr" | "macaddr8" => Class::Mac,
            "json" | "jsonb" => Class::Json,
            "hstore" => Class::Hstore,
            "xml" => Class::Xml,
            "bytea" => Class::Bytes,
            "point" => Class::Point,
            "geometry" | "geography" => Class::Shape,
            "tsvector" => Class::Vector,
            _ if name.starts_with("timestamp") => Class::Timestamp,
            _ => Class::Other,
        };
        (class, array)
    }

    pub(super) fn is_text(self) -> bool {
        matches!(self, Class::Text(_))
    }
}
