//! Values that the target computes from other tables, and text without an encoding.

use crate::support::{Source, Target, Tool};

#[test]
fn generated_columns_that_read_other_tables_are_computed_last_and_compared() {
    let source = Source::from_sql(
        "create table a_items (id int primary key, code int, plain text generated always as (upper('x' || id)) stored);
        create table z_codes (code int primary key, label text); insert into z_codes select n, 'label ' || n from generate_series(1, 200) n;
        create function label_of(c int) returns text language sql immutable as $$ select label from public.z_codes where code = c $$;
        alter table a_items add column label text generated always as (label_of(code)) stored;
        insert into a_items (id, code) select n, 1 + n % 200 from generate_series(1, 2000) n;
        create table pure (id int primary key, twice int generated always as (id * 2) stored); insert into pure (id) select generate_series(1, 500);",
    );
    let labels = "select count(*) from a_items i where label is distinct from 'label ' || code";
    let whole = Target::empty();
    Tool::subset(&source.url(), &whole.url(), "1").run().succeeded().not_saying("other values");
    assert_eq!(whole.ask(labels), "0");
    let cut = Target::empty();
    let app = crate::support::AppDir::empty()
        .with("review-data.toml", "[tables.z_codes]\nrows = \"all\"\n");
    let tool = Tool::subset(&source.url(), &cut.url(), "0.3").in_dir(&app);
    tool.run().succeeded().not_saying("other values");
    assert_eq!(cut.ask(labels), "0");
    let other = Target::empty();
    Tool::subset(&source.url(), &other.url(), "0.05")
        .run()
        .succeeded()
        .saying("other values: public.a_items(label): a function computes them from rows")
        .not_saying("other values: public.pure");
    assert_ne!(other.ask(labels), "0");
}

#[test]
fn text_without_an_encoding_keeps_its_bytes() {
    let source = Source::in_encoding(
        "SQL_ASCII",
        "set client_encoding = 'SQL_ASCII';
        create table t (id int primary key, body text);
        insert into t select n, 'fine ' || n from generate_series(1, 300) n;
        insert into t values (1001, E'caf\\351'), (1002, E'\\377'), (1003, 'č');
        create table u (id int primary key, t int references t, kind text);
        insert into u select n, 1000 + 1 + n % 3, E'\\351' from generate_series(1, 300) n;",
    );
    let bytes = "select string_agg(encode(convert_to(body, 'SQL_ASCII'), 'hex'), ' ' order by id) from t where id > 1000";
    for fraction in ["1", "0.5"] {
        let target = Target::in_encoding("SQL_ASCII");
        Tool::subset(&source.url(), &target.url(), fraction).run().succeeded();
        if fraction == "1" {
            assert_eq!(target.ask(bytes), "636166e9 ff c48d");
        }
        assert_eq!(
            target.ask("select count(*) from u where kind = E'\\351'"),
            if fraction == "1" { "300" } else { "150" }
        );
    }
    let target = Target::empty();
    Tool::subset(&source.url(), &target.url(), "1")
        .run()
        .failed(1)
        .saying("public.t")
        .saying("column body")
        .saying("rows of public.t with such text in body, the first ones: id = 1001, id = 1002")
        .saying("encoding 'SQL_ASCII'");
}

#[test]
fn text_of_other_encodings_is_converted_and_what_is_computed_from_it_compared() {
    for (encoding, text) in [("LATIN1", "Grüße"), ("WIN1252", "€ 5"), ("EUC_JP", "日本語")] {
        let source = Source::in_encoding(
            encoding,
            &format!(
                "set client_encoding = 'UTF8';
                create function twice(t text) returns text language sql immutable as $$ select t || t || '{text}' $$;
                create table t (k text primary key, body text default '{text}', more text generated always as (twice(body)) stored);
                insert into t (k) select '{text}' || n from generate_series(1, 60) n;
                create table u (id int primary key, k text references t);
                insert into u select n, '{text}' || n from generate_series(1, 60) n;"
            ),
        );
        let target = Target::empty();
        let load = Tool::subset(&source.url(), &target.url(), "0.5");
        load.run().succeeded().not_saying("other values");
        let right = format!("select bool_and(more = twice('{text}')) from t");
        assert_eq!(target.ask(&right), "t", "{encoding}");
        assert_eq!(target.ask("select count(*) from u join t using (k)"), "30", "{encoding}");
    }
}

#[test]
fn a_target_of_another_encoding_gets_the_text_that_it_can_hold() {
    let source = Source::from_sql(
        "set client_encoding = 'UTF8';
        create function twice(t text) returns text language sql immutable as $$ select t || t || 'ß' $$;
        create table \"tü\" (k text primary key, body jsonb, more text generated always as (twice(k)) stored);
        insert into \"tü\" (k, body) select 'é' || n, '{\"ä\": \"ñ\"}' from generate_series(1, 60) n;
        create table u (id int primary key, k text references \"tü\");
        insert into u select n, 'é' || n from generate_series(1, 60) n;",
    );
    for encoding in ["LATIN1", "SQL_ASCII"] {
        let target = Target::in_encoding(encoding);
        let load = Tool::subset(&source.url(), &target.url(), "0.5");
        load.run().succeeded().not_saying("other values");
        let right = "select count(*) from u join \"tü\" t using (k) where more = twice(k) and body ->> 'ä' = 'ñ'";
        assert_eq!(target.ask(right), "30", "{encoding}");
    }
    source.change("set client_encoding = 'UTF8'; insert into \"tü\" (k) values ('€')");
    let target = Target::in_encoding("LATIN1");
    Tool::subset(&source.url(), &target.url(), "1")
        .run()
        .failed(1)
        .saying("cannot write the rows of public.tü to the target")
        .saying("has no equivalent in encoding \"LATIN1\"")
        .saying("encoding 'UTF8'");
    assert_eq!(target.contents(), Vec::<String>::new());
}
