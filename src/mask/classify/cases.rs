//! Single rules, each on a small table.

use super::{ColumnFacts, Mask, TableFacts, table};

fn column(name: &str, type_name: &str, samples: &[&str]) -> ColumnFacts {
    ColumnFacts {
        name: name.to_owned(),
        type_name: type_name.to_owned(),
        samples: samples.iter().map(|sample| (*sample).to_owned()).collect(),
        ..ColumnFacts::default()
    }
}

fn masks(name: &str, columns: Vec<ColumnFacts>) -> Vec<Mask> {
    let facts = TableFacts { table: name.to_owned(), columns, ..TableFacts::default() };
    table(&facts).into_iter().map(|decision| decision.mask).collect()
}

fn paths(column: ColumnFacts) -> Vec<(String, Mask)> {
    let columns = vec![column];
    let facts = TableFacts { table: "events".to_owned(), columns, ..TableFacts::default() };
    table(&facts).remove(0).paths
}

#[test]
fn what_speaks_about_personal_data_and_what_cannot_hold_it_is_kept() {
    let kept = masks(
        "users",
        vec![
            column("email_verified", "boolean", &["t", "f"]),
            column("password_changed_at", "timestamp with time zone", &["2024-01-01 10:00:00+00"]),
            column("token_count", "integer", &["1", "2"]),
            column("shipped_at", "text", &[]),
            column("email", "character(2)", &[]),
            column("address_id", "bigint", &["1"]),
            column("phone_type", "text", &["mobile", "home"]),
            column("password_min_length", "text", &["8"]),
            column("token_type", "text", &["bearer"; 12]),
            column("tsrange_of_ip", "tsrange", &[]),
        ],
    );
    assert!(kept.iter().all(|mask| *mask == Mask::Keep), "{kept:?}");
}

#[test]
fn a_domain_a_comment_a_check_and_a_foreign_key_say_what_a_column_holds() {
    let text = |name: &str| column(name, "text", &[]);
    let found = masks(
        "t",
        vec![
            ColumnFacts { domain: Some("email_address".to_owned()), ..text("a1") },
            ColumnFacts { comment: Some("Telefonnummer des Kunden".to_owned()), ..text("a2") },
            ColumnFacts { checks: vec!["(a3 ~~ '%@%'::text)".to_owned()], ..text("a3") },
            ColumnFacts {
                references: Some(("users".to_owned(), "login".to_owned())),
                ..text("a4")
            },
        ],
    );
    assert_eq!(found, [Mask::Email, Mask::Phone, Mask::Email, Mask::Username]);
    let listed = vec!["(city = ANY (ARRAY['A'::text, 'B'::text]))".to_owned()];
    let kept = masks(
        "orders",
        vec![
            ColumnFacts { checks: listed, ..text("city") },
            ColumnFacts {
                references: Some(("cities".to_owned(), "name".to_owned())),
                ..text("city")
            },
        ],
    );
    assert_eq!(kept, [Mask::Keep, Mask::Keep]);
}

#[test]
fn the_key_of_a_row_is_no_persons_whatever_is_written_about_it() {
    let comment =
        |text: &str, column: ColumnFacts| ColumnFacts { comment: Some(text.to_owned()), ..column };
    let refers = |to: &str, column: ColumnFacts| ColumnFacts {
        references: Some((to.to_owned(), "id".to_owned())),
        ..column
    };
    let codes = ["ALFKI", "ANATR", "ANTON", "BERGS", "BLAUS", "BOLID", "MAIER", "MARTI", "KOENE"];
    let kept = masks(
        "customers",
        vec![
            column("customer_id", "character varying(5)", &codes),
            comment(
                "Product identification number. Foreign key.",
                column("productid", "integer", &[]),
            ),
            comment("Unique product identification number.", column("productnumber", "text", &[])),
            comment("Type of phone number", column("phonetype_no", "integer", &["1", "2", "3"])),
            refers("api_tokens", column("token_id", "text", &["at_1234567890", "at_1234567891"])),
            refers("organisation_emails", column("email_id", "text", &[])),
        ],
    );
    assert!(kept.iter().all(|mask| *mask == Mask::Keep), "{kept:?}");
    let board =
        masks("sensors", vec![column("pin", "integer", &[]), column("pin_nr", "bigint", &[])]);
    assert_eq!(board, [Mask::Keep, Mask::Keep]);
    let card = vec![column("card_holder", "text", &["Ann Lee"]), column("pin", "integer", &[])];
    assert_eq!(masks("customers", card)[1], Mask::Secret);
    let found = masks(
        "employees",
        vec![
            comment("Personal identification number", column("pnr", "text", &[])),
            comment("National identification number", column("nr2", "text", &[])),
            column("employee_id_number", "text", &[]),
        ],
    );
    assert!(found.iter().all(|mask| *mask == Mask::NationalId), "{found:?}");
}

#[test]
fn a_mask_fits_the_type_of_its_column() {
    let digest = "$2b$12$abcdefghijklmnopqrstuuabcdefghijklmnopqrstuvwxyzabcde";
    let found = masks(
        "people",
        vec![
            ColumnFacts { unique: true, ..column("password_digest", "text", &[digest]) },
            column("api_token", "uuid", &["5b8e1c9a-0000-4000-8000-000000000001"]),
            column("emails", "text[]", &["{a.b@x.si,c@y.de}", "{}"]),
            column("last_seen", "inet", &[]),
            column("home_location", "geography(Point,4326)", &[]),
            column("birthday", "date", &["1980-01-02"]),
            column("salary", "numeric(10,2)", &["4000.00"]),
            column("search", "tsvector", &["'ana':1 'kovac':2"]),
        ],
    );
    let expected = [
        Mask::Secret,
        Mask::Uuid,
        Mask::Email,
        Mask::Ip,
        Mask::Null,
        Mask::Date,
        Mask::Number,
        Mask::Constant(String::new()),
    ];
    assert_eq!(found, expected);
}

#[test]
fn paths_of_documents_are_found_through_arrays_and_under_any_key() {
    let documents = [
        r#"{"order":7,"buyer":{"name":"Ana Kovač","emails":["a@x.si"]},"items":[{"name":"Tea"}]}"#,
        r#"{"order":8,"buyer":{"name":"Jan Novak","emails":[]},"items":[{"name":"Cup"}]}"#,
        r#"{"order":9,"buyer":{"name":"Mia Horvat","emails":["b@x.si"]},"items":[]}"#,
    ];
    let expected =
        [("buyer.emails".to_owned(), Mask::Email), ("buyer.name".to_owned(), Mask::FullName)];
    assert_eq!(paths(column("payload", "jsonb", &documents)), expected);
    assert_eq!(paths(column("payload", "text", &documents)), expected);
    let by_id = [r#"{"17":{"phone":"+386 41 123 456"},"18":{"phone":"+386 40 222 333"}}"#];
    assert_eq!(paths(column("x", "json", &by_id)), [("*.phone".to_owned(), Mask::Phone)]);
    let elements = [r#"["a@x.si","b@x.si"]"#];
    assert_eq!(paths(column("x", "jsonb", &elements)), [(String::new(), Mask::Email)]);
    let hstore = [r#""e_mail"=>"a@x.si", "color"=>"red""#];
    assert_eq!(paths(column("x", "hstore", &hstore)), [("e_mail".to_owned(), Mask::Email)]);
    let yaml = [
        "---\n:buyer:\n  :email: a@x.si\n  tags:\n  - new\nphones:\n- +386 41 123 456\n- +386 40 222 333\n",
    ];
    let expected = [("buyer.email".to_owned(), Mask::Email), ("phones".to_owned(), Mask::Phone)];
    assert_eq!(paths(column("x", "text", &yaml)), expected);
    let xml =
        [r#"<order id="7"><buyer mail="a@x.si"><phone>+386 41 123 456</phone></buyer></order>"#];
    let expected = [
        ("order.buyer.mail".to_owned(), Mask::Email),
        ("order.buyer.phone".to_owned(), Mask::Phone),
    ];
    assert_eq!(paths(column("x", "xml", &xml)), expected);
}

#[test]
fn what_cannot_be_masked_in_parts_becomes_null() {
    let keys = [r#"{"a.b@x.si":1}"#, r#"{"c@y.de":2}"#];
    let composite = ColumnFacts {
        fields: vec![
            ("street".to_owned(), "text".to_owned()),
            ("no".to_owned(), "integer".to_owned()),
        ],
        ..column("home", "address", &["(\"Main Street\",7)"])
    };
    let found = masks("t", vec![column("votes", "jsonb", &keys), composite]);
    assert_eq!(found, [Mask::Null, Mask::Null]);
}

#[test]
fn what_all_names_of_a_table_begin_or_end_with_says_nothing() {
    let letters = ["OXID", "OXUSERID", "OXFNAME", "OXSTREET", "OXFON", "OXZIP"];
    let found = masks("oxaddress", letters.map(|name| column(name, "text", &[])).into());
    let expected =
        [Mask::Keep, Mask::Username, Mask::FirstName, Mask::Street, Mask::Keep, Mask::Postcode];
    assert_eq!(found, expected);
    let words = ["id_adh", "nom_adh", "prenom_adh", "tel_adh", "ville_adh", "actif_adh"];
    let found = masks("adherents", words.map(|name| column(name, "text", &[])).into());
    assert_eq!(found[2..5], [Mask::FirstName, Mask::Phone, Mask::City]);
    assert_ne!(found[1], Mask::Keep);
    assert_eq!(found[5], Mask::Keep);
}

#[test]
fn numbers_are_masked_for_what_they_number() {
    let found = masks(
        "clients",
        vec![
            column("house_number", "integer", &["7", "12", "140"]),
            column("street_id", "integer", &["7", "12", "140"]),
            column("address_id_2", "bigint", &["7", "12", "140"]),
            column("mobile", "integer", &["609409450", "622307596", "682799775"]),
            column("phone_count", "integer", &["1", "2"]),
            column("plaque", "text", &["AB-123-CD", "FX-901-KL", "ZA-001-AA"]),
            column("vat", "numeric(10,2)", &["19.00", "7.00"]),
            column("contract_number", "text", &["30112", "8800123", "77120045", "9120034"]),
        ],
    );
    let expected = [
        Mask::Number,
        Mask::Keep,
        Mask::Keep,
        Mask::Phone,
        Mask::Keep,
        Mask::Secret,
        Mask::Keep,
        Mask::Secret,
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_word_beside_another_says_what_the_value_is_of() {
    let names = [
        ("recipient_town", Mask::City),
        ("payee_street", Mask::Street),
        ("staff_city_mail", Mask::City),
        ("mail_body", Mask::Keep),
        ("country_of_birth", Mask::Keep),
        ("city_code", Mask::Keep),
        ("company_id", Mask::Keep),
        ("first_aid_qualified", Mask::Keep),
        ("viewable_students", Mask::Keep),
    ];
    let columns = names.clone().map(|(name, _)| column(name, "character varying(80)", &[]));
    let found = masks("records", columns.into());
    assert_eq!(found, names.map(|(_, mask)| mask));
}

#[test]
fn names_of_people_are_masked_whatever_they_look_like() {
    let odd = ["User 12", "customer 400", "m3 x", "Emily Clark 7"];
    let email = column("email", "text", &["a@x.si", "b@y.de", "c@z.fr"]);
    let of = |table: &str, name: &str| {
        masks(table, vec![column(name, "text", &odd), email.clone()])[0].clone()
    };
    for (table, name) in [
        ("users", "name"),
        ("customers", "name"),
        ("ownerships", "owner_name"),
        ("messages", "from_name"),
        ("feedback", "name"),
        ("people", "display_name"),
        ("members", "full_name"),
    ] {
        assert_eq!(of(table, name), Mask::FullName, "{table}.{name}");
    }
    assert_eq!(of("plans", "name"), Mask::Keep);
    let packages = column("full_name", "text", &["rack-2.2.3", "json-2.6.1", "thor-1.2.1"]);
    assert_eq!(masks("versions", vec![packages]), [Mask::Keep]);
}

#[test]
fn text_of_templates_and_lists_of_things_are_kept() {
    let templates =
        ["Dear {{name}}, thanks", "Hello {{name}}, she is here", "Hi {{name}}, my dear"];
    let found = masks("mails", vec![column("body", "text", &templates)]);
    assert_eq!(found, [Mask::Keep]);
    let found = masks("allergies", vec![column("allergy", "text", &["Nuts", "Milk", "Eggs"])]);
    assert_eq!(found, [Mask::Keep]);
    let keys = [
        "d41d8cd98f00b204e9800998ecf8427e",
        "0cc175b9c0f1b6a831c399e269772661",
        "92eb5ffee6ae2fec3ad71c777531578f",
    ];
    let own = ColumnFacts { unique: true, ..column("k", "character(32)", &keys) };
    assert_eq!(masks("things", vec![own.clone()]), [Mask::Keep]);
    let own = ColumnFacts { name: "id".to_owned(), ..own };
    assert_eq!(masks("sessions", vec![own]), [Mask::Secret]);
}

#[test]
fn random_keys_stay_keys() {
    let cuids =
        ["clw3k9x2a0001qz8v5h7m2b4c", "clw3k9x2a0002qz8vd1f9g3hj", "clw3k9x2a0003qz8vk2l6m8np"];
    let uuids = ["5b8e1c9a-0000-4000-8000-000000000001", "5b8e1c9a-0000-4000-8000-000000000002"];
    let kept = masks(
        "posts",
        vec![
            column("id", "text", &cuids),
            column("author_id", "character varying(30)", &cuids),
            column("user_id", "character varying(36)", &uuids),
            column("content_sha", "text", &["d41d8cd98f00b204e9800998ecf8427e"; 3]),
        ],
    );
    assert_eq!(kept, [Mask::Keep, Mask::Keep, Mask::Keep, Mask::Keep]);
}
