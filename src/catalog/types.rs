//! Which types can travel in binary COPY.
//!
//! Binary COPY fails for a type without send or receive function, and is silently wrong for the
//! `reg*` types, whose binary form is an OID of the source. Both can hide in an array, a domain, a
//! composite or a range, so the leaves are what counts.

use std::collections::HashMap;

/// How values of a type are carried from source to target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transfer {
    Binary,
    /// A server before 17 takes the binary form of an infinite interval for another interval, and one
    /// before 15 cannot write a long one. Their text is an error there.
    BinaryToNewer,
    /// Holds the OID of a user-defined type within the value (arrays and composites), which servers
    /// before 14 insist on.
    BinarySince14,
    Text,
}

impl Transfer {
    /// Of a value that holds values of both.
    fn with(self, other: Self) -> Self {
        match (self, other) {
            (Transfer::Binary, one) | (one, Transfer::Binary) => one,
            (one, same) if one == same => one,
            _ => Transfer::Text,
        }
    }
}

/// A row of `pg_type`, as far as this question goes.
#[derive(Clone, Debug, Default)]
pub(crate) struct TypeFacts {
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) has_binary: bool,
    /// Array element, domain base, range subtype: the type within.
    pub(crate) inner: Option<u32>,
    pub(crate) is_array: bool,
    /// Types of a composite's attributes.
    pub(crate) attributes: Vec<u32>,
    pub(crate) base: u32,
}

/// The first OID that is not of the system's own types (`FirstNormalObjectId`).
const FIRST_USER_OID: u32 = 16384;

const INTERVAL: u32 = 1186;

pub(crate) fn transfer(oid: u32, types: &HashMap<u32, TypeFacts>) -> Transfer {
    transfer_within(oid, types, 0)
}

/// The type holds OIDs of the source, or the server does not always accept the binary form that it
/// sends: the vectors, and an empty `tsquery`.
fn not_portable(name: &str) -> bool {
    name.starts_with("reg") || matches!(name, "oidvector" | "int2vector" | "tsquery")
}

fn transfer_within(oid: u32, types: &HashMap<u32, TypeFacts>, depth: usize) -> Transfer {
    let Some(facts) = types.get(&oid) else { return Transfer::Text };
    // a composite that holds itself in an array is legal; its leaves were seen on the way
    if depth > 16 {
        return Transfer::Binary;
    }
    if !facts.has_binary || (oid < FIRST_USER_OID && not_portable(&facts.name)) {
        return Transfer::Text;
    }
    let mut worst = match oid {
        INTERVAL => Transfer::BinaryToNewer,
        _ => Transfer::Binary,
    };
    if let Some(inner) = facts.inner {
        if facts.is_array && inner >= FIRST_USER_OID {
            worst = worst.with(Transfer::BinarySince14);
        }
        worst = worst.with(transfer_within(inner, types, depth + 1));
    }
    for attribute in &facts.attributes {
        if *attribute >= FIRST_USER_OID {
            worst = worst.with(Transfer::BinarySince14);
        }
        worst = worst.with(transfer_within(*attribute, types, depth + 1));
    }
    worst
}

#[cfg(test)]
mod tests {
    use super::*;

    fn types() -> HashMap<u32, TypeFacts> {
        let plain = |name: &str| TypeFacts {
            name: name.to_owned(),
            kind: "b".to_owned(),
            has_binary: true,
            ..TypeFacts::default()
        };
        HashMap::from([
            (23, plain("int4")),
            (2205, plain("regclass")),
            (2210, TypeFacts { inner: Some(2205), is_array: true, ..plain("_regclass") }),
            (20001, TypeFacts { has_binary: false, ..plain("isbn") }),
            (20002, TypeFacts { inner: Some(20001), ..plain("domain_of_isbn") }),
            (20003, TypeFacts { attributes: vec![23, 20002], ..plain("pair") }),
            (20004, plain("mood")),
            (20005, TypeFacts { inner: Some(20004), is_array: true, ..plain("_mood") }),
            (1186, plain("interval")),
            (1187, TypeFacts { inner: Some(1186), is_array: true, ..plain("_interval") }),
            (20006, TypeFacts { attributes: vec![1186, 20004], ..plain("long_mood") }),
        ])
    }

    #[test]
    fn leaves_decide() {
        let types = types();
        assert_eq!(transfer(23, &types), Transfer::Binary);
        assert_eq!(transfer(2210, &types), Transfer::Text);
        assert_eq!(transfer(20003, &types), Transfer::Text);
        assert_eq!(transfer(20004, &types), Transfer::Binary);
        assert_eq!(transfer(20005, &types), Transfer::BinarySince14);
        assert_eq!(transfer(1187, &types), Transfer::BinaryToNewer);
        assert_eq!(transfer(20006, &types), Transfer::Text);
    }
}
