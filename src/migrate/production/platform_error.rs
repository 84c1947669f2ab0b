//! What can go wrong with a call of Heroku's API. No message holds the token.

use crate::failure::Failure;
use crate::migrate::signals::Stop;
use std::fmt;

/// A call that did not succeed.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{what}: {call}: {cause}")]
pub(super) struct PlatformError {
    /// `cannot scale the dynos of shop`
    pub(super) what: String,
    /// `PATCH https://api.heroku.com/apps/shop/formation`
    pub(super) call: String,
    pub(super) cause: Box<Cause>,
    /// How often it was sent.
    pub(super) attempts: u32,
    pub(super) app: String,
    pub(super) token_variable: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// No connection, no answer in time, a connection that was lost.
    Unreachable(String),
    /// An answer that says no.
    Status { status: u16, id: Option<String>, message: Option<String> },
    /// An answer that is not documented.
    Unreadable(String),
    /// A signal asked us to stop.
    Stopped(Stop),
}

impl Cause {
    /// True where the same call may succeed a little later.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            Cause::Unreachable(_) => true,
            Cause::Status { status, .. } => matches!(status, 408 | 429 | 500 | 502..=504),
            Cause::Unreadable(_) | Cause::Stopped(_) => false,
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cause::Unreachable(reason) => f.write_str(reason),
            Cause::Status { status, id, message } => {
                write!(f, "status {status}")?;
                if let Some(message) = message {
                    write!(f, ": {}", message.trim_end_matches('.'))?;
                }
                if let Some(id) = id {
                    write!(f, " ({id})")?;
                }
                Ok(())
            }
            Cause::Unreadable(reason) => write!(f, "an answer that we do not understand: {reason}"),
            Cause::Stopped(stop) => write!(f, "stopped by {stop}"),
        }
    }
}

impl PlatformError {
    /// A line or two for the reader.
    pub(super) fn why(&self) -> String {
        let times = match self.attempts {
            0 | 1 => String::new(),
            times => format!(", {times} times"),
        };
        format!("{}: {}{times}", self.call, self.cause)
    }

    pub(super) fn failure(&self) -> Failure {
        let app = &self.app;
        if let Cause::Stopped(stop) = &*self.cause {
            return Failure::new(format!("stopped by {stop}")).remedy("deploy again");
        }
        Failure::new(self.what.clone()).because(self.why()).remedy(match &*self.cause {
            Cause::Status { status: 401, .. } => format!(
                "the token in {} is not valid (any more); make another, and set it\n \
                 heroku authorizations:create\n heroku config:set {}=… -a {app}",
                self.token_variable, self.token_variable
            ),
            Cause::Status { status: 403, .. } => format!(
                "the token in {} may not do that: its account needs the permission to operate {app}",
                self.token_variable
            ),
            Cause::Status { status: 404, .. } => format!(
                "the token in {} cannot see an app {app}: check both",
                self.token_variable
            ),
            Cause::Status { status: 429 | 500.., .. } | Cause::Unreachable(_) => {
                format!("see status.heroku.com, then release again\n heroku releases:retry -a {app}")
            }
            _ => "see what the answer complains of; if it makes no sense, report it to us".to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(cause: Cause, attempts: u32) -> String {
        PlatformError {
            what: "cannot scale the dynos of shop".to_owned(),
            call: "PATCH https://api.heroku.com/apps/shop/formation".to_owned(),
            cause: Box::new(cause),
            attempts,
            app: "shop".to_owned(),
            token_variable: "HEROKU_API_KEY".to_owned(),
        }
        .failure()
        .to_string()
    }

    fn status(status: u16, id: &str, message: &str) -> Cause {
        Cause::Status { status, id: Some(id.to_owned()), message: Some(message.to_owned()) }
    }

    #[test]
    fn each_answer_has_its_remedy() {
        let all = [
            (status(401, "unauthorized", "Invalid credentials provided."), 1),
            (status(403, "forbidden", "You do not have access to the app shop."), 1),
            (status(404, "not_found", "Couldn't find that app."), 1),
            (status(422, "invalid_params", "Cannot update to more than 1 Eco dyno."), 1),
            (status(429, "rate_limit", "Your account reached the API rate limit."), 4),
            (Cause::Status { status: 503, id: None, message: None }, 4),
            (Cause::Unreachable("timeout: global".to_owned()), 4),
            (Cause::Unreadable("EOF while parsing".to_owned()), 1),
            (Cause::Stopped(Stop::Terminate), 1),
        ];
        insta::assert_snapshot!(all.map(|(cause, attempts)| error(cause, attempts)).join("\n\n"));
    }
}
