# A private PostgreSQL for tests and benches. Sourced by test.sh and bench.sh, not run by itself.
#
#   postgres_require          finds the server's programs, installs them on Debian when it may
#   postgres_start DIR KIND   KIND is `throwaway` (no fsync: tests) or `durable` (as in service)
#                             sets POSTGRES_URL, a superuser's URL of the database `postgres`
#   postgres_stop             stops it and removes its files; harmless when nothing runs
#
# It never runs as root: PostgreSQL refuses that, so root hands it to the user `postgres`. It
# listens on 127.0.0.1 alone, on a port of its own, with a password made for this run: whoever
# else works on the machine can not reach it.
# shellcheck shell=bash

# shellcheck disable=SC2034 # read by the scripts that source this one
POSTGRES_URL=""
postgres_bin=""
postgres_home=""

postgres_find() {
    local candidate found=""
    for candidate in /usr/lib/postgresql/*/bin /opt/homebrew/opt/postgresql*/bin \
        /usr/local/opt/postgresql*/bin /usr/pgsql-*/bin; do
        if [ -x "$candidate/initdb" ]; then found=$candidate; fi
    done
    if [ -z "$found" ] && command -v initdb >/dev/null 2>&1; then
        found=$(dirname "$(command -v initdb)")
    fi
    postgres_bin=$found
    [ -n "$postgres_bin" ]
}

postgres_require() {
    if postgres_find && { [ "$(id -u)" -ne 0 ] || id postgres >/dev/null 2>&1; }; then return 0; fi
    if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
        echo "PostgreSQL's server is missing: installing it from Debian's packages"
        apt-get update -qq </dev/null
        # Run level 1 keeps the package from starting a server of its own.
        RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -qq --no-install-recommends postgresql </dev/null
        if postgres_find; then return 0; fi
    fi
    {
        echo "PostgreSQL's server programs (initdb, pg_ctl) are missing. Install them:"
        echo "  Debian, Ubuntu   sudo apt-get install postgresql"
        echo "  macOS            brew install postgresql"
        echo "or run scripts/test.sh --fast, which needs SQLite alone."
    } >&2
    return 1
}

# Runs a command as the user who owns the server.
as_postgres() {
    if [ "$(id -u)" -ne 0 ]; then
        (cd / && "$@")
    elif command -v runuser >/dev/null 2>&1; then
        (cd / && runuser -u postgres -- "$@")
    else
        (cd / && su -s /bin/bash postgres -c "$(printf '%q ' "$@")")
    fi
}

# A port of 127.0.0.1 that nobody listens on, below the range the system hands out by itself.
free_port() {
    local port try
    for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        port=$((20000 + (RANDOM + try) % 12000))
        if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            echo "$port"
            return 0
        fi
    done
    echo "no free port found on 127.0.0.1" >&2
    return 1
}

postgres_start() {
    local parent=$1 kind=$2 port password try
    mkdir -p "$parent"
    postgres_home=$(mktemp -d "$parent/postgres.XXXXXX")
    if [ "$(id -u)" -eq 0 ]; then
        chown postgres "$postgres_home"
        # A checkout below a private home directory is closed to `postgres`.
        if ! as_postgres test -w "$postgres_home"; then
            rm -rf "$postgres_home"
            postgres_home=$(mktemp -d /tmp/xuekang-postgres.XXXXXX)
            chown postgres "$postgres_home"
        fi
    fi
    password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
    (umask 077 && printf '%s\n' "$password" >"$postgres_home/password")
    if [ "$(id -u)" -eq 0 ]; then chown postgres "$postgres_home/password"; fi
    if ! as_postgres "$postgres_bin/initdb" --pgdata="$postgres_home/data" --username=xuekang \
        --pwfile="$postgres_home/password" --auth=scram-sha-256 --encoding=UTF8 --locale=C --no-sync \
        >"$postgres_home/initdb.log" 2>&1 </dev/null; then
        cat "$postgres_home/initdb.log" >&2
        return 1
    fi
    postgres_settings "$kind" >"$postgres_home/settings"
    as_postgres tee -a "$postgres_home/data/postgresql.conf" <"$postgres_home/settings" >/dev/null
    for try in 1 2 3 4 5; do
        port=$(free_port)
        if as_postgres "$postgres_bin/pg_ctl" start -w -t 60 -s -D "$postgres_home/data" \
            -l "$postgres_home/data/server.log" -o "-p $port" >/dev/null 2>&1 </dev/null; then
            POSTGRES_URL="postgres://xuekang:$password@127.0.0.1:$port/postgres"
            echo "PostgreSQL $("$postgres_bin/postgres" --version | awk '{print $3}') on 127.0.0.1:$port"
            return 0
        fi
        echo "PostgreSQL did not start on port $port (try $try)" >&2
    done
    tail -n 20 "$postgres_home/data/server.log" >&2 || true
    return 1
}

postgres_settings() {
    echo "listen_addresses = '127.0.0.1'"
    echo "unix_socket_directories = ''"
    echo "max_connections = 200"
    echo "timezone = 'UTC'"
    if [ "$1" = throwaway ]; then
        echo "fsync = off"
        echo "synchronous_commit = off"
        echo "full_page_writes = off"
        echo "shared_buffers = 128MB"
    else
        echo "shared_buffers = 1GB"
        echo "max_wal_size = 4GB"
    fi
}

postgres_stop() {
    if [ -z "$postgres_home" ]; then return 0; fi
    if [ -f "$postgres_home/data/postmaster.pid" ]; then
        as_postgres "$postgres_bin/pg_ctl" stop -w -t 60 -s -m immediate -D "$postgres_home/data" \
            >/dev/null 2>&1 </dev/null || echo "PostgreSQL in $postgres_home did not stop" >&2
    fi
    rm -rf "$postgres_home"
    postgres_home=""
    POSTGRES_URL=""
}
