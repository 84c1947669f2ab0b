//! On which app, and with what token, Heroku's API may be called.

use crate::config::{APP_VARIABLE, Config, Environment, Secret};
use crate::failure::Failure;

/// Where the API is, unless [`BASE_VARIABLE`] says otherwise.
const BASE: &str = "https://api.heroku.com";
const BASE_VARIABLE: &str = "HEROKU_API_URL";

/// The app's unchanging id, where the platform says it.
const ID_VARIABLE: &str = "HEROKU_APP_ID";

/// The app that may be acted on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OwnApp {
    pub(super) name: String,
    /// If known already. Renaming an app does not change it.
    pub(super) id: Option<String>,
}

/// What it takes to call the API.
#[derive(Clone, Debug)]
pub(super) struct Access {
    pub(super) app: OwnApp,
    pub(super) base: String,
    pub(super) token: Secret,
    /// The config var that holds it, for messages.
    pub(super) token_variable: String,
}

impl OwnApp {
    /// The app that we run in; another one only where the command line names it.
    ///
    /// # Errors
    /// If the app is unknown, or the configuration names another.
    pub(super) fn of(
        config: &Config,
        environment: &Environment,
        named: Option<&str>,
    ) -> Result<Self, Failure> {
        let own = environment.get(APP_VARIABLE).map(str::trim);
        let id = environment.get(ID_VARIABLE).map(|id| id.trim().to_owned());
        if let Some(named) = named {
            check_name(named)?;
            return Ok(OwnApp { name: named.to_owned(), id: id.filter(|_| own == Some(named)) });
        }
        let Some(own) = own else {
            return Err(Failure::wrong_use("cannot tell which app this is")
                .because(format!(
                    "{APP_VARIABLE} is not set; maintenance mode and dynos are those of an app; \
                     nothing was changed"
                ))
                .remedy(
                    "let Heroku set it, or name the app, in the Procfile:\n \
                     heroku labs:enable runtime-dyno-metadata -a APP\n \
                     release: review-data release --app APP",
                ));
        };
        check_name(own)?;
        if let Some(expected) = &config.migrate.production.app
            && expected.value != own
        {
            let message = format!("this is {own}, by {APP_VARIABLE}, and not {}", expected.value);
            return Err(Failure::wrong_use("the configuration names another app than this one")
                .because(config.point_at(expected.location, &message))
                .because("nothing was changed")
                .remedy(format!(
                    "take the line out, or, to act on the other app from here, say\n \
                     review-data release --app {}",
                    expected.value
                )));
        }
        Ok(OwnApp { name: own.to_owned(), id })
    }
}

/// Names go into paths of the API.
fn check_name(name: &str) -> Result<(), Failure> {
    let letters = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if !name.is_empty() && name.chars().all(letters) {
        return Ok(());
    }
    Err(Failure::wrong_use("not a valid app name")
        .because(format!("{name:?}"))
        .remedy("give the app's name, of letters, digits and dashes, as `heroku apps` shows it"))
}

impl Access {
    /// # Errors
    /// If no token is set, or the API's address is not one to send a token to.
    pub(super) fn of(
        app: OwnApp,
        config: &Config,
        environment: &Environment,
    ) -> Result<Self, Failure> {
        let base = base(environment.get(BASE_VARIABLE).unwrap_or(BASE))?;
        let (token_variable, token) = environment.token(config)?;
        Ok(Access { app, base, token, token_variable })
    }
}

/// The API's address: encrypted, or on this machine.
fn base(text: &str) -> Result<String, Failure> {
    let text = text.trim().trim_end_matches('/');
    let wrong = |why: &str| {
        Failure::wrong_use(format!("{BASE_VARIABLE} is not an address of Heroku's API"))
            .because(why)
            .remedy(format!("unset it; the API is at {BASE}"))
    };
    let (host, plain) = match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
        (Some(rest), _) => (rest, false),
        (None, Some(rest)) => (rest, true),
        _ => return Err(wrong("it must begin with https://")),
    };
    let authority = host.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.is_empty() || authority.contains('@') {
        return Err(wrong("it must be https:// and a host, without a user or a password"));
    }
    let name = match authority.strip_prefix('[') {
        Some(ipv6) => ipv6.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    let loopback = name == "localhost"
        || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    if plain && !loopback {
        return Err(wrong("plain http:// would show the token to others on the way"));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::FILE_NAME;

    fn environment(variables: &[(&str, &str)]) -> Environment {
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn config(text: &str) -> Config {
        Config::parse(FILE_NAME, &format!("[migrate.production]\n{text}\n")).unwrap()
    }

    fn app(text: &str, variables: &[(&str, &str)], named: Option<&str>) -> String {
        match OwnApp::of(&config(text), &environment(variables), named) {
            Ok(app) => format!("{} {}", app.name, app.id.unwrap_or_else(|| "-".to_owned())),
            Err(failure) => failure.to_string(),
        }
    }

    #[test]
    fn the_app_that_we_run_in_unless_another_is_named() {
        let shop = [("HEROKU_APP_NAME", "shop"), ("HEROKU_APP_ID", "7")];
        assert_eq!(app("", &shop, None), "shop 7");
        assert_eq!(app("app = \"shop\"", &shop, None), "shop 7");
        assert_eq!(app("", &shop, Some("shop")), "shop 7");
        assert_eq!(app("app = \"shop\"", &shop, Some("stock")), "stock -");
        assert_eq!(app("", &[], Some("stock")), "stock -");
    }

    #[test]
    fn another_app_than_this_one() {
        insta::assert_snapshot!(app("app = \"myapp\"", &[("HEROKU_APP_NAME", "shop")], None));
    }

    #[test]
    fn an_app_that_is_not_known() {
        insta::assert_snapshot!(app("", &[], None));
    }

    #[test]
    fn a_name_that_is_none() {
        insta::assert_snapshot!(app("", &[], Some("shop/../stock")));
    }

    fn access(text: &str, variables: &[(&str, &str)]) -> String {
        let app = OwnApp { name: "shop".to_owned(), id: None };
        match Access::of(app, &config(text), &environment(variables)) {
            Ok(access) => {
                assert!(!format!("{access:?}").contains("secret"));
                format!("{} {} {}", access.base, access.token_variable, access.token.expose())
            }
            Err(failure) => failure.to_string(),
        }
    }

    #[test]
    fn the_token_is_in_a_config_var() {
        let old = ("MIGRATE_API_SECRET_HEROKU", "secret-1");
        let key = ("HEROKU_API_KEY", "secret-2");
        assert_eq!(access("", &[old, key]), format!("{BASE} {} {}", old.0, old.1));
        assert_eq!(access("", &[key]), format!("{BASE} {} {}", key.0, key.1));
        assert_eq!(access("token = \"T\"", &[old, ("T", "secret")]), format!("{BASE} T secret"));
    }

    #[test]
    fn no_token() {
        let usual = access("", &[]);
        let named = access("token = \"T\"", &[("HEROKU_API_KEY", "secret")]);
        insta::assert_snapshot!(format!("{usual}\n\n{named}"));
    }

    #[test]
    fn a_token_goes_out_encrypted_or_stays_on_this_machine() {
        let base = |url| access("", &[("HEROKU_API_KEY", "k"), ("HEROKU_API_URL", url)]);
        for url in [
            "https://api.example.com",
            "http://127.0.0.1:5000",
            "http://localhost:5000",
            "http://[::1]:5000",
        ] {
            assert_eq!(base(url), format!("{url} HEROKU_API_KEY k"));
        }
        assert_eq!(base("https://a.example/"), "https://a.example HEROKU_API_KEY k");
        for url in [
            "http://api.heroku.com",
            "http://localhost.example.com",
            "http://127.0.0.1@example.com",
            "https://ann:secret@api.heroku.com",
            "ftp://127.0.0.1",
            "api.heroku.com",
            "https://",
        ] {
            let told = base(url);
            assert!(told.starts_with("error: ") && !told.contains("secret"), "{url}: {told}");
        }
        insta::assert_snapshot!(base("http://api.heroku.com"));
    }
}
