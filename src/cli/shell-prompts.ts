/**
 * The shell code of a prompt that shows environment and cluster of the current context: what of it runs at every prompt
 * reads two files, and starts nothing but `date`. What is printed is text alone: what is in the file is made so when it is
 * written, and nothing of it is evaluated.
 */
export const shellPrompts: ReadonlyMap<string, (folder: string) => string> = new Map([
  [
    'bash',
    // Readline counts what stands between these marks as no columns.
    (folder) => `${posixPrompt(folder, ['\\001', '\\002'])}PS1='$(_evenkeel_prompt)'"$PS1"\n`,
  ],
  [
    'zsh',
    (folder) =>
      `${posixPrompt(folder, ['%%{', '%%}'])}setopt prompt_subst\nPROMPT='$(_evenkeel_prompt)'"$PROMPT"\n`,
  ],
  ['fish', fishPrompt],
])

/** It ends with the status of the command before it, which the prompt that follows may show. */
function posixPrompt(folder: string, [begin, end]: readonly [begin: string, end: string]): string {
  const quoted = `'${folder.replaceAll("'", `'\\''`)}'`
  return `# evenkeel: environment and cluster of the current context, from a file
_evenkeel_prompt() {
  local before=$? config line context="" file name mark cluster colour at age shown
  config="\${KUBECONFIG:-$HOME/.kube/config}"
  config="\${config%%:*}"
  [ -r "$config" ] || return $before
  while IFS= read -r line; do
    case $line in current-context:*) context="\${line#current-context:}" ;; esac
  done < "$config"
  context="\${context# }"
  context="\${context%\\"}"
  context="\${context#\\"}"
  context="\${context%\\'}"
  context="\${context#\\'}"
  [ -n "$context" ] || return $before
  file=${quoted}/"\${context//[^A-Za-z0-9.-]/_}"
  [ -r "$file" ] || return $before
  { IFS= read -r name && IFS= read -r mark && IFS= read -r cluster && IFS= read -r colour && IFS= read -r at; } < "$file" || return $before
  [ "$name" = "$context" ] || return $before
  shown="$mark $cluster"
  age=$(( $(date +%s) - at ))
  [ "$age" -lt 3600 ] || shown="$shown ($(( age / 3600 ))h)"
  if [ -n "$colour" ] && [ -z "\${NO_COLOR-}" ]; then
    printf '${begin}\\033[38;2;%sm${end}[%s]${begin}\\033[39m${end} ' "$colour" "$shown"
  else
    printf '[%s] ' "$shown"
  fi
  return $before
}
`
}

/** The prompt of before is kept under another name, and finds the status of the last command as it was. */
function fishPrompt(folder: string): string {
  const quoted = `'${folder.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
  return `# evenkeel: environment and cluster of the current context, from a file
function _evenkeel_prompt
    set -l config "$HOME/.kube/config"
    set -q KUBECONFIG; and test -n "$KUBECONFIG"; and set config (string split -m 1 : -- "$KUBECONFIG")[1]
    test -r "$config"; or return 0
    set -l context (string replace -rf '^current-context: ?' '' < "$config")[-1]
    set context (string trim -c '"\\'' -- "$context")
    test -n "$context"; or return 0
    set -l file ${quoted}/(string replace -ra '[^A-Za-z0-9.-]' _ -- "$context")
    test -r "$file"; or return 0
    set -l kept (string replace -r '$' '' < "$file")
    test (count $kept) -ge 5; and test "$kept[1]" = "$context"; and string match -qr '^[0-9]+$' -- "$kept[5]"; or return 0
    set -l shown "$kept[2] $kept[3]"
    set -l age (math (date +%s) - $kept[5])
    test $age -lt 3600; or set shown "$shown ("(math --scale 0 $age / 3600)"h)"
    if test -n "$kept[4]"; and test -z "$NO_COLOR"
        printf '\\e[38;2;%sm[%s]\\e[39m ' "$kept[4]" "$shown"
    else
        printf '[%s] ' "$shown"
    end
end
function _evenkeel_status
    return $argv[1]
end
if not functions -q _evenkeel_prompt_before
    if functions -q fish_prompt
        functions -c fish_prompt _evenkeel_prompt_before
    else
        function _evenkeel_prompt_before
            printf '> '
        end
    end
end
function fish_prompt
    set -l last $status
    _evenkeel_prompt
    _evenkeel_status $last
    _evenkeel_prompt_before
end
`
}
