# Shared by the scripts: how they talk. Source it.

if [ -t 1 ]; then
    bold=$(printf '\033[1m') plain=$(printf '\033[0m')
else
    bold='' plain=''
fi

# A line that starts a part of the story.
heading() {
    printf '\n%s== %s%s\n' "$bold" "$*" "$plain"
}

# A plain line of explanation.
say() {
    printf '%s\n' "$*"
}

# Ends the script: what is wrong, then what to do about it.
die() {
    printf '\nerror: %s\n' "$1" >&2
    [ $# -lt 2 ] || printf '  what to do: %s\n' "$2" >&2
    exit 1
}

# Seconds since the epoch, with three decimals.
now() {
    date +%s.%3N
}

# Seconds between two results of `now`, with one decimal.
seconds_between() {
    awk -v from="$1" -v to="$2" 'BEGIN { printf "%.1f", to - from }'
}
