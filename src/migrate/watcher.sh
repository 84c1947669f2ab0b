# Ends a command together with the tool that has started it. Runs beside each command; see
# watcher.rs. The first argument is `group` if the command's processes share this one's group.
#
# Standard input is a pipe that only the tool writes to:
#   pid N    the command's own process; `pid` alone: that one has ended
#   left     prints the command's processes that are left
#   end      the command is over
#   TERM     or another signal: send it to the command's processes
# The end of the input means that the tool has died.

trap '' TERM INT HUP QUIT PIPE
command=
grace=20 # tenths of a second between TERM and KILL

# A line for each process: pid, parent, group, state.
processes() {
    if [ -r /proc/self/stat ]; then
        for stat in /proc/[0-9]*/stat; do
            read -r line <"$stat" || continue
            pid=${line%% *}
            # the name, in parentheses, may hold anything
            set -- ${line##*) }
            echo "$pid $2 $3 $1"
        done
    else
        ps -A -o pid= -o ppid= -o pgid= -o state=
    fi
}

# Sets `pids`: the command's own process, the processes of this group, and all their descendants,
# without what this script starts itself. `outside`: the processes of `pids` in another group.
look() {
    all=$(processes)
    known=" " outside= more=1
    while [ "$more" ]; do
        more=
        while read -r pid parent group state; do
            case $state in [ZX]* | "") continue ;; esac
            case $known in *" $pid "*) continue ;; esac
            [ "$pid" = $$ ] || [ "$parent" = $$ ] && continue
            if [ "$mode" != group ] || [ "$group" != $$ ]; then
                case $known in
                *" $parent "*) ;;
                *) case " $command " in *" $pid "*) ;; *) continue ;; esac ;;
                esac
                outside="$outside $pid"
            fi
            known="$known$pid " more=1
        done <<EOF
$all
EOF
    done
    pids=${known# }
}

signal() {
    look
    # the whole group together; this script does not hear what it sends, except for KILL
    if [ "$1" = KILL ]; then
        outside=$pids
    elif [ "$mode" = group ]; then
        kill -s "$1" -- -$$
    fi
    [ -z "$outside" ] || kill -s "$1" $outside
}

mode=$1
echo ready
while read -r word argument; do
    case $word in
    pid) command=$argument ;;
    left) look && echo "$pids" ;;
    end) exit 0 ;;
    *) signal "$word" ;;
    esac
done

# what has begun as the command's stays the command's, also when its parent has ended
look
command=$pids
signal TERM
signal CONT
tenths=0
while look && [ "$pids" ]; do
    [ "$tenths" -lt "$grace" ] || signal KILL
    [ "$tenths" -lt 300 ] || exit 1
    sleep 0.1 || sleep 1
    tenths=$((tenths + 1))
done
