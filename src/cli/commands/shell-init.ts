import { cliFailure } from '../cli-failure.ts'
import { exitCodes, type ExitCode } from '../exit-code.ts'
import { promptFolder } from '../hub/prompt-cache.ts'
import type { Session } from '../session.ts'

/**
 * `ek shell-init bash|zsh`: prints shell code that shows environment and cluster at the prompt. It reads the kubeconfig and
 * a small file, and starts no Node (cli §7).
 */
export async function shellInitCommand(session: Session, shell: string): Promise<ExitCode> {
  const attach = attachments.get(shell)
  if (attach === undefined) {
    throw cliFailure('usage', `shell-init ${shell}: not a shell that is known: wanted bash or zsh`)
  }
  session.terminal.raw(`${promptFunction(promptFolder(session.environment))}${attach}`)
  return exitCodes.success
}

const attachments: ReadonlyMap<string, string> = new Map([
  ['bash', `PS1='$(_evenkeel_prompt)'"$PS1"\n`],
  ['zsh', `setopt prompt_subst\nPROMPT='$(_evenkeel_prompt)'"$PROMPT"\n`],
])

/** What is printed is text alone: what is in the file is made so when it is written, and nothing of it is evaluated. */
function promptFunction(folder: string): string {
  const quoted = `'${folder.replaceAll("'", `'\\''`)}'`
  return `# evenkeel: environment and cluster of the current context, from a file
_evenkeel_prompt() {
  local config line context="" file name mark cluster colour at age shown
  config="\${KUBECONFIG:-$HOME/.kube/config}"
  config="\${config%%:*}"
  [ -r "$config" ] || return 0
  while IFS= read -r line; do
    case $line in current-context:*) context="\${line#current-context:}" ;; esac
  done < "$config"
  context="\${context# }"
  context="\${context%\\"}"
  context="\${context#\\"}"
  context="\${context%\\'}"
  context="\${context#\\'}"
  [ -n "$context" ] || return 0
  file=${quoted}/"\${context//[^A-Za-z0-9.-]/_}"
  [ -r "$file" ] || return 0
  { IFS= read -r name && IFS= read -r mark && IFS= read -r cluster && IFS= read -r colour && IFS= read -r at; } < "$file" || return 0
  [ "$name" = "$context" ] || return 0
  shown="$mark $cluster"
  age=$(( $(date +%s) - at ))
  [ "$age" -lt 3600 ] || shown="$shown ($(( age / 3600 ))h)"
  if [ -n "$colour" ] && [ -z "\${NO_COLOR-}" ]; then
    printf '\\033[38;2;%sm[%s]\\033[39m ' "$colour" "$shown"
  else
    printf '[%s] ' "$shown"
  fi
}
`
}
