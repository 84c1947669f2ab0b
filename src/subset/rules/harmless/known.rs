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
    /// One of these columns must be there, since other tables have such names, too. Empty: any.
    pub with: &'static [&'static str],
}

const fn of(kind: Kind, tables: &'static [&'static str]) -> Known {
    Known { schema: None, kind, tables, with: &[] }
}

const fn within(schema: &'static str, kind: Kind, tables: &'static [&'static str]) -> Known {
    Known { schema: Some(schema), kind, tables, with: &[] }
}

impl Known {
    const fn with(self, columns: &'static [&'static str]) -> Known {
        Known { with: columns, ..self }
    }
}

pub(super) const KNOWN: &[Known] = &[
    // Oban: lib/oban/migrations/postgres/; Oban Pro: `oban_crons` and others. Its version is the
    // comment of `oban_jobs`.
    of(Kind::Queue, &["obanjobs", "obanpeers", "obanproducers", "obancrons", "obanqueues"]),
    // GoodJob: lib/generators/good_job/templates/install/migrations/
    of(Kind::Queue, &["goodjobs", "goodjobexecutions", "goodjobbatches", "goodjobprocesses"]),
    // Que: lib/que/migrations/; `que_values` holds its settings
    of(Kind::Queue, &["quejobs", "quelockers", "quescheduler*"]),
    // Delayed Job: lib/generators/delayed_job/templates/migration.rb
    of(Kind::Queue, &["delayedjobs", "delayedbackendactiverecordjobs"]),
    // Solid Queue, Solid Cache and Solid Cable: db/queue_schema.rb and the like
    of(Kind::Queue, &["solidqueue*"]),
    of(Kind::Cache, &["solidcacheentries", "solidcablemessages", "largeactioncablepayloads"]),
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
    of(Kind::Queue, &["riverperiodicjob", "riverjobsequence", "riverjobdeadletter"]),
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
    of(Kind::Queue, &["batchjobinstance", "batchjobexecution*", "batchstepexecution*"]),
    // Spring Modulith, JobRunr, Activiti and Camunda
    of(Kind::Outbox, &["eventpublication", "eventpublicationarchive"]).with(&["serializedevent"]),
    of(Kind::Queue, &["jobrunr*"]),
    of(
        Kind::Queue,
        &[
            "actrujob",
            "actrutimerjob",
            "actrususpendedjob",
            "actrudeadletterjob",
            "actruexternaljob",
            "actruhistoryjob",
            "actruexttask",
            "actruexternaltask",
        ],
    ),
    // db-scheduler and ShedLock, for the JVM
    of(Kind::Queue, &["scheduledtasks"]).with(&["taskinstance", "taskdata", "executiontime"]),
    of(Kind::Queue, &["shedlock"]),
    // Celery's results and beat, djcelery, kombu's transport for SQLAlchemy
    of(Kind::Queue, &["celerytaskmeta", "celerytasksetmeta", "djangoceleryresults*"]),
    of(Kind::Queue, &["djangocelerybeatperiodictask", "djangocelerybeatperiodictasks"]),
    of(Kind::Queue, &["djcelery*", "kombumessage", "kombuqueue", "djkombu*"]),
    // django-q, django-background-tasks, APScheduler, django-rq-scheduler, dramatiq, Huey
    of(Kind::Queue, &["djangoqormq", "djangoqschedule", "djangoqtask"]),
    of(Kind::Queue, &["backgroundtask", "backgroundtaskcompletedtask"]).with(&[
        "taskname",
        "taskhash",
        "taskparams",
    ]),
    of(Kind::Queue, &["apschedulerjobs", "djangoapscheduler*"]),
    of(Kind::Queue, &["schedulercronjob", "schedulerscheduledjob", "schedulerrepeatablejob"]),
    of(Kind::Queue, &["djangodramatiqtask", "hueytask", "pgqueuer*"]),
    within("dramatiq", Kind::Queue, &["queue"]),
    // Laravel: its stubs `failed_jobs` and `job_batches`; `jobs` is known by its columns
    of(Kind::Queue, &["failedjobs"]).with(&["payload", "exception", "queue", "connection"]),
    of(Kind::Queue, &["jobbatches"]).with(&["totaljobs", "pendingjobs", "failedjobids", "options"]),
    of(Kind::Cache, &["cache", "cachelocks"]).with(&["expiration"]),
    // Odoo: queue_job/models/; `ir_cron` of its core, and its outgoing mail
    of(Kind::Queue, &["queuejob", "queuejobchannel", "queuejoblock", "ircron", "ircrontrigger"]),
    of(Kind::Outbox, &["mailmail", "mailmailmessagerel", "smssms"]),
    // and the servers by which Odoo sends and fetches it
    of(Kind::Outbox, &["irmailserver", "fetchmailserver"]).with(&["smtphost", "server"]),
    // MassTransit: OutboxMessage, OutboxState, InboxState, its sagas of jobs and its SQL transport;
    // NServiceBus: OutboxData; CAP: cap.published; Rebus; Wolverine; TickerQ
    of(Kind::Outbox, &["outboxmessage", "outboxstate", "inboxstate", "outboxdata"]),
    of(Kind::Queue, &["jobsaga", "jobtypesaga", "jobattemptsaga"]).with(&["correlationid"]),
    within("transport", Kind::Queue, &["message", "messagedelivery"]),
    within("rebus", Kind::Queue, &["timeouts", "messages", "sagas"]),
    of(Kind::Queue, &["wolverine*"]),
    of(Kind::Queue, &["tickertimetickers", "timetickers", "crontickers", "crontickeroccurrences"])
        .with(&["function", "executiontime", "expression", "lockholder"]),
    of(Kind::Queue, &["mtdocdeadletterevent"]),
    // pgmq, PgQ and its successors
    within("pgmq", Kind::Queue, &["q*", "a*"]),
    within("pgq", Kind::Queue, &["event*", "retryqueue"]),
    within("pgque", Kind::Queue, &["event*", "retryqueue", "deadletter"]),
    within("absurd", Kind::Queue, &["t*", "r*", "c*", "e*", "w*"]).with(&[
        "taskid",
        "runid",
        "eventname",
    ]),
    // DBOS, Temporal, Hatchet
    within("dbos", Kind::Queue, &["workflow*", "notifications", "operationoutputs", "streams"]),
    of(
        Kind::Queue,
        &[
            "executions",
            "transfertasks",
            "timertasks",
            "visibilitytasks",
            "replicationtasks",
            "tasks",
        ],
    )
    .with(&["dataencoding"]),
    // sqlxmq, fang, Apalis, Underway: crates for Rust
    of(Kind::Queue, &["mqmsgs", "mqpayloads"]),
    of(Kind::Queue, &["fangtasks"]),
    within("apalis", Kind::Queue, &["jobs", "workers"]),
    within("underway", Kind::Queue, &["task", "taskattempt", "taskschedule"]),
    // pg_cron and pg_net, where they are plain tables
    within("cron", Kind::Queue, &["job", "jobrundetails"]),
    within("net", Kind::Outbox, &["httprequestqueue", "httpresponse"]),
    // Symfony Messenger
    of(Kind::Queue, &["messengermessages"]),
    within("cap", Kind::Outbox, &["published", "received"]),
    // django-post-office, django-mailer
    of(Kind::Outbox, &["postofficeemail", "postofficelog", "mailermessage", "mailermessagelog"]),
    of(Kind::Outbox, &["postofficeattachment", "postofficeattachmentemails"]),
    // rpush: lib/generators/templates/
    of(Kind::Outbox, &["rpushnotifications", "rpushfeedback"]),
    // Django, Flask-Session, connect-pg-simple, Starlette, Spring Session
    of(Kind::Session, &["djangosession", "usersessionssession", "springsession*"]),
    of(Kind::Session, &["persistentlogins", "httpsessions", "serversidesessions"]),
    // Supabase's and GoTrue's
    within("auth", Kind::Session, &["sessions", "mfaamrclaims"]),
    within("auth", Kind::LoginLink, &["flowstate", "onetimetokens", "mfachallenges"]),
    within("auth", Kind::LoginLink, &["samlrelaystates"]),
    within("auth", Kind::Token, &["refreshtokens", "oauthauthorizations", "oauthclientstates"]),
    // Ory Kratos and Hydra, Keycloak
    of(Kind::Session, &["sessiondevices"]).with(&["sessionid"]),
    of(Kind::LoginLink, &["selfservice*", "continuitycontainers"]),
    of(Kind::LoginLink, &["identityrecoverytokens", "identityverificationtokens"]),
    of(
        Kind::LoginLink,
        &[
            "identityrecoverycodes",
            "identityverificationcodes",
            "identitylogincodes",
            "identityregistrationcodes",
        ],
    ),
    of(Kind::Outbox, &["couriermessages", "couriermessagedispatches"]),
    of(
        Kind::Token,
        &[
            "hydraoauth2access",
            "hydraoauth2refresh",
            "hydraoauth2code",
            "hydraoauth2oidc",
            "hydraoauth2pkce",
            "hydraoauth2flow",
            "hydraoauth2authenticationsession",
            "hydraoauth2devicecodes",
            "hydraoauth2consentrequesthandled",
        ],
    ),
    of(Kind::Session, &["offlineusersession", "offlineclientsession"]),
    of(Kind::Session, &["usersession", "clientsession"]).with(&[
        "lastsessionrefresh",
        "realmid",
        "redirecturi",
    ]),
    // Rodauth, also with another prefix: its keys are known by their columns
    of(Kind::Session, &["accountactivesessionkeys", "accountsessionkeys"]),
    of(
        Kind::LoginLink,
        &[
            "accountrememberkeys",
            "accountpasswordresetkeys",
            "accountverificationkeys",
            "accountloginchangekeys",
            "accountemailauthkeys",
            "accountunlockkeys",
            "accountsmscodes",
        ],
    ),
    of(Kind::Token, &["accountjwtrefreshkeys"]),
    // better-auth
    of(Kind::LoginLink, &["verification", "verifications"]).with(&["identifier"]),
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
    of(Kind::Token, &["aspnetusertokens", "persistedgrants"]),
    of(Kind::Token, &["devicecodes"]).with(&["subjectid", "clientid", "usercode"]),
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
