//! Tables of well-known libraries, under the names that the libraries give them.
//!
//! Names are written as [`bare`](super::bare) gives them: lower case, without underscores. A `*` at
//! the end stands for any rest.

use crate::subset::rules::kind::Kind;

/// An entry of the list.
pub(super) struct Known {
    /// `None`: any schema.
    pub schema: Option<&'static str>,
    pub kind: Kind,
    pub tables: &'static [&'static str],
}

const fn of(kind: Kind, tables: &'static [&'static str]) -> Known {
    Known { schema: None, kind, tables }
}

const fn within(schema: &'static str, kind: Kind, tables: &'static [&'static str]) -> Known {
    Known { schema: Some(schema), kind, tables }
}

pub(super) const KNOWN: &[Known] = &[
    // Oban: lib/oban/migrations/postgres/; Oban Pro: `oban_crons` and others. Its version is the
    // comment of `oban_jobs`.
    of(Kind::Queue, &["obanjobs", "obanpeers", "obanproducers", "obancrons", "obanqueues"]),
    // GoodJob: lib/generators/good_job/templates/install/migrations/
    of(Kind::Queue, &["goodjobs", "goodjobexecutions", "goodjobbatches", "goodjobprocesses"]),
    // Que: lib/que/migrations/; `que_values` holds its settings
    of(Kind::Queue, &["quejobs", "quelockers", "quescheduler"]),
    // Delayed Job: lib/generators/delayed_job/templates/migration.rb
    of(Kind::Queue, &["delayedjobs", "delayedbackendactiverecordjobs"]),
    // Solid Queue, Solid Cache and Solid Cable: db/queue_schema.rb and the like
    of(Kind::Queue, &["solidqueue*"]),
    of(Kind::Cache, &["solidcacheentries", "solidcablemessages"]),
    // queue_classic: sql/create_table.sql
    of(Kind::Queue, &["queueclassicjobs"]),
    // Graphile Worker: sql/; older versions have no `_private`
    within(
        "graphile_worker",
        Kind::Queue,
        &["privatejobs", "privatejobqueues", "privateknowncrontabs", "jobs", "jobqueues"],
    ),
    // pg-boss: src/plans.js; `version` and `queue` hold its settings
    within("pgboss", Kind::Queue, &["job", "archive", "schedule", "subscription", "jobcommon"]),
    // Procrastinate: procrastinate/sql/schema.sql
    of(Kind::Queue, &["procrastinate*"]),
    // River: riverdriver/riverpgxv5/migration/; `river_migration` is its migration table
    of(Kind::Queue, &["riverjob", "riverleader", "riverclient", "riverclientqueue", "riverqueue"]),
    // Hangfire: src/Hangfire.PostgreSql/Scripts/; `schema` holds its version
    within(
        "hangfire",
        Kind::Queue,
        &[
            "job",
            "jobparameter",
            "jobqueue",
            "state",
            "counter",
            "aggregatedcounter",
            "set",
            "hash",
            "list",
            "lock",
            "server",
        ],
    ),
    // Quartz: docs/dbTables/tables_postgres.sql
    of(Kind::Queue, &["qrtz*"]),
    // Spring Batch: org/springframework/batch/core/schema-postgresql.sql
    of(Kind::Queue, &["batchjob*", "batchstepexecution*"]),
    // db-scheduler and ShedLock, for the JVM
    of(Kind::Queue, &["scheduledtasks", "shedlock"]),
    // Celery's results and beat, djcelery, kombu's transport for SQLAlchemy
    of(Kind::Queue, &["celerytaskmeta", "celerytasksetmeta", "djangoceleryresults*"]),
    of(Kind::Queue, &["djangocelerybeatperiodictask", "djangocelerybeatperiodictasks"]),
    of(Kind::Queue, &["djcelery*", "kombumessage", "kombuqueue", "djkombu*"]),
    // django-q, django-background-tasks, APScheduler, django-rq-scheduler, dramatiq, Huey
    of(Kind::Queue, &["djangoqormq", "djangoqschedule", "djangoqtask"]),
    of(Kind::Queue, &["backgroundtask", "backgroundtaskcompletedtask"]),
    of(Kind::Queue, &["apschedulerjobs", "djangoapscheduler*"]),
    of(Kind::Queue, &["schedulercronjob", "schedulerscheduledjob", "schedulerrepeatablejob"]),
    of(Kind::Queue, &["djangodramatiqtask", "hueytask", "pgqueuer*"]),
    within("dramatiq", Kind::Queue, &["queue"]),
    // Laravel: its stubs `failed_jobs` and `job_batches`; `jobs` is known by its columns
    of(Kind::Queue, &["failedjobs", "jobbatches"]),
    // Odoo: queue_job/models/; `ir_cron` of its core, and its outgoing mail
    of(Kind::Queue, &["queuejob", "queuejobchannel", "queuejoblock", "ircron", "ircrontrigger"]),
    of(Kind::Outbox, &["mailmail", "mailmailmessagerel", "smssms"]),
    // MassTransit: OutboxMessage, OutboxState, InboxState; NServiceBus: OutboxData; CAP: cap.published
    of(Kind::Outbox, &["outboxmessage", "outboxstate", "inboxstate", "outboxdata"]),
    within("cap", Kind::Outbox, &["published", "received"]),
    // django-post-office, django-mailer
    of(Kind::Outbox, &["postofficeemail", "postofficelog", "mailermessage", "mailermessagelog"]),
    of(Kind::Outbox, &["postofficeattachment", "postofficeattachmentemails"]),
    // rpush: lib/generators/templates/
    of(Kind::Outbox, &["rpushnotifications", "rpushfeedback"]),
    // Django, Flask-Session, connect-pg-simple, Starlette, Spring Session
    of(Kind::Session, &["djangosession", "usersessionssession", "springsession*"]),
    // django-allauth, django-otp's and two-factor's devices stay
    of(Kind::Session, &["usersessionsusersession"]),
    // Doorkeeper, Laravel Passport, django-oauth-toolkit
    of(
        Kind::Token,
        &[
            "oauthaccesstokens",
            "oauthaccessgrants",
            "oauthrefreshtokens",
            "oauthauthcodes",
            "oauthdevicecodes",
            "oauthdevicegrants",
            "oauthopenidrequests",
            "oauth2provideraccesstoken",
            "oauth2providerrefreshtoken",
            "oauth2providergrant",
            "oauth2provideridtoken",
            "oauth2providerdevicegrant",
        ],
    ),
    // Laravel Sanctum, Django REST framework, django-rest-knox, Simple JWT, django-allauth
    of(Kind::Token, &["personalaccesstokens", "authtokentoken", "knoxauthtoken"]),
    of(
        Kind::Token,
        &["tokenblacklistoutstandingtoken", "tokenblacklistblacklistedtoken", "jwtdenylist"],
    ),
    of(Kind::Token, &["socialaccountsocialtoken", "socialauthcode", "socialauthpartial"]),
    of(Kind::Token, &["socialauthnonce", "socialauthassociation"]),
    // ASP.NET Core Identity, IdentityServer, OpenIddict
    of(Kind::Token, &["aspnetusertokens", "persistedgrants", "devicecodes"]),
    of(Kind::Token, &["openiddicttokens", "openiddictauthorizations"]),
    // Phoenix: `mix phx.gen.auth`
    of(Kind::Token, &["userstokens"]),
    // django-push-notifications, fcm-django, django-webpush
    of(
        Kind::Push,
        &[
            "pushnotificationsapnsdevice",
            "pushnotificationsgcmdevice",
            "pushnotificationswebpushdevice",
            "pushnotificationswnsdevice",
            "fcmdjangofcmdevice",
            "webpushsubscriptioninfo",
            "webpushpushinformation",
        ],
    ),
    // Rails: Action Mailbox's inbound mail; Action Cable's messages
    of(Kind::Queue, &["actionmailboxinboundemails", "actioncablemessages"]),
    // Svix, spatie/laravel-webhook-client, django-webhooks: others are known by their columns
    of(Kind::Webhook, &["webhookcalls"]),
    // django-allauth
    of(Kind::LoginLink, &["accountemailconfirmation"]),
];
