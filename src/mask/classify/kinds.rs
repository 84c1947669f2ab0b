//! What a column may hold, and the mask that fits it.

use super::Mask;
use super::types::Class;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Email,
    First,
    Last,
    Full,
    Username,
    Phone,
    Street,
    City,
    Postcode,
    Company,
    Url,
    Ip,
    Mac,
    Iban,
    Card,
    National,
    Birth,
    Money,
    Geo,
    Text,
    Password,
    Secret,
    /// A digest of something personal.
    Digest,
}

impl Kind {
    pub(super) fn mask(self, class: Class) -> Mask {
        match self {
            // what is encrypted, whatever it says
            _ if class == Class::Bytes && self != Kind::Password => Mask::Secret,
            Kind::Email => Mask::Email,
            Kind::First => Mask::FirstName,
            Kind::Last => Mask::LastName,
            Kind::Full => Mask::FullName,
            Kind::Username => Mask::Username,
            Kind::Phone => Mask::Phone,
            // the number of a house
            Kind::Street if matches!(class, Class::Integer(_)) => Mask::Number,
            Kind::Street => Mask::Street,
            Kind::City => Mask::City,
            Kind::Postcode => Mask::Postcode,
            Kind::Company => Mask::Company,
            Kind::Url => Mask::Url,
            Kind::Ip => Mask::Ip,
            Kind::Mac => Mask::Mac,
            Kind::Iban => Mask::Iban,
            Kind::Card => Mask::Card,
            Kind::National => Mask::NationalId,
            Kind::Birth => Mask::Date,
            Kind::Money => Mask::Number,
            Kind::Geo if class == Class::Shape => Mask::Null,
            Kind::Geo => Mask::Geo,
            Kind::Text => Mask::Text,
            Kind::Password => Mask::Password,
            Kind::Secret if class == Class::Uuid => Mask::Uuid,
            Kind::Secret => Mask::Secret,
            Kind::Digest => Mask::Hash,
        }
    }

    /// In a reason: "the name says …".
    pub(super) fn words(self) -> &'static str {
        match self {
            Kind::Email => "e-mail address",
            Kind::First => "given name",
            Kind::Last => "family name",
            Kind::Full => "person's name",
            Kind::Username => "user name",
            Kind::Phone => "phone number",
            Kind::Street => "street",
            Kind::City => "town",
            Kind::Postcode => "postcode",
            Kind::Company => "company",
            Kind::Url => "personal URL",
            Kind::Ip => "IP address",
            Kind::Mac => "MAC address",
            Kind::Iban => "IBAN",
            Kind::Card => "card number",
            Kind::National => "national id",
            Kind::Birth => "date of birth",
            Kind::Money => "personal number",
            Kind::Geo => "place",
            Kind::Text => "personal text",
            Kind::Password => "password",
            Kind::Secret => "secret",
            Kind::Digest => "digest of personal data",
        }
    }

    /// The type has room for values of this kind.
    pub(super) fn fits(self, class: Class) -> bool {
        let least = match self {
            Kind::First | Kind::Last | Kind::Street => 1,
            Kind::City | Kind::Postcode => 3,
            Kind::Full | Kind::Username | Kind::Secret | Kind::Company | Kind::Money => 4,
            Kind::Text => 8,
            Kind::Email
            | Kind::Phone
            | Kind::National
            | Kind::Geo
            | Kind::Digest
            | Kind::Password => 6,
            Kind::Ip | Kind::Birth => 7,
            Kind::Url => 10,
            Kind::Mac | Kind::Card => 12,
            Kind::Iban => 15,
        };
        match class {
            Class::Text(room) => {
                // a salary in text is nothing that adding noise can mask
                self != Kind::Money && room.is_none_or(|room| room >= least)
            }
            Class::Integer(bytes) => match self {
                Kind::Card => bytes == 8,
                Kind::Phone | Kind::National => bytes >= 4,
                Kind::Postcode | Kind::Money | Kind::Secret | Kind::Street => bytes >= 2,
                _ => false,
            },
            Class::Decimal => {
                matches!(self, Kind::Money | Kind::Geo | Kind::Phone | Kind::National | Kind::Card)
            }
            Class::Money => self == Kind::Money,
            Class::Date | Class::Timestamp => self == Kind::Birth,
            Class::Uuid => self == Kind::Secret,
            Class::Inet => self == Kind::Ip,
            Class::Mac => self == Kind::Mac,
            Class::Bytes => !matches!(self, Kind::Url | Kind::Text | Kind::Geo | Kind::Mac),
            Class::Point | Class::Shape => self == Kind::Geo,
            Class::Flag
            | Class::Json
            | Class::Hstore
            | Class::Xml
            | Class::Vector
            | Class::Other => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Secret;
    use crate::mask::values::{self, MaskKey, Masker, Shape};

    const ALL: [Kind; 23] = [
        Kind::Email,
        Kind::First,
        Kind::Last,
        Kind::Full,
        Kind::Username,
        Kind::Phone,
        Kind::Street,
        Kind::City,
        Kind::Postcode,
        Kind::Company,
        Kind::Url,
        Kind::Ip,
        Kind::Mac,
        Kind::Iban,
        Kind::Card,
        Kind::National,
        Kind::Birth,
        Kind::Money,
        Kind::Geo,
        Kind::Text,
        Kind::Password,
        Kind::Secret,
        Kind::Digest,
    ];

    #[test]
    fn the_mask_of_each_kind_fits_each_type_that_may_hold_it() {
        let key = MaskKey::of(&Secret::new("a key for the tests of the masks")).unwrap();
        let types = [
            "text",
            "character varying(40)",
            "character(40)",
            "citext",
            "name",
            "smallint",
            "integer",
            "bigint",
            "numeric",
            "numeric(9,6)",
            "real",
            "double precision",
            "money",
            "date",
            "timestamp without time zone",
            "timestamp with time zone",
            "uuid",
            "inet",
            "cidr",
            "macaddr",
            "macaddr8",
            "bytea",
            "point",
            "text[]",
            "bigint[]",
            "uuid[]",
        ];
        for type_name in types {
            let (class, _) = Class::of(type_name);
            for kind in ALL.into_iter().filter(|kind| kind.fits(class)) {
                let mask = kind.mask(class);
                let shape = Shape {
                    kind: values::Kind::of(type_name),
                    password: Some(key.password()),
                    ..Shape::default()
                };
                let misfit = Masker::new(&key, &mask, &shape).err();
                assert_eq!(misfit, None, "{kind:?} in {type_name}: {mask}");
            }
        }
    }
}
