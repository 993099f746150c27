import type { DriftView, ValueView } from '../../api/index.ts'

/** A value of the ledger as text: what is secret or too long says so instead. */
export function valueText(value: ValueView): string {
  switch (value.is) {
    case 'text':
      return unquoted(value.text)
    case 'absent':
      return '—'
    case 'secret':
      return 'secret, not shown'
    case 'large':
      return 'structured'
  }
}

/** JSON text as people read it: a plain text without its quotes. */
function unquoted(json: string): string {
  if (!json.startsWith('"')) return json
  try {
    return String(JSON.parse(json))
  } catch {
    return json
  }
}

/**
 * Two values as short as they can be told apart: what they share at the beginning is left out up to the last separator, so
 * that an image shows its tag.
 */
export function shortChange(desired: ValueView, live: ValueView): string {
  const [one, two] = [valueText(desired), valueText(live)]
  if (one.length + two.length <= 24) return `${one}→${two}`
  let shared = 0
  while (shared < Math.min(one.length, two.length) && one[shared] === two[shared]) shared += 1
  const cut = Math.max(0, one.slice(0, shared).search(/[:/@][^:/@]*$/))
  return `${one.slice(cut)}→${two.slice(cut)}`
}

export function Value({ value }: { readonly value: ValueView }) {
  return (
    <span className={value.is === 'text' ? 'value' : 'sub'} dir="auto">
      {valueText(value)}
    </span>
  )
}

/** The last steps of a path, so that the part that differs is seen: `…[name="api"].image`. */
export function shortPath(path: string, most = 44): string {
  if (path === '') return 'whole object'
  if (path.length <= most) return path
  const cut = path.slice(path.length - most + 1)
  const step = cut.search(/[.[]/)
  return `…${step < 0 ? cut : cut.slice(step).replace(/^\./, '')}`
}

const classes: Readonly<Record<DriftView['class'], string>> = {
  taken: 'changed',
  removed: 'removed',
  silent: 'changed without a writer',
  lost: 'ownership lost',
  addition: 'added',
  missing: 'missing',
  unmanaged: 'not in Git',
}

/** A drift class as it stands on screen (glossary). */
export function classText(name: string): string {
  return Object.entries(classes).find(([one]) => one === name)?.[1] ?? name
}

const kinds: Readonly<Record<string, string>> = {
  own: 'Evenkeel',
  human: 'person',
  pipeline: 'pipeline',
  gitops: 'GitOps tool',
  controller: 'controller',
  unknown: 'unknown',
}

/** The kind of a writer, as people say it. */
export function writerKindText(kind: string): string {
  return kinds[kind] ?? kind
}

/** `4 clusters`, `1 cluster`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`
}

/** The first digits of a commit. */
export function shortRevision(revision: string): string {
  return /^[0-9a-f]{40}$/.test(revision) ? revision.slice(0, 7) : revision
}
