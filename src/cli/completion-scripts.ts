/** Each script asks the program for candidates and drops the directive line that is meant for kubectl. */
const bash = `# bash completion for ek and evenkeel
_evenkeel_complete() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in :*) ;; *) COMPREPLY+=("$line") ;; esac
  done < <("\${COMP_WORDS[0]}" __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _evenkeel_complete ek evenkeel
`

const zsh = `#compdef ek evenkeel
_evenkeel_complete() {
  local -a candidates
  candidates=(\${(f)"$("\${words[1]}" __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)"})
  compadd -- "\${(@)candidates:#:*}"
}
compdef _evenkeel_complete ek evenkeel
`

const fish = `# fish completion for ek and evenkeel
function __evenkeel_complete
  set -l words (commandline -opc) (commandline -ct)
  $words[1] __complete -- $words[2..-1] 2>/dev/null | string match -v ':*'
end
complete -c ek -f -a '(__evenkeel_complete)'
complete -c evenkeel -f -a '(__evenkeel_complete)'
`

/** The completion scripts by shell. */
export const completionScripts: ReadonlyMap<string, string> = new Map([
  ['bash', bash],
  ['zsh', zsh],
  ['fish', fish],
])

/** What kubectl runs for \`kubectl evenkeel <TAB>\`; it understands the directive line. */
export const kubectlCompletion = `#!/bin/sh
exec kubectl-evenkeel __complete -- "$@"
`
