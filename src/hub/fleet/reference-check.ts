import type { KindName } from '../../core/kinds/index.ts'
import { nearest } from '../../core/nearest.ts'
import type { Problem } from '../../core/problem.ts'
import type { Declared, Unreadable } from './model.ts'

/** Anything with a name. */
export interface Named {
  readonly metadata: { readonly name: string }
}

/** What was found while the references of a fleet are followed. */
export class ReferenceCheck {
  readonly problems: Problem[] = []
  readonly unreadable: Unreadable[] = []

  /** By name; what is declared more than once is refused altogether, because nobody can say which is meant. */
  unique<Value extends Named>(kind: KindName, all: readonly Declared<Value>[], single = false) {
    const groups = new Map<string, Declared<Value>[]>()
    for (const one of all) {
      const name = single ? '' : one.value.metadata.name
      groups.set(name, [...(groups.get(name) ?? []), one])
    }
    const found = new Map<string, Declared<Value>>()
    for (const same of groups.values()) {
      const [first] = same
      if (first !== undefined && same.length === 1) {
        found.set(first.value.metadata.name, first)
        continue
      }
      const places = same.map(({ file, line }) => `${file}:${line}`).join(', ')
      for (const one of same)
        this.refuse(kind, one, `declared ${same.length} times: ${places}`, 'keep one of them')
    }
    return found
  }

  refuse(kind: KindName, where: Declared<Named>, message: string, hint?: string): void {
    const { name } = where.value.metadata
    this.#add('error', kind, where, message, hint)
    if (this.unreadable.some((one) => one.kind === kind && one.name === name && one.file === where.file))
      return
    this.unreadable.push({ file: where.file, kind, name })
  }

  warn(kind: KindName, where: Declared<Named>, message: string, hint?: string): void {
    this.#add('warning', kind, where, message, hint)
  }

  #add(
    severity: Problem['severity'],
    kind: KindName,
    where: Declared<Named>,
    message: string,
    hint?: string,
  ): void {
    this.problems.push({
      file: where.file,
      line: where.line,
      subject: `${kind} ${where.value.metadata.name}`,
      message,
      ...(hint === undefined ? {} : { hint }),
      severity,
    })
  }
}

/** The nearest known name, as a hint. */
export function didYouMean(name: string, known: Iterable<string>): string | undefined {
  const near = nearest(name, known)
  return near === undefined ? undefined : `did you mean ${near}?`
}
