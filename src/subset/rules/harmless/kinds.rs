//! What a table is, by its name and its columns.

use super::bare;
use super::known::KNOWN;
use crate::catalog::Table;
use crate::subset::rules::kind::Kind;

/// The kind of a table whose rows would act in a review app, or let somebody in.
pub(super) fn kind_of(table: &Table) -> Option<Kind> {
    let columns: Vec<String> = table.columns.iter().map(|column| bare(&column.name)).collect();
    by_name(&table.name.schema, &table.name.name).or_else(|| by_looks(&table.name.name, &columns))
}

fn by_name(schema: &str, name: &str) -> Option<Kind> {
    let name = bare(name);
    let mut known = KNOWN.iter().filter(|known| known.schema.is_none_or(|own| own == schema));
    let is_named = |pattern: &&str| match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == **pattern,
    };
    known.find(|known| known.tables.iter().any(&is_named)).map(|known| known.kind)
}

/// What a queued job carries.
const PAYLOAD: &[&str] = &[
    "payload",
    "handler",
    "args",
    "arguments",
    "kwargs",
    "serializedparams",
    "jobdata",
    "jobargs",
    "jobarguments",
    "jobclass",
    "jobtype",
    "taskargs",
    "taskkwargs",
    "taskparams",
    "taskname",
    "taskidentifier",
    "data",
    "body",
    "params",
    "message",
    "worker",
    "workerclass",
    "function",
    "callable",
    "methodname",
];

/// Columns that only a worker reads or writes.
const OF_WORKERS: &[&str] = &[
    "attempt",
    "attempts",
    "attemptcount",
    "maxattempts",
    "retries",
    "retrycount",
    "retrylimit",
    "retryat",
    "maxretries",
    "runat",
    "runafter",
    "nextrunat",
    "nextattemptat",
    "startafter",
    "availableat",
    "visibleat",
    "reservedat",
    "lockedat",
    "lockedby",
    "lockeduntil",
    "lockexpiresat",
    "leaseexpiresat",
    "claimedat",
    "claimedby",
    "pickedat",
    "pickedby",
    "enqueuedat",
    "dequeuedat",
    "failedat",
    "lasterror",
    "lastheartbeat",
    "heartbeatat",
    "queue",
    "queuename",
    "queueid",
    "jobclass",
    "serializedparams",
    "taskidentifier",
    "workerid",
];

/// Columns that queues have, and other tables too.
const OF_QUEUES: &[&str] = &[
    "priority",
    "state",
    "status",
    "scheduledat",
    "scheduledfor",
    "scheduledtime",
    "performat",
    "executeat",
    "sendat",
    "deliverat",
    "eta",
    "error",
    "errors",
    "startedat",
    "finishedat",
    "completedat",
    "processedat",
    "performedat",
    "sentat",
];

/// A secret that lets its owner in.
const SECRETS: &[&str] = &[
    "token",
    "tokenhash",
    "tokendigest",
    "hashedtoken",
    "tokenvalue",
    "encryptedtoken",
    "accesstoken",
    "refreshtoken",
    "sessiontoken",
    "authtoken",
    "plaintexttoken",
    "jti",
    "code",
    "codehash",
    "codedigest",
    "key",
    "keyhash",
    "digest",
    "hash",
    "secret",
    "otp",
];

/// Columns that say for how long and for what a secret is good.
const OF_SECRETS: &[&str] = &[
    "expires",
    "expiresat",
    "expiresin",
    "expireson",
    "expiredat",
    "expiry",
    "expirydate",
    "expiration",
    "expirationdate",
    "validuntil",
    "revoked",
    "revokedat",
    "usedat",
    "consumedat",
    "lastusedat",
    "scopes",
    "scope",
    "abilities",
    "context",
    "sentto",
    "userid",
    "accountid",
    "resourceownerid",
    "applicationid",
    "clientid",
];

fn by_looks(name: &str, columns: &[String]) -> Option<Kind> {
    let words = words(name);
    let has_word = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.as_str()));
    let ends = |wanted: &[&str]| words.last().is_some_and(|word| wanted.contains(&word.as_str()));
    let count =
        |wanted: &[&str]| columns.iter().filter(|column| wanted.contains(&column.as_str())).count();
    let has = |wanted: &[&str]| count(wanted) > 0;
    let has_secret = || has(SECRETS) && has(OF_SECRETS);
    let is_mail = || {
        has_word(&["mail", "mails", "email", "emails", "sms", "notification"])
            || has_word(&["notifications", "message", "messages", "newsletter", "push"])
    };
    let waits = || has_word(&["queue", "queued", "scheduled", "pending", "outgoing", "outbound"]);

    if has_word(&["webhook", "webhooks"]) || has_word(&["hook", "hooks"]) && has_word(&["web"]) {
        let acts = ["url", "uri", "endpoint", "targeturl", "callbackurl", "hookurl", "payload"];
        let acts = has(&acts)
            || has(&["body", "data", "secret", "request", "requestbody", "response", "headers"])
            || has(&["webhookid", "event", "eventtype", "events", "signingsecret"]);
        return acts.then_some(Kind::Webhook);
    }
    if has_word(&["outbox", "outboxes"]) && has(PAYLOAD) || is_mail() && waits() && acts_once(&has)
    {
        return Some(Kind::Outbox);
    }
    if has_word(&["push", "fcm", "apns", "gcm", "apn", "expo", "device", "devices"])
        && ends(&["subscription", "subscriptions", "token", "tokens", "device", "devices"])
        && has(&["endpoint", "token", "registrationid", "p256dh", "pushtoken", "devicetoken"])
    {
        return Some(Kind::Push);
    }
    let of_workers = count(OF_WORKERS);
    let score = 2 * of_workers + count(OF_QUEUES);
    let queue = has_word(&["queue", "queues", "queued", "enqueued"]) && score >= 1;
    let job = has_word(&["job", "jobs", "delayed"]) && of_workers >= 1 && score >= 3;
    let task = has_word(&["task", "tasks"]) && of_workers >= 2;
    if has(PAYLOAD) && (queue || job || task) {
        return Some(Kind::Queue);
    }
    if ends(&["session", "sessions"]) && is_session(&has) {
        return Some(Kind::Session);
    }
    let login = has_word(&["magic", "login", "signin", "passwordless", "sso", "otp"])
        && ends(&["link", "links", "token", "tokens", "code", "codes", "request", "requests"]);
    let reset = has_word(&["password", "passwords"])
        && has_word(&["reset", "resets", "recovery", "recoveries"]);
    let verification =
        has_word(&["verification", "verifications", "confirmation", "confirmations"])
            && (words.len() == 1
                || has_word(&["email", "token", "tokens", "code", "codes", "user"]));
    if (login || reset || verification) && (has_secret() || has(&["token", "tokenhash"])) {
        return Some(Kind::LoginLink);
    }
    let grants = ends(&["grant", "grants"])
        && (has_word(&["oauth", "access", "auth"]) || has(&["clientid", "redirecturi", "scopes"]));
    if (grants || ends(&["token", "tokens"])) && has_secret() {
        return Some(Kind::Token);
    }
    None
}

/// A mail that waits has somebody to go to, or something to say.
fn acts_once(has: &impl Fn(&[&str]) -> bool) -> bool {
    has(&["to", "recipient", "recipients", "recipientid", "toaddress", "toemail", "email"])
        || has(&["userid", "subject", "template", "templateid", "phone", "phonenumber"])
        || has(PAYLOAD)
}

/// Not a session of a conference, a training or a therapist.
fn is_session(has: &impl Fn(&[&str]) -> bool) -> bool {
    let secret = has(&["sessiontoken", "sessionkey", "sid", "sess", "sessiondata"])
        || has(&["token", "tokenhash", "tokendigest", "refreshtoken", "accesstoken"]);
    let stored = has(&["sessionid"]) && has(&["data", "expire", "expires", "expiry", "expiresat"]);
    let laravel = has(&["payload"]) && has(&["lastactivity"]);
    let rails =
        has(&["userid"]) && has(&["useragent"]) && has(&["ipaddress", "ip", "lastactiveat"]);
    secret || stored || laravel || rails
}

/// The words of a name: `user_sessions`, `UserSessions` and `userSessions` alike.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before_lower = false;
    for c in name.chars() {
        if !c.is_alphanumeric() {
            words.push(String::new());
        } else if c.is_uppercase() && before_lower {
            words.push(c.to_lowercase().collect());
        } else {
            let last = words.len() - 1;
            words[last].extend(c.to_lowercase());
        }
        before_lower = c.is_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(name: &str, columns: &str) -> Option<Kind> {
        let columns: Vec<String> = columns.split(' ').map(bare).collect();
        let (schema, name) = name.split_once('.').unwrap_or(("public", name));
        by_name(schema, name).or_else(|| by_looks(name, &columns))
    }

    #[test]
    fn tables_of_libraries_are_known_by_name() {
        for (name, kind) in [
            ("oban_jobs", Kind::Queue),
            ("solid_queue_scheduled_executions", Kind::Queue),
            ("solid_cache_entries", Kind::Cache),
            ("hangfire.job", Kind::Queue),
            ("QRTZ_TRIGGERS", Kind::Queue),
            ("graphile_worker._private_jobs", Kind::Queue),
            ("django_session", Kind::Session),
            ("oauth_access_tokens", Kind::Token),
            ("AspNetUserTokens", Kind::Token),
            ("OutboxMessage", Kind::Outbox),
            ("fcm_django_fcmdevice", Kind::Push),
        ] {
            assert_eq!(found(name, "id"), Some(kind), "{name}");
        }
    }

    #[test]
    fn tables_of_a_librarys_schema_have_common_names_elsewhere() {
        for name in ["job", "state", "list", "server", "schedule", "published", "queue"] {
            assert_eq!(found(name, "id name"), None, "{name}");
        }
        assert_eq!(found("hangfire.schema", "version"), None);
        assert_eq!(found("pgboss.version", "version"), None);
    }

    #[test]
    fn others_are_found_by_their_columns() {
        for (name, columns, kind) in [
            ("jobs", "id queue payload attempts reserved_at available_at created_at", Kind::Queue),
            ("background_jobs", "id handler run_at locked_at locked_by attempts", Kind::Queue),
            ("job", "id name priority data state retryLimit retryCount startAfter", Kind::Queue),
            ("tasks", "id task_name kwargs status attempts locked_by", Kind::Queue),
            ("import_queue", "id payload status created_at", Kind::Queue),
            ("event_outbox", "id aggregate_id payload published_at", Kind::Outbox),
            ("scheduled_emails", "id user_id subject send_at", Kind::Outbox),
            ("sms_queue", "id phone_number body sent", Kind::Outbox),
            ("Session", "id sessionToken userId expires", Kind::Session),
            ("sessions", "id session_id data created_at updated_at", Kind::Session),
            ("sessions", "id user_id ip_address user_agent payload last_activity", Kind::Session),
            ("sessions", "id user_id ip_address user_agent created_at", Kind::Session),
            ("session", "sid sess expire", Kind::Session),
            ("refresh_tokens", "id user_id token_hash expires_at", Kind::Token),
            ("push_subscriptions", "id user_id endpoint p256dh auth", Kind::Push),
            ("device_tokens", "id user_id token platform", Kind::Push),
            ("webhook_endpoints", "id url secret", Kind::Webhook),
            ("WebhookDeliveries", "id webhookId responseStatus", Kind::Webhook),
            ("password_resets", "email token created_at", Kind::LoginLink),
            ("VerificationToken", "identifier token expires", Kind::LoginLink),
            ("magic_links", "id user_id token_digest expires_at", Kind::LoginLink),
        ] {
            assert_eq!(found(name, columns), Some(kind), "{name} ({columns})");
        }
    }

    #[test]
    fn tables_of_the_business_stay() {
        for (name, columns) in [
            // a job board, a field service, a to-do list
            ("jobs", "id title description company_id salary status published_at"),
            ("jobs", "id customer_id status priority scheduled_at data"),
            ("tasks", "id title body status priority due_on assignee_id"),
            ("print_jobs_archive", "id printer pages"),
            ("support_queues", "id name priority"),
            // a conference, a gym, analytics
            ("sessions", "id title speaker_id starts_at room"),
            ("training_sessions", "id trainer_id starts_at data"),
            ("sessions", "id visitor_id landing_page started_at"),
            // text, money, games
            ("tokens", "id document_id token position"),
            ("tokens", "id symbol address decimals"),
            ("grants", "id code amount expires_at"),
            ("devices", "id serial_number model"),
            ("messages", "id sender_id recipient_id body sent_at"),
            ("email_templates", "id subject body"),
            ("notifications", "id user_id body read_at"),
            ("subscriptions", "id user_id plan_id status"),
            ("links", "id url token clicks"),
            ("order_confirmations", "id order_id sent_at"),
            ("users", "id email reset_password_token"),
        ] {
            assert_eq!(found(name, columns), None, "{name} ({columns})");
        }
    }

    #[test]
    fn names_come_apart_into_words() {
        assert_eq!(words("user_sessions"), ["user", "sessions"]);
        assert_eq!(words("UserSessions"), ["user", "sessions"]);
        assert_eq!(words("QRTZ_TRIGGERS"), ["qrtz", "triggers"]);
        assert_eq!(words("oauth2-grants"), ["oauth2", "grants"]);
    }
}
