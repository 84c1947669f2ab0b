//! What a table is, by its name and its columns.

use super::bare;
use super::columns::{
    CALLED, CARRIED, EVENTS, GIVEN_OUT, LOCKS, OF_EVENTS, OF_LIBRARIES, OF_QUEUES, OF_SECRETS,
    OF_WORKERS, PAYLOAD, PUSH, SECRETS, SIGNED_IN,
};
use super::known::{KNOWN, Known};
use crate::catalog::Table;
use crate::subset::rules::kind::Kind;

/// The kind of a table whose rows would act in a review app, or let somebody in.
pub(super) fn kind_of(table: &Table) -> Option<Kind> {
    let columns: Vec<String> = table.columns.iter().map(|column| bare(&column.name)).collect();
    by_name(&table.name.schema, &table.name.name, &columns)
        .or_else(|| by_looks(&table.name.name, &columns))
}

fn by_name(schema: &str, name: &str, columns: &[String]) -> Option<Kind> {
    let name = bare(name);
    let mut known = KNOWN.iter().filter(|known| known.schema.is_none_or(|own| own == schema));
    let is_named = |pattern: &&str| match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == **pattern,
    };
    let looks_so = |known: &Known| {
        known.with.is_empty() || columns.iter().any(|column| known.with.contains(&column.as_str()))
    };
    known
        .find(|known| known.tables.iter().any(&is_named) && looks_so(known))
        .map(|known| known.kind)
}

/// The words of a table's name, and its columns.
struct Looks<'a> {
    words: Vec<String>,
    columns: &'a [String],
}

impl Looks<'_> {
    fn has_word(&self, wanted: &[&str]) -> bool {
        self.words.iter().any(|word| wanted.contains(&word.as_str()))
    }

    fn ends(&self, wanted: &[&str]) -> bool {
        self.words.last().is_some_and(|word| wanted.contains(&word.as_str()))
    }

    fn count(&self, wanted: &[&str]) -> usize {
        self.columns.iter().filter(|column| wanted.contains(&column.as_str())).count()
    }

    fn has(&self, wanted: &[&str]) -> bool {
        self.count(wanted) > 0
    }

    fn has_secret(&self) -> bool {
        self.has(SECRETS) && self.has(OF_SECRETS)
    }
}

/// Whether a table is of one kind.
type Test = fn(&Looks<'_>) -> bool;

fn by_looks(name: &str, columns: &[String]) -> Option<Kind> {
    let looks = Looks { words: words(name), columns };
    let kinds: [(Test, Kind); 8] = [
        (is_webhook, Kind::Webhook),
        (is_outbox, Kind::Outbox),
        (is_push, Kind::Push),
        (is_queue, Kind::Queue),
        (is_session, Kind::Session),
        (is_login_link, Kind::LoginLink),
        (is_token, Kind::Token),
        (is_cache, Kind::Cache),
    ];
    kinds.into_iter().find(|(is_kind, _)| is_kind(&looks)).map(|(_, kind)| kind)
}

fn is_webhook(looks: &Looks<'_>) -> bool {
    let hooks = looks.has_word(&["webhook", "webhooks"])
        || looks.has_word(&["hook", "hooks"]) && looks.has_word(&["web"]);
    if hooks {
        return looks.has(CALLED)
            || looks.has(EVENTS)
            || looks.has(&["payload", "body", "data", "request", "requestbody", "response"])
            || looks.has(&["headers", "webhookid"]);
    }
    let subscribers = ["hook", "hooks", "subscription", "subscriptions", "subscriber"];
    let calls = looks.has_word(&subscribers)
        || looks.has_word(&["subscribers", "callback", "callbacks", "listener", "listeners"])
        || looks.has_word(&["endpoint", "endpoints"]);
    let callback = ["callbackurl", "hookurl", "webhookurl", "targeturl", "deliveryurl"];
    calls
        && (looks.has(&callback) && looks.has(EVENTS)
            || looks.has(CALLED) && looks.has(&["secret", "signingsecret"]))
}

fn is_outbox(looks: &Looks<'_>) -> bool {
    let outbox = looks.words.iter().any(|word| word.starts_with("outbox"));
    let says = ["text", "subject", "aggregateid", "aggregatetype", "eventtype", "serializedevent"];
    if outbox && (looks.has(PAYLOAD) || looks.has(&says)) {
        return true;
    }
    let mail = looks.has_word(&["mail", "mails", "email", "emails", "sms", "notification"])
        || looks.has_word(&["notifications", "message", "messages", "newsletter", "push"]);
    let waits =
        looks.has_word(&["queue", "queued", "scheduled", "pending", "outgoing", "outbound"])
            || looks.has_word(&["unsent", "undelivered"])
            || looks.has_word(&["to"]) && looks.has_word(&["send", "deliver"]);
    mail && waits && acts_once(looks)
}

fn is_push(looks: &Looks<'_>) -> bool {
    let devices = ["device", "devices", "token", "tokens", "installation", "installations"];
    let subscribed = ["subscription", "subscriptions", "registration", "registrations"];
    let listed = looks.ends(&devices)
        || looks.ends(&subscribed)
        || looks.ends(&["endpoint", "endpoints", "subscriber", "subscribers"]);
    let push = looks.has_word(&["push", "fcm", "apns", "gcm", "apn", "expo", "device", "devices"]);
    listed && (looks.has(PUSH) || push && looks.has(&["endpoint", "token"]))
}

fn is_queue(looks: &Looks<'_>) -> bool {
    if looks.has(OF_LIBRARIES) {
        return true;
    }
    let of_workers = looks.count(OF_WORKERS);
    let score = 2 * of_workers + looks.count(OF_QUEUES);
    let queue = looks.has_word(&["queue", "queues", "queued", "enqueued", "jobqueue", "taskqueue"])
        && score >= 1;
    let job = looks.has_word(&["job", "jobs", "delayed"]) && of_workers >= 1 && score >= 3;
    let task = looks.has_word(&["task", "tasks"]) && of_workers >= 2;
    // whatever its name
    let given_out = looks.has(GIVEN_OUT);
    let carries = looks.has(PAYLOAD) || looks.has(CARRIED);
    let named = looks.has(&["queue", "queuename"]) && given_out;
    let retried = given_out && of_workers >= 3;
    let locked = looks.has(LOCKS) && given_out && of_workers >= looks.count(LOCKS) + 2;
    let lettered = looks.has(&["headers"]) && looks.has(&["body"]) && given_out;
    let dead = looks.has_word(&["dead"]) && looks.has_word(&["letter", "letters"]);
    looks.has(PAYLOAD) && (queue || job || task || retried)
        || carries && (named || locked || lettered || dead)
}

/// Not a session of a conference, a training or a therapist.
fn is_session(looks: &Looks<'_>) -> bool {
    if !looks.ends(&["session", "sessions"]) {
        return false;
    }
    let secret = looks.has(&["sessiontoken", "sessionkey", "sid", "sess", "sessiondata"])
        || looks.has(&["token", "tokenhash", "tokendigest", "refreshtoken", "accesstoken"])
        || looks.has(&["secrethash", "logouttoken"]);
    let expires = looks.columns.iter().any(|column| {
        column.starts_with("expire") || column.ends_with("expires") || column == "expiry"
    });
    let stored = looks.has(&["sessionid"]) && (looks.has(&["data"]) || expires);
    let laravel = looks.has(&["payload"]) && looks.has(&["lastactivity"]);
    let rails = looks.has(&["userid"])
        && looks.has(&["useragent"])
        && looks.has(&["ipaddress", "ip", "lastactiveat"]);
    let of_users = expires
        && (looks.words.len() == 1 || looks.has_word(SIGNED_IN))
        && looks.has(&["userid", "accountid", "identityid", "subjectid", "subject", "memberid"])
        && !looks.has(OF_EVENTS);
    secret || stored || laravel || rails || of_users
}

fn is_login_link(looks: &Looks<'_>) -> bool {
    let secrets = looks.ends(&["link", "links", "token", "tokens", "code", "codes"])
        || looks.ends(&["request", "requests", "key", "keys", "password", "passwords"])
        || looks.ends(&["challenge", "challenges"]);
    let login = looks.has_word(&["magic", "login", "signin", "passwordless", "sso", "otp"])
        || looks.has_word(&["totp", "mfa", "2fa", "sms", "recovery", "onetime", "unlock"])
        || looks.has_word(&["remember"]);
    let once = looks.has_word(&["one"])
        && looks.has_word(&["time"])
        && looks.ends(&["code", "codes", "password", "passwords", "token", "tokens", "link"]);
    // Rodauth's
    let keys = looks.ends(&["key", "keys"])
        && looks.has(&["key"])
        && looks.has(&["deadline", "requestedat", "emaillastsent"]);
    let reset = looks.has_word(&["password", "passwords"])
        && looks.has_word(&["reset", "resets", "recovery", "recoveries"]);
    let verifies = looks.has_word(&["verification", "verifications"])
        || looks.has_word(&["confirmation", "confirmations"]);
    let verification = verifies
        && (looks.words.len() == 1
            || looks.has_word(&["email", "token", "tokens", "code", "codes", "user", "account"])
            || looks.has_word(&["key", "keys", "phone"]));
    (login && secrets || once || keys || reset || verification)
        && (looks.has_secret() || looks.has(&["token", "tokenhash"]))
}

fn is_token(looks: &Looks<'_>) -> bool {
    let oauth = looks.has_word(&["oauth", "oauth2", "oidc", "openid", "jwt", "jwts", "saml"]);
    let granted = looks.ends(&["token", "tokens", "code", "codes", "grant", "grants"])
        || looks.ends(&["authorization", "authorizations", "refresh", "access"]);
    let values = looks.has(&["accesstokenvalue", "refreshtokenvalue", "jti"]);
    if oauth && (granted && (looks.has(SECRETS) || looks.has(&["scope", "scopes"])) || values) {
        return true;
    }
    let grants = looks.ends(&["grant", "grants"])
        && (looks.has_word(&["oauth", "access", "auth"])
            || looks.has(&["clientid", "redirecturi", "scopes"]));
    let remembered = looks.has(&["series"]) && looks.has(&["token"]);
    remembered || (grants || looks.ends(&["token", "tokens"])) && looks.has_secret()
}

/// What the app fills in again.
fn is_cache(looks: &Looks<'_>) -> bool {
    let expires = ["expires", "expiration", "expiry", "expiresat", "expireat", "validuntil"];
    looks.has_word(&["cache", "caches"])
        && looks.has(&["key", "cachekey", "keyhash"])
        && (looks.has(&expires) || looks.has(&["owner"]))
}

/// A mail that waits has somebody to go to, or something to say.
fn acts_once(looks: &Looks<'_>) -> bool {
    looks.has(&["to", "recipient", "recipients", "recipientid", "toaddress", "toemail", "email"])
        || looks.has(&["userid", "subject", "template", "templateid", "phone", "phonenumber"])
        || looks.has(PAYLOAD)
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
        by_name(schema, name, &columns).or_else(|| by_looks(name, &columns))
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
            ("messages", "id body headers queue_name available_at delivered_at", Kind::Queue),
            ("background_work", "id handler attempts run_at locked_at locked_by", Kind::Queue),
            ("recurring", "id name task args kwargs enabled last_run_at", Kind::Queue),
            ("q_emails", "msg_id read_ct enqueued_at vt message", Kind::Queue),
            ("outboxevent", "id aggregatetype aggregateid type payload", Kind::Outbox),
            ("messages_to_send", "id recipient body send_at", Kind::Outbox),
            ("push_tokens", "id user_id expo_token platform", Kind::Push),
            ("installations", "id user_id device_token os", Kind::Push),
            ("hook_endpoints", "id url events secret", Kind::Webhook),
            ("event_subscriptions", "id callback_url event", Kind::Webhook),
            ("session", "id user_id expires_at", Kind::Session),
            ("user_session", "id user_id active_expires idle_expires", Kind::Session),
            ("allowlisted_jwts", "id jti aud exp user_id", Kind::Token),
            ("oauth2_authorization", "id access_token_value attributes", Kind::Token),
            ("verification", "id identifier value expires_at", Kind::LoginLink),
            ("one_time_passwords", "id user_id otp expires_at", Kind::LoginLink),
            ("staff_verification_keys", "id key requested_at", Kind::LoginLink),
            ("my_cache", "cache_key value expires", Kind::Cache),
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
            ("users", "id email reset_password_token push_token"),
            ("job_batches", "id product_id quantity started_at"),
            ("pages", "id title body locked_by locked_at lock_expires_at"),
            ("tickets", "id queue subject body status locked_by"),
            ("waiting_queue", "id patient_id request status"),
            ("exports", "id user_id active_job_id status"),
            ("exam_sessions", "id user_id exam_id expires_at"),
            ("subscriptions", "id user_id url topic"),
            ("event_subscriptions", "id event_id user_id created_at"),
            ("installations", "id customer_id address technician_id"),
            ("verifications", "id user_id document_type status value"),
            ("callbacks", "id customer_id phone notes call_at"),
            ("executions", "id order_id price executed_at"),
            ("scheduled_tasks", "id title room starts_at"),
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
