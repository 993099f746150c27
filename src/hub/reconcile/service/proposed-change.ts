import { apiFailure, type ProposalQuery } from '../../../api/index.ts'
import { parseQuantity } from '../../../core/facts/index.ts'
import type { KubeObject, ObjectRef } from '../../../core/object/index.ts'
import { readSubject, type RoleRef, type Subject, subjectText } from '../../../core/rbac/index.ts'

const group = 'rbac.authorization.k8s.io'

/** A change of a binding or quota, as it was asked for. */
export type ProposedChange =
  | { readonly is: 'give'; readonly ref: ObjectRef; readonly subject: Subject; readonly role: RoleRef }
  | { readonly is: 'take'; readonly ref: ObjectRef; readonly subject: Subject }
  | { readonly is: 'bound'; readonly ref: ObjectRef; readonly bounds: ReadonlyMap<string, string> }

/** Reads what is to be changed. Throws `invalid-request` with what is missing. */
export function readChange(query: ProposalQuery): ProposedChange {
  const { change, namespace, name } = query
  if (change === 'bound') {
    if (namespace === '' || name === undefined) throw wrong('a quota is named by its namespace and name')
    return {
      is: 'bound',
      ref: { group: '', kind: 'ResourceQuota', namespace, name },
      bounds: boundsOf(query.bounds ?? []),
    }
  }
  const subject = subjectOf(query.subject ?? '')
  const kind = namespace === '' ? 'ClusterRoleBinding' : 'RoleBinding'
  if (change === 'take') {
    if (name === undefined) throw wrong('name the binding that the subject is taken out of')
    return { is: 'take', ref: { group, kind, namespace, name }, subject }
  }
  const role = roleOf(query.role ?? '', namespace)
  return { is: 'give', ref: { group, kind, namespace, name: name ?? nameFor(role, subject) }, subject, role }
}

/** The binding that gives a subject a role, as it is written into a file. */
export function bindingOf({ ref, subject, role }: Extract<ProposedChange, { is: 'give' }>): KubeObject {
  const { kind, name, namespace } = subject
  return {
    apiVersion: `${group}/v1`,
    kind: ref.kind,
    metadata: { name: ref.name, ...(ref.namespace === '' ? {} : { namespace: ref.namespace }) },
    roleRef: { apiGroup: group, kind: role.kind, name: role.name },
    subjects: [kind === 'ServiceAccount' ? { kind, name, namespace } : { kind, apiGroup: group, name }],
  }
}

function subjectOf(text: string): Subject {
  const [kind = '', ...rest] = text.trim().split(' ')
  const name = rest.join(' ').trim()
  const [account, of, more] = name.split('/')
  const written =
    kind === 'ServiceAccount' ? { kind, namespace: account ?? '', name: of ?? '' } : { kind, name }
  const subject = more !== undefined && kind === 'ServiceAccount' ? undefined : readSubject(written, '')
  if (subject === undefined || subjectText(subject) !== `${kind} ${name}`)
    throw wrong('write whom as: User alice, Group team, or ServiceAccount namespace/name')
  return subject
}

function roleOf(text: string, namespace: string): RoleRef {
  const [kind, name, more] = text.trim().split(/\s+/)
  if ((kind !== 'Role' && kind !== 'ClusterRole') || name === undefined || more !== undefined)
    throw wrong('write the role as: ClusterRole view, or Role name')
  if (kind === 'Role' && namespace === '') throw wrong('a Role is given in its namespace: name it')
  return { kind, name }
}

function boundsOf(written: readonly string[]): ReadonlyMap<string, string> {
  const bounds = new Map(
    written.map((text) => {
      const [resource = '', to = '', more] = text.split('=').map((part) => part.trim())
      if (resource === '' || more !== undefined || parseQuantity(to) === undefined)
        throw wrong(`${text}: write a bound as pods=400 or requests.cpu=40`)
      return [resource, to] as const
    }),
  )
  if (bounds.size === 0) throw wrong('name what is to be bound otherwise, such as pods=400')
  return bounds
}

/** As long as a name may be, of the letters that one may have. */
function nameFor(role: RoleRef, subject: Subject): string {
  const text = `${role.name}-${subject.namespace}-${subject.name}`.toLowerCase()
  return text
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 63)
    .replace(/-+$/, '')
}

function wrong(message: string): Error {
  return apiFailure('invalid-request', message)
}
