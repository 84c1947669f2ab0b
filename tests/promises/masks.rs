//! Masks: who decides, what stays consistent, what is refused, and what the output says.

use crate::support::{AppDir, Outcome, Source, Target, Tool};
use serde_json::Value;

const KEY: &str = "a key of masks for these tests";

const SHOP: &str = "
    create table accounts (login varchar(20) primary key, note text);
    create table users (id int primary key, email text not null unique, city text, born date,
        code text, constraint code_is_short check (code ~ '^[a-z]{3}-[0-9]{4}$'),
        kind text check (kind in ('person', 'firm')), password text);
    create table posts (id serial primary key, author varchar(20) references accounts,
        author_email text, body text);
    create table parts (id int, email text) partition by hash (email);
    create table part_1 partition of parts for values with (modulus 1, remainder 0);
    create table staff (id int primary key, email text, phone text);
    insert into accounts select 'account-' || n, 'a note' from generate_series(1, 30) n;
    insert into users select n, 'user' || n || '@shop.test', 'Berlin', '1980-01-01',
            'abc-' || lpad(n::text, 4, '0'), 'person', '$2b$04$' || rpad(md5(n::text), 53, 'x')
        from generate_series(1, 30) n;
    insert into posts (author, author_email, body)
        select 'account-' || n, 'user' || n || '@shop.test', 'text' from generate_series(1, 30) n;
    insert into staff values (1, 'ann@ourcompany.com', '+1 202 555 1234'),
        (2, 'bob@customer.test', '+1 202 555 9876');";

fn load(source: &Source, config: &str) -> (Target, Outcome) {
    let target = Target::reused();
    let app = AppDir::empty().with("review-data.toml", config);
    let tool = Tool::subset(&source.url(), &target.url(), "1").masked().in_dir(&app);
    let outcome = tool.env("REVIEW_DATA_MASK_KEY", KEY).run();
    (target, outcome)
}

const LEADS: &str = "create schema crm;
         create function crm.is_ours(text) returns boolean language sql immutable
             as $$select $1 like '%@ours.test'$$;
         create table crm.offices (id int primary key, city text);
         insert into crm.offices values (1, 'Ljubljana');
         create table leads (id int primary key, email text, email_md5 text, phone varchar(11) unique,
             card varchar(19) unique, iban varchar(34) unique, profile jsonb, picture text, salary money,
             constraint digest check (email_md5 = md5(email)));
         insert into leads select n, 'lead' || n || '@shop.test', md5('lead' || n || '@shop.test'),
                 '0170' || lpad(n::text, 7, '0'), '4' || lpad(n::text, 15, '0'),
                 'NO' || (n % 97 + 10) || lpad(n::text, 11, '0'),
                 jsonb_build_object('address', jsonb_build_object('street', n || ' Main Street'),
                     'home.door', 'the door of ' || n),
                 'avatars/' || n || '.jpg', 1234.5::numeric::money
             from generate_series(1, 60) n;
         create table settings (name text primary key, value text);
         insert into settings values ('theme', 'dark'), ('items', '25'), ('site', 'Kavarna'),
             ('smtp.password', 'hunter2hunter2'), ('contact_email', 'boss@shop.test');
         create table options (key text primary key, value jsonb);
         insert into options values ('theme', '\"dark\"'), ('api_token', '\"kJ8sQ2mZx0LpWv7RtYbN\"'),
             ('mail', '{\"password\": \"hunter2hunter2\", \"port\": 25}');
         create table subscribers (id int primary key, email text);
         insert into subscribers select n, 'n' || lpad(n::text, 2, '0') || '@s' || lpad(n::text, 2, '0') || '.test'
             from generate_series(1, 60) n;
         create unique index front on subscribers (left(email, 8));
         create unique index back on subscribers (right(email, 8));
         create table staff (id int primary key, email text, note text);
         insert into staff values (1, 'a@ours.test', 'x'), (2, 'b@shop.test', 'y');
         create table numbers (number int8 primary key);
         create table callers (number int4 references numbers);
         insert into numbers select n * 700001 from generate_series(1, 60) n;
         insert into callers select n * 700001 from generate_series(1, 60) n;
         insert into numbers values (5000000000), (9000000000000000000);
         do $$begin execute format('alter database %I set search_path = crm, public',
             current_database()); end$$;";

#[test]
fn checks_over_columns_paths_files_and_sql_are_reported_or_understood() {
    let source = Source::from_sql(LEADS);
    let config = |lines: &str| {
        format!(
            "[mask]\nkeep_where = {{ staff = \"is_ours(email)\" }}\n[mask.columns]\n\
             \"leads.profile:adress.street\" = \"street\"\n\
             'leads.profile:\"home.door\"' = \"redact\"\n\
             \"staff.note\" = \"sql:(select city from offices limit 1)\"\n\
             \"numbers.number\" = \"number\"\n\"leads.iban\" = \"iban\"\n\"leads.card\" = \"card\"\n\"leads.phone\" = \"phone\"\n{lines}"
        )
    };
    let (target, outcome) = load(&source, &config("\"leads.email\" = \"email\"\n"));
    outcome
        .failed(2)
        .saying("cannot mask public.leads.email and public.leads.email_md5")
        .saying("does not meet CHECK digest of public.leads")
        .saying("\"leads.email\" = \"keep\"")
        .saying("\"leads.email_md5\" = \"keep\"");
    assert!(target.contents().is_empty());
    let (target, outcome) = load(&source, &config("\"leads.email*\" = \"keep\"\n"));
    let outcome = outcome
        .succeeded()
        .saying("no sampled document of public.leads.profile has adress.street")
        .saying("did you mean address.street?")
        .saying("public.leads.picture refers to files outside of the database");
    let ask = |sql: &str| target.ask(sql);
    assert_eq!(ask("select email || note from public.staff where id = 1"), "a@ours.testLjubljana");
    assert_ne!(ask("select email from public.staff where id = 2"), "b@shop.test");
    let joined = "from public.callers join public.numbers using (number)";
    assert_eq!(ask(&format!("select count(*) {joined}")), "60");
    assert_eq!(ask("select count(distinct number) from public.numbers"), "62");
    assert_eq!(ask(&format!("select count(*) {joined} where number % 700001 = 0")), "0");
    let leads = |what: &str| ask(&format!("select {what} from public.leads"));
    assert_eq!(leads("count(distinct phone) || ' ' || max(length(phone))"), "60 11");
    assert_eq!(leads("count(*) filter (where phone ~ '^000[a-z][a-z0-9]{7}$')"), "60");
    assert_eq!(leads("count(distinct iban) || ' ' || count(distinct card)"), "60 60");
    assert_eq!(leads("string_agg(distinct profile ->> 'home.door', '')"), "redacted");
    assert_eq!(
        leads("count(*) filter (where salary > 999::money and salary <> 1234.5::money)"),
        "60"
    );
    // what the key of a row says
    let settings = |which: &str| {
        let name =
            "select string_agg(name || ' ' || value, ', ' order by name) from public.settings";
        ask(&format!("{name} where name {which} ('smtp.password', 'contact_email')"))
    };
    assert_eq!(settings("not in"), "items 25, site Kavarna, theme dark");
    let secrets = settings("in");
    assert!(!secrets.contains("hunter2") && !secrets.contains("shop.test"), "{secrets}");
    assert!(secrets.contains("@example.com"), "{secrets}");
    let options = ask("select string_agg(key || value, ',' order by key) from public.options");
    assert!(!options.contains("hunter2") && !options.contains("kJ8sQ2"), "{options}");
    assert!(options.contains("theme\"dark\"") && options.contains("\"port\": 25"), "{options}");
    // what is unique in front, and what no mask keeps distinct
    assert_eq!(
        ask(
            "select string_agg(indexname, ' ') from pg_indexes where indexname in ('front', 'back')"
        ),
        "front"
    );
    outcome
        .saying("left out: index public.back: masked values of public.subscribers.email are equal");
    let wrong = config("\"staff.id\" = \"sql:idd + 1\"\n");
    let (_, outcome) = load(&source, &wrong);
    outcome.failed(2).saying("the expression that masks public.staff.id fails").saying("idd");
    let app = AppDir::empty().with("review-data.toml", &wrong);
    let plan = Tool::new(["plan", &source.url(), "--masks"]).masked().in_dir(&app).run();
    plan.failed(2).saying("the expression that masks public.staff.id fails").saying("idd");
    source.drop();
}

/// What a load of the shop needs: its partitioned table cannot be masked.
const PARTS: &str = "[tables.parts]\nrows = \"none\"\n";

#[test]
fn lines_decide_before_the_classification_and_rows_of_staff_keep_their_values() {
    let source = Source::shared(SHOP);
    let config = format!(
        "{PARTS}[mask]\nkeep_where = {{ staff = \"email like '%@ourcompany.com'\" }}\n\
         [mask.columns]\n\"users.city\" = \"keep\"\n\"accounts.login\" = \"username\"\n\
         \"*.code\" = \"secret\"\n\"users.kind\" = \"constant:firm\"\n\"staff.*\" = \"secret\"\n\
         \"staff.id\" = \"keep\"\n\"posts.body\" = \"sql:upper(body) || id\"\n"
    );
    let (target, outcome) = load(&source, &config);
    let outcome = outcome.succeeded();
    let ask = |sql: &str| target.ask(sql);
    assert_eq!(ask("select string_agg(distinct city, ',') from users"), "Berlin");
    assert_eq!(ask("select string_agg(distinct kind, ',') from users"), "firm");
    assert_eq!(ask("select count(*) from posts join accounts on login = author"), "30");
    assert_eq!(ask("select count(*) from accounts where login like 'account-%'"), "0");
    assert_eq!(
        ask("select count(*) from posts p join users u on u.email = p.author_email"),
        "30",
        "equal addresses stay equal, tied or not"
    );
    assert_eq!(ask("select count(*) from users where email ~ '^user[0-9]+@shop'"), "0");
    assert_eq!(ask("select count(distinct email) from users"), "30");
    assert_eq!(ask("select min(body) from posts"), "TEXT1");
    assert_eq!(
        ask("select email || phone from staff where id = 1"),
        "ann@ourcompany.com+1 202 555 1234"
    );
    assert_ne!(ask("select email from staff where id = 2"), "bob@customer.test");
    // the result and the record name columns, masks and numbers
    let outcome = outcome
        .saying("masked: public.accounts: login (username, 30)")
        .saying("under the key in REVIEW_DATA_MASK_KEY");
    let password = outcome.stdout.lines().find(|line| line.starts_with("password of all masked"));
    assert!(password.is_some_and(|line| line.len() > 40), "{outcome}");
    assert_eq!(ask("select masked::text || key_kind from review_data.masking"), "trueconfigured");
    assert_eq!(
        ask("select mask || masked_values from review_data.masked_column
            where table_name = 'posts' and column_name = 'author'"),
        "username30"
    );
    let status = Tool::new(["status", "--target", &target.url(), "--format", "json"]).run();
    let status: Value = serde_json::from_str(&status.succeeded().stdout).unwrap();
    assert_eq!(status["loaded"]["masked"], true);
    assert_eq!(status["loaded"]["mask_key"], "configured");

    // the same key gives the same values; a small copy is not masked again
    let (again, outcome) = load(&source, &config);
    outcome.succeeded();
    let all = "select md5(string_agg(u::text, ',' order by id)) from users u";
    assert_eq!(ask(all), again.ask(all));
    let copy = Target::reused();
    let tool = Tool::subset(&target.url(), &copy.url(), "1").masked();
    tool.run().succeeded().saying("the source's record says that its data is masked");
    assert_eq!(ask(all), copy.ask(all));
}

#[test]
fn what_cannot_be_masked_is_refused_before_a_row_is_copied() {
    let source = Source::shared(SHOP);
    let refused = |config: &str| {
        let (target, outcome) = load(&source, config);
        let outcome = outcome.failed(2);
        assert!(target.contents().is_empty(), "{outcome}");
        outcome
    };
    // a key that can be guessed is refused before anything else
    let nobody = "postgres://nobody@localhost:1/a";
    let tool = Tool::subset(nobody, "postgres://nobody@localhost:1/b", "1").masked();
    let outcome = tool.env("REVIEW_DATA_MASK_KEY", "short").run().failed(2);
    outcome.saying("a key of masks has at least 16 characters").saying("openssl rand -hex 32");
    refused("")
        .saying("cannot mask public.parts.email")
        .saying("it says in which partition a row is")
        .saying("\"parts.email\" = \"keep\"")
        .saying("leave_out = [\"parts\"]");
    refused(&format!("{PARTS}[mask.columns]\n\"posts.id\" = \"number\"\n"))
        .saying("its values come from a sequence");
    refused(&format!("{PARTS}[mask.columns]\n\"users.email\" = \"constant:x\"\n"))
        .saying("public.users.email (constant:x): it is unique");
    refused(&format!("{PARTS}[mask.columns]\n\"users.code\" = \"constant:not a code\"\n"))
        .saying("cannot mask public.users.code")
        .saying("no masked form of a value meets CHECK code_is_short of public.users");
    refused(&format!(
        "{PARTS}[mask.columns]\n\"accounts.login\" = \"keep\"\n\"posts.author\" = \"username\"\n"
    ))
    .saying("a foreign key ties two columns that get different masks")
    .saying("\"posts.author\" = \"username\"");
    refused(&format!("{PARTS}[mask.columns]\n\"user.email\" = \"email\"\n"))
        .saying("the source has no table user")
        .saying("did you mean users?");
    refused(&format!("{PARTS}[mask.columns]\n\"users.emial\" = \"email\"\n"))
        .saying("did you mean email?");
    let app =
        AppDir::empty().with("review-data.toml", "[mask.columns]\n\"users.emial\" = \"email\"\n");
    let plan = Tool::new(["plan", &source.url(), "0.5"]).masked().in_dir(&app).run().failed(2);
    plan.saying("review-data.toml:2:1").saying("did you mean email?");
    refused(&format!("{PARTS}[mask.columns]\n\"users.id:a.b\" = \"email\"\n"))
        .saying("holds no document");
    refused(&format!("{PARTS}[mask]\nmode = \"strict\"\n"))
        .saying("nothing decides about columns")
        .saying("\"posts.body\" = \"keep\"");
}

#[test]
fn nothing_is_masked_in_capitals_where_masks_are_off() {
    let source = Source::shared(SHOP);
    let (target, outcome) = load(&source, "[mask]\nmode = \"off\"\n");
    outcome
        .succeeded()
        .saying("NOTHING IS MASKED: PERSONAL DATA AND SECRETS ARE COPIED AS THEY ARE");
    assert_eq!(target.ask("select count(*) from users where email like 'user%@shop.test'"), "30");
    assert_eq!(target.ask("select masked from review_data.masking"), "f");
}

#[test]
fn a_plan_of_masks_decides_as_the_load_and_shows_no_value() {
    let source = Source::shared(SHOP);
    let app = AppDir::empty().with("review-data.toml", PARTS);
    let plan = |arguments: &[&str]| {
        let tool = Tool::new(["plan", &source.url(), "--masks"]).masked().in_dir(&app);
        arguments.iter().fold(tool, |tool, argument| tool.argument(*argument)).run().succeeded()
    };
    let text = plan(&[]);
    assert_eq!(text.stdout, plan(&[]).stdout, "the same text each time");
    assert!(!text.all.contains("shop.test") && !text.all.contains("account-"), "{text}");
    let json: Value = serde_json::from_str(&plan(&["--format", "json"]).stdout).unwrap();
    let planned: Vec<String> = json["columns"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|column| column["mask"] != "keep")
        .map(|column| {
            let text = |key: &str| column[key].as_str().unwrap_or_default().to_owned();
            format!("{}.{} {}", text("table"), text("column"), text("mask"))
        })
        .collect();
    let (target, outcome) = load(&source, PARTS);
    outcome.succeeded();
    let loaded = target.superuser().column(
        "select table_name || '.' || column_name || ' ' || mask from review_data.masked_column
            order by table_name collate \"C\", column_name",
    );
    let sorted = |mut lines: Vec<String>| {
        lines.sort();
        lines
    };
    assert_eq!(sorted(planned), sorted(loaded));

    // init writes them down, once
    let new = AppDir::empty();
    let written = Tool::new(["init", &source.url()]).in_dir(&new).run().succeeded();
    written.saying("1 column cannot be masked as decided");
    let file = new.read("review-data.toml").unwrap();
    assert!(file.contains("# A load stops here: email: it says in which partition"), "{file}");
    let nothing = AppDir::empty();
    let undecided = Tool::new(["plan", &source.url(), "--masks"]).masked().in_dir(&nothing).run();
    undecided
        .failed(2)
        .saying("CANNOT BE MASKED SO: it says in which partition a row is")
        .saying("cannot mask public.parts.email");
    let new = new.with("review-data.toml", PARTS);
    let init = |arguments: &[&str]| {
        let tool = Tool::new(["init", &source.url()]).in_dir(&new);
        arguments.iter().fold(tool, |tool, argument| tool.argument(*argument)).run()
    };
    init(&[]).failed(2).saying("review-data.toml is there already");
    init(&["--force"]).succeeded();
    let file = new.read("review-data.toml").unwrap();
    assert!(file.contains("# \"users.email\" = \"email\" # "), "{file}");
    assert!(!file.contains("shop.test"), "{file}");
}
