#!/usr/bin/env bash
# How fast Xuekang is on this machine, beside a bare handler on the same engine in the same run.
#
#   scripts/bench.sh [--engine sqlite|postgres|both] [--students N] [--terms T]
#                    [--seconds S] [--classes C] [--output FILE] [--data DIR]
#
# Loads the demo's generator (1,000,000 pupils and 4 terms unless told otherwise), starts the server
# and `bare` on 127.0.0.1, and runs wrk at 1, 16 and 64 connections, S seconds each (8 unless told
# otherwise). Prints Markdown. Nothing here is a test: no number fails it. With --data the SQLite
# data stay in DIR and are taken from there the next time; what a run writes stays in them.
#
# Needs Rust, a C compiler, python3, wrk (installed on Debian when it may) and, for PostgreSQL, its
# server programs. BENCH_TERM, BENCH_KIND and BENCH_DAY say which term and kind the written screenings
# are of: one in which the generated pupils have none yet.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/postgres.sh
. scripts/postgres.sh

engines="sqlite postgres"
students=1000000
terms=4
seconds=8
classes=6000
output=""
keep=""
# Every account of the first role that the demo prints writes and reads health data of its school;
# one account of the second reads figures.
doctor_role=school_doctor
authority_role=health_authority
region=${BENCH_REGION:-653101}
term=${BENCH_TERM:-2026-1}
kind=${BENCH_KIND:-follow_up}
day=${BENCH_DAY:-2026-11-20}

usage() { sed -n '2,15p' scripts/bench.sh | sed 's/^# \{0,1\}//'; }

while [ $# -gt 0 ]; do
    case $1 in
        -h | --help)
            usage
            exit 0
            ;;
        --engine | --students | --terms | --seconds | --classes | --output | --data)
            if [ $# -lt 2 ]; then
                echo "$1 wants a value" >&2
                exit 2
            fi
            case $1 in
                --engine) if [ "$2" != both ]; then engines=$2; fi ;;
                --students) students=$2 ;;
                --terms) terms=$2 ;;
                --seconds) seconds=$2 ;;
                --classes) classes=$2 ;;
                --output) output=$2 ;;
                --data) keep=$2 ;;
            esac
            shift 2
            ;;
        *)
            echo "unknown argument: $1" >&2
            usage >&2
            exit 2
            ;;
    esac
done
for engine in $engines; do
    case $engine in
        sqlite | postgres) ;;
        *)
            echo "no such engine: $engine" >&2
            exit 2
            ;;
    esac
done
if [ "$seconds" -gt 120 ] || [ "$students" -gt 20000000 ]; then
    echo "a run is at most 120 seconds, and at most 20,000,000 pupils are made" >&2
    exit 2
fi

export LC_ALL=C
target=${CARGO_TARGET_DIR:-$PWD/target}
mkdir -p "$target"
target=$(cd "$target" && pwd)
export CARGO_TARGET_DIR=$target
work=$(mktemp -d "$target/bench.XXXXXX")
results="$work/results.tsv"
facts="$work/facts.md"
: >"$results"
: >"$facts"
pids=""

stop_servers() {
    local pid
    for pid in $pids; do kill "$pid" 2>/dev/null || true; done
    for pid in $pids; do
        for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
            if ! kill -0 "$pid" 2>/dev/null; then break; fi
            sleep 0.25
        done
        kill -9 "$pid" 2>/dev/null || true
    done
    pids=""
}

finish() {
    local status=$?
    trap - EXIT
    stop_servers
    postgres_stop
    if [ "$status" -eq 0 ]; then
        rm -rf "$work"
    else
        rm -rf "$work"/data-*
        echo "bench failed; its logs are in $work" >&2
    fi
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

say() { echo "$*" >&2; }

require_tools() {
    local missing=""
    command -v python3 >/dev/null 2>&1 || missing="$missing python3"
    command -v wrk >/dev/null 2>&1 || missing="$missing wrk"
    if [ -n "$missing" ] && [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
        apt-get update -qq </dev/null
        # shellcheck disable=SC2086 # a list of packages
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing </dev/null >&2
    elif [ -n "$missing" ]; then
        say "missing:$missing (Debian: sudo apt-get install$missing; macOS: brew install$missing)"
        return 1
    fi
}

# Release builds of both programs; each engine keeps its own copy.
build() {
    local engine=$1 features=""
    if [ "$engine" = postgres ]; then features="--features=postgres"; fi
    say "== build for $engine"
    # shellcheck disable=SC2086 # empty for the default engine
    cargo build --locked --release --bin xuekang --example bare $features </dev/null >&2
    cp "$target/release/xuekang" "$work/xuekang-$engine"
    cp "$target/release/examples/bare" "$work/bare-$engine"
}

# The generator's data. Prints nothing; the accounts go to a file, one `role user password` a line.
load() {
    local engine=$1 data=$2 since=$SECONDS
    say "== load $students pupils x $terms terms into $engine"
    "$work/xuekang-$engine" demo --students "$students" --terms "$terms" --seed 1 --no-serve --data "$data" \
        >"$work/accounts-$engine" </dev/null
    note "$engine: loading $students pupils x $terms terms" "$((SECONDS - since)) s"
}

note() { echo "| $1 | $2 |" >>"$facts"; }

memory_mb() { ps -o rss= -p "$1" | awk '{printf "%.0f", $1 / 1024}'; }

# Starts a server; sets started_pid. What it took goes to the facts; `bare` fills its table first,
# so its time says nothing.
start() {
    local name=$1 base=$2 answer
    shift 2
    answer=$(python3 scripts/bench_helper.py start "$base/health/ready" "$work/$name.log" "$@")
    started_pid=${answer% *}
    pids="$pids $started_pid"
    case $name in xuekang*) note "$name: start to first good answer" "${answer#* } ms" ;; esac
    note "$name: memory when idle" "$(memory_mb "$started_pid") MB"
}

sign_in() { python3 scripts/bench_helper.py sign-in "$1" "$work/accounts-$2" "$3"; }

# One measurement: engine, what, connections, who, base, method, targets, path to send to,
# file of access tokens.
measure() {
    local engine=$1 what=$2 connections=$3 who=$4 base=$5 line
    line=$(METHOD=$6 TARGETS=$7 SEND_TO=$8 TOKENS=$9 \
        wrk -t1 "-c$connections" "-d${seconds}s" --timeout 30s --latency -s scripts/bench.lua "$base" |
        grep '^RESULT' | cut -f2-)
    printf '%s\t%s\t%s\t%s\t%s\n' "$engine" "$what" "$connections" "$who" "$line" >>"$results"
    say "$engine, $what, $connections connections, $who: $line"
}

measure_all() {
    local engine=$1 ours=$2 bare=$3 doctors="$work/doctors" authorities="$work/authorities" connections
    for connections in 1 16 64; do
        measure "$engine" "one screening" "$connections" xuekang "$ours" \
            POST "$work/single_write.$connections" "" "$doctors"
        measure "$engine" "one screening" "$connections" bare "$bare" \
            POST "$work/single_write.$connections" /insert ""
        measure "$engine" "class of 50 written" "$connections" xuekang "$ours" \
            POST "$work/class_write.$connections" "" "$doctors"
        measure "$engine" "class of 50 written" "$connections" bare "$bare" \
            POST "$work/class_write.$connections" /insert_class ""
        measure "$engine" "class list" "$connections" xuekang "$ours" GET "$work/class_list" "" "$doctors"
        measure "$engine" "class list" "$connections" bare "$bare" GET "$work/bare_class_list" "" ""
        measure "$engine" "health file" "$connections" xuekang "$ours" GET "$work/file" "" "$doctors"
        measure "$engine" "county statistics" "$connections" xuekang "$ours" \
            GET "$work/statistics" "" "$authorities"
    done
}

bench() {
    local engine=$1 data="$work/data-$1" ours bare database ours_pid
    if [ "$engine" = sqlite ] && [ -n "$keep" ]; then data=$keep; fi
    build "$engine"
    mkdir -p "$data" "$work/data-$engine"
    database="$work/data-$engine/bare.db"
    if [ "$engine" = postgres ]; then
        postgres_require >&2
        postgres_start "$target" durable >&2
        export XUEKANG_DATABASE__URL=$POSTGRES_URL
        database=$POSTGRES_URL
    fi
    load "$engine" "$data"
    # One sign-in lasts the whole run, and many doctors sign in from this one address.
    export XUEKANG_AUTH__ACCESS_MINUTES=240 XUEKANG_AUTH__LOGIN_PER_MINUTE=100000
    ours="http://127.0.0.1:$(free_port)"
    start "xuekang, $engine" "$ours" "$work/xuekang-$engine" serve --listen "${ours#http://}" --data "$data"
    ours_pid=$started_pid
    bare="http://127.0.0.1:$(free_port)"
    start "bare, $engine" "$bare" "$work/bare-$engine" "${bare#http://}" "$database"
    sign_in "$ours" "$engine" "$doctor_role" >"$work/doctors"
    sign_in "$ours" "$engine" "$authority_role" >"$work/authorities"
    python3 scripts/bench_helper.py targets "$ours" "$work/doctors" "$work" "$term" "$kind" "$day" "$classes"
    seq 1 1000 | awk '{ print "\t/class?id=" $1 }' >"$work/bare_class_list"
    printf '1\t%s\n' "/api/v1/stats/vision?term=$term&region=$region&by=county,grade,sex" >"$work/statistics"
    measure_all "$engine" "$ours" "$bare"
    note "xuekang, $engine: memory after the runs" "$(memory_mb "$ours_pid") MB"
    stop_servers
    postgres_stop
    unset XUEKANG_DATABASE__URL
    rm -rf "$work/data-$engine"
}

report() {
    echo "Measured on $(date -u +%Y-%m-%d) on $(uname -sm), $(getconf _NPROCESSORS_ONLN) cores," \
        "$students pupils x $terms terms, $seconds s a run, load tool on the same cores."
    echo
    python3 scripts/bench_helper.py table "$results"
    echo
    echo "| what | value |"
    echo "|---|---:|"
    cat "$facts"
}

require_tools
for engine in $engines; do bench "$engine"; done
if [ -n "$output" ]; then report | tee "$output"; else report; fi
