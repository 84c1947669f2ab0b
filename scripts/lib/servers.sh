# Shared by the scripts: PostgreSQL servers of their own, on free local ports, run by an
# unprivileged user, and gone when the script ends. Source it after say.sh.
#
#   find_postgres         sets PG_BIN (a directory with initdb, postgres, pg_basebackup, psql, …);
#                         PG_BINDIR, where set, names it
#   servers_open          makes the directory that everything lives in: $SERVERS
#   servers_in DIRECTORY  makes this directory instead, which must not exist
#   start_primary NAME    initdb and start; the port is then in $NAME_port
#   start_standby NAME OF pg_basebackup of OF's primary, and start as its hot standby
#   stop_servers          stops all of them and removes $SERVERS
#
# Superusers connect through the Unix socket ($SERVERS, no password); everyone else needs a password.

started=()
# never the caller's: stop_servers removes it
SERVERS=

# Settings for every server of ours: the data is thrown away, so it need not survive a power cut.
server_settings=(
    "listen_addresses = '127.0.0.1'"
    "shared_buffers = 256MB"
    "max_wal_size = 4GB"
    "fsync = off"
    "full_page_writes = off"
    "hot_standby_feedback = on"
    "wal_receiver_status_interval = 1s"
    "log_min_messages = error"
)

find_postgres() {
    local candidate
    for candidate in "${PG_BINDIR:-}" "$(pg_config --bindir 2>/dev/null || true)" \
        $(ls -d /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql@*/bin \
            /usr/local/opt/postgresql@*/bin 2>/dev/null | sort -rV); do
        if [ -x "$candidate/initdb" ] && [ -x "$candidate/postgres" ] \
            && [ -x "$candidate/pg_basebackup" ]; then
            PG_BIN=$candidate
            return
        fi
    done
    die "PostgreSQL's server programs are not found" \
        "install PostgreSQL 13 or newer, or name their directory: PG_BINDIR=…"
}

# PostgreSQL refuses to run as root: then it runs as `postgres`, or as `nobody`.
server_user() {
    local user
    for user in postgres nobody; do
        if id "$user" >/dev/null 2>&1; then
            echo "$user"
            return
        fi
    done
    die "PostgreSQL does not run as root, and there is no other user" \
        "create one: useradd --system postgres"
}

# Runs a command as the user that owns the servers.
as_server_user() {
    if [ "$(id -u)" = 0 ]; then
        local user
        user=$(server_user)
        setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups -- \
            env HOME="$SERVERS" LC_ALL=C.UTF-8 "$@"
    else
        LC_ALL=C.UTF-8 "$@"
    fi
}

servers_open() {
    SERVERS=$(mktemp -d "${TMPDIR:-/tmp}/review-data.XXXXXX")
    chmod 755 "$SERVERS"
    [ "$(id -u)" != 0 ] || chown "$(server_user)" "$SERVERS"
}

servers_in() {
    mkdir -p "$(dirname "$1")"
    mkdir "$1" || die "$1 is there already" "remove it, or name another directory"
    SERVERS=$(cd "$1" && pwd)
    chmod 755 "$SERVERS"
    [ "$(id -u)" != 0 ] || chown "$(server_user)" "$SERVERS"
}

# A port that nobody listens on.
free_port() {
    local port
    while :; do
        port=$((20000 + RANDOM % 12000))
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
    done
    echo "$port"
}

# Starts the server in $SERVERS/NAME; tries another port where somebody else was quicker.
start_server() {
    local name=$1 try port
    for try in 1 2 3 4 5; do
        port=$(free_port)
        if (cd "$SERVERS" && as_server_user "$PG_BIN/pg_ctl" start --silent --wait --timeout=60 \
            --pgdata="$SERVERS/$name" --log="$SERVERS/$name.log" \
            --options="-p $port -k '$SERVERS'") >/dev/null 2>&1 </dev/null; then
            started+=("$name")
            printf -v "${name}_port" %s "$port"
            return 0
        fi
    done
    cat "$SERVERS/$name.log" >&2
    die "the $name PostgreSQL server does not start (attempt $try)" "read its log above"
}

start_primary() {
    local name=$1
    (cd "$SERVERS" && as_server_user "$PG_BIN/initdb" --pgdata="$SERVERS/$name" --username=postgres \
        --encoding=UTF8 --locale=C.UTF-8 --auth-local=trust --auth-host=scram-sha-256 \
        --no-sync) >"$SERVERS/$name.initdb" 2>&1 \
        || { cat "$SERVERS/$name.initdb" >&2; die "initdb failed for the $name server"; }
    printf '%s\n' "${server_settings[@]}" | as_server_user tee -a "$SERVERS/$name/postgresql.conf" >/dev/null
    start_server "$name"
}

start_standby() {
    local name=$1 of=$2_port
    (cd "$SERVERS" && as_server_user "$PG_BIN/pg_basebackup" --pgdata="$SERVERS/$name" \
        --host="$SERVERS" --port="${!of}" --username=postgres --checkpoint=fast --no-sync \
        --create-slot --slot="$name" --write-recovery-conf) >"$SERVERS/$name.backup" 2>&1 \
        || { cat "$SERVERS/$name.backup" >&2; die "the base backup for the $name server failed"; }
    start_server "$name"
}

# psql as superuser: superuser_sql NAME DATABASE [psql's arguments]
superuser_sql() {
    local port=$1_port database=$2
    shift 2
    "$PG_BIN/psql" --no-psqlrc --quiet --set=ON_ERROR_STOP=1 \
        --host="$SERVERS" --port="${!port}" --username=postgres --dbname="$database" "$@"
}

# Waits until the standby has replayed all that its primary has written so far.
wait_for_replay() {
    local standby=$1 primary=$2 lsn try
    lsn=$(superuser_sql "$primary" postgres -At -c 'select pg_current_wal_lsn()')
    for ((try = 0; try < 600; try++)); do
        [ "$(superuser_sql "$standby" postgres -At \
            -c "select pg_last_wal_replay_lsn() >= '$lsn'::pg_lsn")" != t ] || return 0
        sleep 0.1
    done
    die "the $standby server does not catch up with $primary"
}

stop_servers() {
    local at
    for ((at = ${#started[@]} - 1; at >= 0; at--)); do
        (cd "$SERVERS" && as_server_user "$PG_BIN/pg_ctl" stop --silent --mode=immediate \
            --pgdata="$SERVERS/${started[at]}") >/dev/null 2>&1 || true
    done
    started=()
    [ -z "${SERVERS:-}" ] || rm -rf "$SERVERS"
}
