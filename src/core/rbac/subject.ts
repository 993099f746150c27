import type { JsonMap } from '../object/index.ts'
import { textOf } from '../object/index.ts'

/** Whom a binding names. */
export interface Subject {
  readonly kind: 'User' | 'Group' | 'ServiceAccount'
  readonly name: string
  /** Of a service account; empty for the others. */
  readonly namespace: string
}

/** Somebody who asks a cluster for something. */
export interface Person {
  readonly name: string
  readonly groups: readonly string[]
}

const accountPrefix = 'system:serviceaccount:'

/**
 * Somebody with the groups that the cluster itself gives: those of everybody who is known, and those of a service account.
 * Of other groups only the identity provider knows, so they have to be said.
 */
export function personAs(name: string, groups: readonly string[] = []): Person {
  const [, , namespace = '', account = ''] = name.split(':')
  const ofAccount =
    name.startsWith(accountPrefix) && account !== ''
      ? ['system:serviceaccounts', `system:serviceaccounts:${namespace}`]
      : []
  return { name, groups: [...new Set([...groups, ...ofAccount, 'system:authenticated'])] }
}

/** Whether a subject of a binding is this person, or holds them. */
export function holds(subject: Subject, person: Person): boolean {
  switch (subject.kind) {
    case 'User':
      return subject.name === person.name
    case 'Group':
      return person.groups.includes(subject.name)
    case 'ServiceAccount':
      return person.name === `${accountPrefix}${subject.namespace}:${subject.name}`
  }
}

/** As people read it: `User alice`, `ServiceAccount shop/web`. */
export function subjectText({ kind, name, namespace }: Subject): string {
  return namespace === '' ? `${kind} ${name}` : `${kind} ${namespace}/${name}`
}

/** A subject as a binding in `within` writes it; undefined for what is none or names nobody. */
export function readSubject(subject: JsonMap, within: string): Subject | undefined {
  const kind = subject['kind']
  const name = textOf(subject['name'])
  if (name === '') return undefined
  if (kind === 'User' || kind === 'Group') return { kind, name, namespace: '' }
  if (kind !== 'ServiceAccount') return undefined
  const given = textOf(subject['namespace'])
  const namespace = given === '' ? within : given
  return namespace === '' ? undefined : { kind, name, namespace }
}

/** A text by which subjects are sorted and told apart: users, then groups, then service accounts. */
export function subjectOrder({ kind, namespace, name }: Subject): string {
  return `${['User', 'Group', 'ServiceAccount'].indexOf(kind)} ${namespace}/${name}`
}
