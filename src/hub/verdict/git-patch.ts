/** Lines around a change that are told with it. */
const around = 3

/** A patch that `git apply` takes: what makes the one text of a file the other; without a text before it is a new file. */
export function gitPatch(file: string, before: string | undefined, after: string): string {
  const [from, to] = [linesOf(before ?? ''), linesOf(after)]
  let same = 0
  while (same < from.length && same < to.length && from[same] === to[same]) same += 1
  let tail = 0
  while (
    tail < from.length - same &&
    tail < to.length - same &&
    from[from.length - 1 - tail] === to[to.length - 1 - tail]
  ) {
    tail += 1
  }
  const start = Math.max(0, same - around)
  const [fromEnd, toEnd] = [from.length - tail, to.length - tail]
  const behind = from.slice(fromEnd, fromEnd + around)
  const [old, now] = [pathIn('a', file), pathIn('b', file)]
  const head =
    before === undefined
      ? [`diff --git ${old} ${now}`, 'new file mode 100644', '--- /dev/null', `+++ ${now}`]
      : [`diff --git ${old} ${now}`, `--- ${old}`, `+++ ${now}`]
  return [
    ...head.map((line) => `${line}\n`),
    `@@ -${rangeOf(start, fromEnd + behind.length)} +${rangeOf(start, toEnd + behind.length)} @@\n`,
    ...from.slice(start, same).map((line) => signed(' ', line)),
    ...from.slice(same, fromEnd).map((line) => signed('-', line)),
    ...to.slice(same, toEnd).map((line) => signed('+', line)),
    ...behind.map((line) => signed(' ', line)),
  ].join('')
}

/** Each with its line break. */
function linesOf(text: string): string[] {
  return text === '' ? [] : text.split(/(?<=\n)/)
}

function signed(sign: string, line: string): string {
  return line.endsWith('\n') ? `${sign}${line}` : `${sign}${line}\n\\ No newline at end of file\n`
}

function rangeOf(start: number, end: number): string {
  return `${end === start ? start : start + 1},${end - start}`
}

/** Git writes a path between quotes where it holds more than plain characters. */
function pathIn(side: string, file: string): string {
  const path = `${side}/${file}`
  return /^[\w./@+-]+$/.test(path) ? path : JSON.stringify(path)
}
