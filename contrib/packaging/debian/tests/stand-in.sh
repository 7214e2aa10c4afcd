# shellcheck shell=sh
# Starts the stand-in of the API that is in the sources; to be sourced. Afterwards $url and $ca_file lead to
# it, and it knows the tokens plenty, few, fewer and none.

# shellcheck disable=SC2034 # for the one that sources this
plugin=/usr/lib/nagios/plugins/check_wolkvox_token
output=$AUTOPKGTEST_TMP/stand-in
chmod 755 "$AUTOPKGTEST_TMP"

: >"$output"
tests/api/wolkvox-api --dir "$AUTOPKGTEST_TMP/ca" --token plenty:sales:4800:0 --token few:sales:4800:4000 \
    --token fewer:sales:4800:4700 --token none:sales:4800:4800 >"$output" &
stand_in=$!
trap 'kill "$stand_in"; wait "$stand_in" || true' EXIT
tries=0
until grep -qx READY "$output"; do
    tries=$((tries + 1))
    if [ "$tries" -gt 300 ]; then
        echo "the stand-in did not start"
        exit 1
    fi
    sleep 0.1
done
url=$(sed -n 's/^URL=//p' "$output")
ca_file=$(sed -n 's/^CA_FILE=//p' "$output")

# Checks a token: expect STATUS PATTERN TOKEN COMMAND...
expect() {
    expected=$1
    pattern=$2
    WOLKVOX_TOKEN=$3
    export WOLKVOX_TOKEN
    shift 3

    status=0
    line=$("$@" -H "$url" -o sales --ca-file "$ca_file") || status=$?
    echo "$line (exit $status)"
    if [ "$status" -ne "$expected" ]; then
        echo "expected was exit $expected"
        exit 1
    fi
    # shellcheck disable=SC2254 # a pattern
    case $line in
    $pattern) ;;
    *)
        echo "expected was $pattern"
        exit 1
        ;;
    esac
}
