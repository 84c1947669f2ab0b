# README's blocks. Source it after say.sh.

# readme_block LANGUAGE NUMBER: the text of the block of that language, counted from 1.
readme_block() {
    local text
    text=$(awk -v fence="\`\`\`$1" -v wanted="$2" '
        $0 == "```" { inside = 0 }
        inside { print }
        $0 == fence { inside = (++number == wanted) }
    ' "$root/README.md")
    [ -n "$text" ] || die "README.md has no block $2 of $1"
    printf '%s\n' "$text"
}

# compare_with_readme SHOWN LOG: each line that README shows is in the log, in this order. `…` stands
# for any text, and a line with it alone for any lines.
compare_with_readme() {
    local line pattern found
    exec 4<"$2"
    while IFS= read -r line; do
        [ "$line" != … ] || continue
        # blanks differ with the widths of the columns
        pattern=$(sed 's/[][*?\\]/\\&/g; s/…/*/g; s/  */ /g' <<<"$line")
        found=
        while IFS= read -r got <&4; do
            got=$(sed 's/\x1b\[[0-9;]*m//g; s/  */ /g; s/ *$//' <<<"$got")
            # shellcheck disable=SC2053 # a pattern
            if [[ $got == $pattern ]]; then
                found=yes
                break
            fi
        done
        if [ -z "$found" ]; then
            cat "$2" >&2
            die "README shows a line that the tool does not print there: $line" "correct README.md"
        fi
    done <"$1"
    exec 4<&-
}
