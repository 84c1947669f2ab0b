# Keeps the lock's connection open after the tool was killed. See stand_in.rs.
#
# Standard input is a pipe whose other end is held by the tool and by the watchers of its commands.
# Standard error is the connection: nothing may be written to it.
exec 3>&2 2>/dev/null
trap '' TERM INT HUP QUIT PIPE
while read -r _; do :; done
