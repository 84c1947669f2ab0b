# Stand-ins for the platforms: how Heroku Cedar and Heroku Fir build an app and run its processes.
# Source it after say.sh and servers.sh.

# What scripts/package packs, from the programs that are there: $work/classic and $work/cnb.
buildpack_trees() {
    local machine
    machine=$(uname -m)
    mkdir -p "$work/classic/tools/$machine" "$work/cnb/bin" "$work/cnb/.libcnb-cargo/additional-bin"
    cp -R "$root/bin" "$root/buildpack.toml" "$work/classic"
    ln -s "$PROGRAMS/review-data" "$PROGRAMS/review-data-buildpack" "$work/classic/tools/$machine"
    cp "$root/buildpack.toml" "$work/cnb"
    ln -s "$PROGRAMS/review-data-buildpack" "$work/cnb/bin/build"
    ln -s build "$work/cnb/bin/detect"
    ln -s "$PROGRAMS/review-data" "$work/cnb/.libcnb-cargo/additional-bin/review-data"
    # the build asks pg_dump for its version, which is 18 in Heroku's images
    mkdir -p "$work/clients"
    printf '#!/bin/sh\necho "pg_dump (PostgreSQL) 18.1"\n' >"$work/clients/pg_dump"
    chmod +x "$work/clients/pg_dump"
}

# app_json DIRECTORY buildpacks | postdeploy | variables SOURCE_URL
app_json() {
    python3 - "$@" <<'PYTHON'
import json, sys
directory, what = sys.argv[1:3]
manifest = json.load(open(f"{directory}/app.json"))
if what == "buildpacks":
    print("\n".join(one["url"] for one in manifest["buildpacks"]))
elif what == "postdeploy":
    print(manifest["scripts"]["postdeploy"])
else:
    # Heroku merges the section of review apps into the whole; what is required comes from the
    # pipeline's config vars
    variables = {**manifest.get("env", {}), **manifest["environments"]["review"]["env"]}
    pipeline = {"REVIEW_DATA_SOURCE_URL": sys.argv[3]}
    for name, value in variables.items():
        print(f"{name}={value if isinstance(value, str) else value.get('value', pipeline[name])}")
PYTHON
}

# build_cedar DIRECTORY BUILDPACK…: the buildpacks in their order, in the app's directory.
build_cedar() {
    local directory=$1 buildpack ours=
    shift
    mkdir -p "$directory.cache" "$directory.env"
    for buildpack in "$@"; do
        case $buildpack in
            */review-data-buildpack-*.tgz)
                ours=yes
                env -i PATH="$work/clients:/usr/bin:/bin" STACK=heroku-24 "$work/classic/bin/detect" "$directory"
                env -i PATH="$work/clients:/usr/bin:/bin" STACK=heroku-24 \
                    "$work/classic/bin/compile" "$directory" "$directory.cache" "$directory.env"
                ;;
            heroku/*) echo "-----> (a stand-in for $buildpack)" ;;
            *) die "not a buildpack that scripts/newcomer knows: $buildpack" ;;
        esac
    done
    [ -n "$ours" ] || die "README's list of buildpacks does not have ours"
    # process types: from the Procfile, otherwise from the last buildpack's bin/release
    mkdir -p "$directory.processes"
    [ -e "$directory/Procfile" ] || env -i PATH=/usr/bin:/bin "$work/classic/bin/release" "$directory" \
        | sed -n 's/^  \([a-z]*: .*\)/\1/p' >"$directory/Procfile"
    local type
    for type in release postdeploy; do
        sed -n "s/^$type: *//p" "$directory/Procfile" | tail -n 1 >"$directory.processes/$type"
    done
    printf 'for part in .profile.d/*.sh; do . "$part"; done\n' >"$directory.profile"
}

# build_fir DIRECTORY: the group of project.toml; ours by its detect and build.
build_fir() {
    local directory=$1 layers=$1.layers one ours=
    mkdir -p "$layers/review-data_review-data" "$directory.platform/env" "$directory.processes"
    : >"$directory.plan"
    local group
    group=$(sed -n 's/^ *\(id\|uri\) *= *"\(.*\)"$/\2/p' "$directory/project.toml")
    for one in $group; do
        case $one in
            */review-data-cnb-*.tgz) ours=yes id=review-data/review-data ;;
            *) id=$one ;;
        esac
        printf '[[group]]\nid = "%s"\nversion = "1"\n' "$id" >>"$layers/group.toml"
    done
    [ -n "$ours" ] || die "README's project.toml does not have ours"
    local phase=(env -i PATH="$work/clients:/usr/bin:/bin" HOME="$layers" CNB_BUILDPACK_DIR="$work/cnb"
        CNB_TARGET_OS=linux CNB_TARGET_ARCH=amd64
        CNB_TARGET_DISTRO_NAME=ubuntu CNB_TARGET_DISTRO_VERSION=24.04)
    (cd "$directory" && "${phase[@]}" "$work/cnb/bin/detect" "$directory.platform" "$directory.plan") \
        || die "detect does not pass"
    : >"$directory.plan"
    (cd "$directory" && "${phase[@]}" "$work/cnb/bin/build" \
        "$layers/review-data_review-data" "$directory.platform" "$directory.plan")
    local type
    for type in release postdeploy; do
        awk -v type="\"$type\"" '$1 == "type" { mine = ($3 == type) } mine && $1 == "command" { print }' \
            "$layers/review-data_review-data/launch.toml" \
            | sed 's/^command = \[//; s/\]$//; s/", "/ /g; s/"//g' >"$directory.processes/$type"
    done
    local layer=$layers/review-data_review-data/review-data
    {
        printf 'export PATH="%s/bin:$PATH"\n' "$layer"
        for one in "$layer"/env.launch/*.default; do
            [ -e "$one" ] || continue
            name=${one##*/}
            printf '[ -n "${%s:-}" ] || export %s=%q\n' "${name%.default}" "${name%.default}" "$(cat "$one")"
        done
    } >"$directory.profile"
}

# run_shell DIRECTORY COMMAND [NAME=VALUE…]: a command in a dyno, with nothing but these variables.
run_shell() {
    local directory=$1 command=$2
    shift 2
    (cd "$directory" && exec env -i HOME="$directory" LANG=C.UTF-8 "$@" \
        PATH="$work/tools:$PYTHON_ENV/bin:$PG_BIN:/usr/bin:/bin" \
        bash -c ". '$directory.profile'; exec bash -c \"\$1\"" dyno "$command") </dev/null
}

# run_process DIRECTORY TYPE [NAME=VALUE…]
run_process() {
    local directory=$1 line
    line=$(cat "$1.processes/$2")
    [ -n "$line" ] || die "the build has made no process type $2"
    shift 2
    run_shell "$directory" "$line" "$@"
}
