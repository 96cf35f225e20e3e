#!/usr/bin/env bash
# Everything that must hold before a change lands.
#
#   scripts/test.sh          format, lints, the whole suite on SQLite and on a private PostgreSQL, and the
#                            console in a real browser
#   scripts/test.sh --fast   the same on SQLite alone: needs Rust and a C compiler, nothing else
#   scripts/test.sh --full   and licences, advisories, slow properties, and schemathesis against a
#                            running server
#
# Stops at the first failure with its exit status, and always stops what it started.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/postgres.sh
. scripts/postgres.sh

usage() { sed -n '2,10p' scripts/test.sh | sed 's/^# \{0,1\}//'; }

mode=default
for argument in "$@"; do
    case $argument in
        --fast) mode=fast ;;
        --full) mode=full ;;
        -h | --help)
            usage
            exit 0
            ;;
        *)
            echo "unknown argument: $argument" >&2
            usage >&2
            exit 2
            ;;
    esac
done

export LC_ALL=C CARGO_TERM_COLOR=${CARGO_TERM_COLOR:-auto}
target=${CARGO_TARGET_DIR:-$PWD/target}
mkdir -p "$target"
target=$(cd "$target" && pwd)
export CARGO_TARGET_DIR=$target
# What `--full` uses beside the toolchain.
cargo_deny_version=0.20.2
schemathesis_version=4.32.5

# What the browser tests look for barriers with.
axe_version=4.14.1

section="start"
server_pid=""
server_data=""
started_at=$SECONDS

stop_server() {
    if [ -n "$server_pid" ]; then
        kill "$server_pid" 2>/dev/null || true
        wait "$server_pid" 2>/dev/null || true
        server_pid=""
    fi
    if [ -n "$server_data" ]; then
        rm -rf "$server_data"
        server_data=""
    fi
}

finish() {
    local status=$?
    trap - EXIT
    stop_server
    postgres_stop
    if [ "$status" -eq 0 ]; then
        echo "== all sections passed in $((SECONDS - started_at)) s"
    else
        echo "== FAILED in section: $section (status $status, after $((SECONDS - started_at)) s)" >&2
    fi
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# Runs one section: a heading, the command, how long it took.
run() {
    section=$1
    shift
    local since=$SECONDS
    echo "== $section"
    "$@"
    echo "-- $section: $((SECONDS - since)) s"
}

require_toolchain() {
    if ! command -v cargo >/dev/null 2>&1; then
        echo "Rust is missing: see https://rustup.rs" >&2
        return 1
    fi
    if command -v cc >/dev/null 2>&1; then return 0; fi
    if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
        apt-get update -qq </dev/null
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends gcc libc6-dev </dev/null
        return 0
    fi
    echo "a C compiler is missing (Debian: sudo apt-get install gcc libc6-dev; macOS: xcode-select --install)" >&2
    return 1
}

check_format() { cargo fmt --all -- --check; }
lint_sqlite() { cargo clippy --locked --all-targets -- -D warnings; }
lint_postgres() { cargo clippy --locked --all-targets --features postgres -- -D warnings; }
test_sqlite() { cargo test --locked </dev/null; }

start_postgres() {
    postgres_require
    postgres_start "$target" throwaway
}

test_postgres() {
    TEST_POSTGRES_URL=$POSTGRES_URL cargo test --locked --features postgres </dev/null
}

require_browser() {
    local missing=""
    command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
    command -v chromedriver >/dev/null 2>&1 || missing="$missing chromium-driver"
    command -v npm >/dev/null 2>&1 || missing="$missing npm"
    # Without a Chinese font the pictures in target/screens/ show boxes.
    if ! fc-list :lang=zh 2>/dev/null | grep -q .; then missing="$missing fonts-noto-cjk"; fi
    if [ -n "$missing" ]; then
        if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
            echo "for the browser tests, install:$missing (Debian: sudo apt-get install$missing)" >&2
            return 1
        fi
        apt-get update -qq </dev/null
        # shellcheck disable=SC2086
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing </dev/null
    fi
    fetch_axe
}

fetch_axe() {
    local folder="$target/axe"
    if [ "$(cat "$folder/version" 2>/dev/null)" = "$axe_version" ]; then return 0; fi
    rm -rf "$folder"
    mkdir -p "$folder"
    (cd "$folder" && npm pack --silent "axe-core@$axe_version" >/dev/null </dev/null)
    tar -xzf "$folder/axe-core-$axe_version.tgz" -C "$folder" --strip-components=1 package/axe.min.js
    echo "$axe_version" >"$folder/version"
}

# A browser that shares two cores with a build can miss its moment: what failed is tried once more.
test_browser() {
    cargo test --locked --test it browser:: -- --ignored </dev/null ||
        cargo test --locked --test it browser:: -- --ignored </dev/null
}

# Properties run many more cases than in the daily suite, and those kept out of it as slow run too.
test_slow() {
    PROPTEST_CASES=${PROPTEST_CASES:-4096} \
        cargo test --locked --lib --test it -- --include-ignored </dev/null
}

check_dependencies() {
    local deny="$target/tools/bin/cargo-deny"
    if [ ! -x "$deny" ] || [ "$("$deny" --version | awk '{print $2}')" != "$cargo_deny_version" ]; then
        cargo install cargo-deny --locked --version "$cargo_deny_version" --root "$target/tools" </dev/null
    fi
    "$deny" --all-features check licenses bans sources
    # Advisories and yanked versions need the public advisory database.
    local report="$target/advisories.log"
    if "$deny" --all-features check advisories >"$report" 2>&1; then
        cat "$report"
    elif grep -q 'failed to fetch advisory database' "$report"; then
        echo "NOT CHECKED: the advisory database could not be fetched from here"
    else
        cat "$report" >&2
        return 1
    fi
}

install_schemathesis() {
    local venv="$target/schemathesis"
    if [ ! -x "$venv/bin/schemathesis" ]; then
        if ! python3 -m venv "$venv" 2>/dev/null; then
            rm -rf "$venv"
            if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
                echo "python3 with its venv module is missing (Debian: sudo apt-get install python3-venv)" >&2
                return 1
            fi
            apt-get update -qq </dev/null
            DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv </dev/null
            python3 -m venv "$venv"
        fi
    fi
    "$venv/bin/pip" install --quiet "schemathesis==$schemathesis_version"
}

# The demo's access token for a role, from the lines `role user password` that the demo prints.
sign_in() {
    local base=$1 role=$2 user password
    read -r user password <<EOF
$(awk -v role="$role" '$1 == role { print $2, $3; exit }' "$server_data/accounts.txt")
EOF
    if [ -z "$user" ]; then
        echo "the demo printed no account for $role" >&2
        return 1
    fi
    printf '{"username":"%s","password":"%s"}' "$user" "$password" |
        curl --silent --show-error --fail --max-time 20 -H 'Content-Type: application/json' \
            --data-binary @- "$base/api/v1/auth/login" |
        python3 -c 'import json, sys; print(json.load(sys.stdin)["access_token"])'
}

wait_until_ready() {
    local base=$1 try
    for try in $(seq 1 150); do
        if curl --silent --fail --max-time 2 --output /dev/null "$base/health/ready"; then return 0; fi
        if ! kill -0 "$server_pid" 2>/dev/null; then break; fi
        sleep 0.2
    done
    echo "the server was not ready (try $try):" >&2
    tail -n 20 "$server_data/server.log" >&2
    return 1
}

# Requests of every shape against every operation, as a stranger and as three roles: whatever comes
# in, no answer is a 5xx and every answer has the shape that the document promises.
check_api() {
    install_schemathesis
    cargo build --locked
    server_data=$(mktemp -d "$target/api.XXXXXX")
    local port base role token
    "$target/debug/xuekang" demo --no-serve --data "$server_data/data" >"$server_data/accounts.txt" </dev/null
    port=$(free_port)
    base="http://127.0.0.1:$port"
    "$target/debug/xuekang" serve --listen "127.0.0.1:$port" --data "$server_data/data" \
        >"$server_data/server.log" 2>&1 </dev/null &
    server_pid=$!
    wait_until_ready "$base"
    check_api_as "$base" stranger ""
    for role in school_doctor registrar health_authority security_admin; do
        token=$(sign_in "$base" "$role")
        check_api_as "$base" "$role" "$token"
    done
    stop_server
}

# The routes that end the session or change the password would lock the run out of its own account.
check_api_as() {
    local base=$1 who=$2 token=$3
    echo "-- as $who"
    set -- --checks not_a_server_error,response_schema_conformance --max-examples 40 --seed 1 \
        --generation-deterministic --request-timeout 20 --no-color
    if [ -n "$token" ]; then
        set -- "$@" --header "Authorization: Bearer $token" --exclude-path-regex '^/api/v1/auth/'
    fi
    (cd "$server_data" && "$target/schemathesis/bin/schemathesis" run "$base/api/openapi.json" "$@" </dev/null)
}

run "toolchain" require_toolchain
run "format" check_format
run "lints, SQLite" lint_sqlite
if [ "$mode" != fast ]; then run "lints, PostgreSQL" lint_postgres; fi
run "tests, SQLite" test_sqlite
if [ "$mode" != fast ]; then
    run "private PostgreSQL" start_postgres
    run "tests, PostgreSQL" test_postgres
    section="stopping PostgreSQL"
    postgres_stop
    run "a browser" require_browser
    run "the console in a browser" test_browser
fi
if [ "$mode" = full ]; then
    run "slow properties" test_slow
    run "licences and advisories" check_dependencies
    run "API against its document" check_api
fi
section="end"
