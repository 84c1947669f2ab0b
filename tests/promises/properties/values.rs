//! Values: each is a number, and a column's kind says how it is written. Two columns that may
//! reference each other write one number as equal values, if not always with the same characters.

use super::dice::Dice;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Int2,
    Int4,
    Int8,
    Numeric,
    /// With two digits behind the point: equal to [`Kind::Numeric`]'s, and not the same.
    Scaled,
    /// A domain over `int4`.
    Domain,
    Text,
    Varchar,
    /// Padded with blanks.
    Bpchar,
    Uuid,
    Date,
    Timestamp,
    Enum,
    Bytea,
    Boolean,
    Json,
    Jsonb,
    Array,
    /// Has no equality.
    Point,
}

/// How many labels the enum has.
pub(super) const LABELS: usize = 12;

/// The types that are not the server's own.
pub(super) const TYPES: &str = "create type public.mood as enum ('l0', 'l1', 'l2', 'l3', 'l4', 'l5', 'l6', 'l7', 'l8', 'l9', 'l10', 'l11');\ncreate domain public.\"Whole\" as int4;\n";

impl Kind {
    /// What a key may be made of, the more usual ones more often.
    pub(super) fn of_key(dice: &mut Dice) -> Self {
        use Kind::{
            Bpchar, Bytea, Date, Domain, Enum, Int2, Int4, Int8, Numeric, Scaled, Text, Timestamp,
            Uuid, Varchar,
        };
        dice.pick(&[
            Int4, Int4, Int4, Int4, Int8, Int8, Int8, Uuid, Uuid, Text, Text, Varchar, Int2,
            Numeric, Scaled, Domain, Bpchar, Date, Timestamp, Enum, Bytea,
        ])
    }

    /// What any other column may be.
    pub(super) fn of_payload(dice: &mut Dice) -> Self {
        use Kind::{
            Array, Boolean, Bytea, Date, Enum, Int4, Json, Jsonb, Point, Scaled, Text, Timestamp,
            Uuid,
        };
        dice.pick(&[
            Text, Text, Int4, Boolean, Enum, Jsonb, Json, Array, Timestamp, Date, Scaled, Uuid,
            Bytea, Point,
        ])
    }

    /// What may reference a column of this kind; often the same.
    pub(super) fn of_reference_to(self, dice: &mut Dice) -> Self {
        use Kind::{
            Bpchar, Date, Domain, Int2, Int4, Int8, Numeric, Scaled, Text, Timestamp, Varchar,
        };
        if dice.percent(60) {
            return self;
        }
        match self {
            Int2 | Int4 | Int8 | Domain => dice.pick(&[Int2, Int4, Int8, Domain]),
            Numeric | Scaled => dice.pick(&[Numeric, Scaled, Int4, Int8]),
            Text | Varchar => dice.pick(&[Text, Varchar]),
            Bpchar => Bpchar,
            Timestamp => dice.pick(&[Timestamp, Date]),
            same => same,
        }
    }

    pub(super) fn sql(self) -> &'static str {
        match self {
            Kind::Int2 => "int2",
            Kind::Int4 => "int4",
            Kind::Int8 => "int8",
            Kind::Numeric | Kind::Scaled => "numeric",
            Kind::Domain => "public.\"Whole\"",
            Kind::Text => "text",
            Kind::Varchar => "varchar(60)",
            Kind::Bpchar => "char(16)",
            Kind::Uuid => "uuid",
            Kind::Date => "date",
            Kind::Timestamp => "timestamp",
            Kind::Enum => "public.mood",
            Kind::Bytea => "bytea",
            Kind::Boolean => "boolean",
            Kind::Json => "json",
            Kind::Jsonb => "jsonb",
            Kind::Array => "int4[]",
            Kind::Point => "point",
        }
    }

    pub(super) fn has_equality(self) -> bool {
        !matches!(self, Kind::Json | Kind::Point)
    }

    pub(super) fn is_integer(self) -> bool {
        matches!(self, Kind::Int2 | Kind::Int4 | Kind::Int8 | Kind::Domain)
    }

    /// How many different values there are, where these are few.
    pub(super) fn values(self) -> usize {
        match self {
            Kind::Enum => LABELS,
            Kind::Boolean => 2,
            _ => usize::MAX,
        }
    }

    /// The value as the server writes it.
    pub(super) fn text(self, number: i64) -> String {
        match self {
            Kind::Int2 | Kind::Int4 | Kind::Int8 | Kind::Domain | Kind::Numeric => {
                number.to_string()
            }
            Kind::Scaled => format!("{number}.00"),
            Kind::Text | Kind::Varchar => word(number),
            Kind::Bpchar => format!("{:16}", word(number)),
            Kind::Uuid => {
                let spread = number.cast_unsigned().wrapping_mul(0x9e37_79b9_7f4a_7c15);
                let digits = format!("{spread:016x}");
                format!("{}-{}-{}-8000-000000000000", &digits[..8], &digits[8..12], &digits[12..])
            }
            Kind::Date => date(number),
            Kind::Timestamp => date(number) + " 00:00:00",
            Kind::Enum => format!("l{number}"),
            Kind::Bytea => format!("\\x{:016x}", number.cast_unsigned()),
            Kind::Boolean => if number == 0 { "f" } else { "t" }.to_owned(),
            Kind::Json => format!("{{ \"n\":{number},\"c\":\"qwzx\"}}"),
            // as the server writes it: the shorter keys first, then by their bytes
            Kind::Jsonb => format!("{{\"c\": \"qwzx {number}\", \"n\": {number}}}"),
            Kind::Array => format!("{{{number},NULL}}"),
            Kind::Point => format!("({number},0.5)"),
        }
    }

    pub(super) fn literal(self, number: i64) -> String {
        literal(&self.text(number))
    }
}

pub(super) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Every ninth is awkward.
fn word(number: i64) -> String {
    if number % 9 == 4 { format!("K'{number}\\\t\"é") } else { format!("k{number}") }
}

/// Each number another day; no month has more than 28.
fn date(number: i64) -> String {
    let (year, day) = (2000 + number.div_euclid(336), number.rem_euclid(336));
    format!("{year}-{:02}-{:02}", day / 28 + 1, day % 28 + 1)
}
