# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Bash completion of check_wolkvox_token. bash-completion loads it when it is first needed, where it
# is installed under the command's name. Read with `source` it also works without bash-completion,
# but not behind an @ or a colon.

# Replies of compgen's, one a line, so that names with blanks stay whole.
_check_wolkvox_token_reply() {
    mapfile -t COMPREPLY < <(compgen "$@")
}

# Names of files, or with -d of directories.
_check_wolkvox_token_files() {
    if declare -F _filedir >/dev/null; then
        _filedir "$@"
    else
        _check_wolkvox_token_reply "${1:--f}" -- "$cur"
        compopt -o filenames 2>/dev/null
    fi
}

# Completes what stands behind the first $1 in the word, by the command that follows. Readline
# replaces only what stands behind the last character that breaks words; where $1 is none, what
# stands before belongs to the reply.
_check_wolkvox_token_behind() {
    local mark=$1 before=${cur%%"$1"*}
    shift

    cur=${cur#*"$mark"}
    "$@"
    [[ $COMP_WORDBREAKS == *"$mark"* ]] || COMPREPLY=("${COMPREPLY[@]/#/$before$mark}")
}

_check_wolkvox_token_states() {
    _check_wolkvox_token_reply -W 'ok warning critical unknown' -- "$cur"
}

# Sets cur and prev, and split where a value stands behind =, where bash-completion is not there.
_check_wolkvox_token_words() {
    cur=${COMP_WORDS[COMP_CWORD]}
    prev=${COMP_WORDS[COMP_CWORD - 1]}
    if [[ $cur == = ]]; then
        cur=
        split=true
    elif [[ $prev == = && $COMP_CWORD -ge 2 ]]; then
        prev=${COMP_WORDS[COMP_CWORD - 2]}
        split=true
    fi
}

_check_wolkvox_token() {
    # shellcheck disable=SC2034 # words and cword are for _init_completion
    local cur prev words cword split=false
    local options='-H --hostname= -o --operation= --api= --reset-at= -p --port= --token-file= -w
        --warning= -c --critical= -X --method= -t --timeout= --unavailable= --ca-file= --proxy= -4
        --use-ipv4 -6 --use-ipv6 --max-age= --state-dir= --forecast --extra-opts -v --verbose -V
        --version -h --help'

    COMPREPLY=()
    if declare -F _init_completion >/dev/null; then
        _init_completion -s -n '@:' || return
    else
        _check_wolkvox_token_words
    fi

    case $prev in
        --token-file | --ca-file)
            _check_wolkvox_token_files
            return
            ;;
        --state-dir)
            _check_wolkvox_token_files -d
            return
            ;;
        --api)
            _check_wolkvox_token_reply -W 'crm manager' -- "$cur"
            return
            ;;
        -X | --method)
            _check_wolkvox_token_reply -W 'GET POST' -- "$cur"
            return
            ;;
        --unavailable)
            _check_wolkvox_token_states
            return
            ;;
        --forecast)
            # Its value is optional and stands behind =, never in a word of its own.
            if [[ $split == true ]]; then
                _check_wolkvox_token_states
                return
            fi
            ;;
        -t | --timeout)
            [[ $cur != *:* ]] || _check_wolkvox_token_behind : _check_wolkvox_token_states
            return
            ;;
        --extra-opts)
            # Its value is optional: what begins with a dash is the next option.
            if [[ $cur == *@* ]]; then
                _check_wolkvox_token_behind @ _check_wolkvox_token_files
                return
            fi
            [[ $cur == -* ]] || return
            ;;
        -H | --hostname | -o | --operation | --reset-at | -p | --port | -w | --warning | -c | --critical | --proxy | --max-age)
            return
            ;;
    esac

    # A value behind = that nothing is known of, as in --extra-opts=SECTION.
    [[ $split == false ]] || return
    _check_wolkvox_token_reply -W "$options" -- "$cur"
    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]]; then
        compopt -o nospace 2>/dev/null
    fi
} && complete -F _check_wolkvox_token check_wolkvox_token
