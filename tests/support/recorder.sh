#!/bin/sh
# Stands in a run's PATH before each program that the tool starts: notes the environment that the tool
# gave to it, and becomes the program.
/bin/cat "/proc/$$/environ" >"${0%/*}/environment.${0##*/}.$$"
PATH=${PATH#*:}
exec "${0##*/}" "$@"
