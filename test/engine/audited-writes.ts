import { readFile, stat } from 'node:fs/promises'
import type { AttachedApiServer, User } from '../../tools/kubernetes/index.ts'
import type { Rig } from './rig.ts'

/** One write as the server's audit log has it. */
export interface AuditedWrite {
  readonly user: string
  readonly verb: string
  readonly resource: string
  readonly name: string
  readonly dryRun: boolean
  readonly code: number
}

let marks = 0

/** A position in the audit log behind everything that was answered before the call. */
export async function auditMark(server: AttachedApiServer): Promise<number> {
  marks += 1
  const name = `marker-${process.pid}-${Math.random().toString(36).slice(2, 8)}-${marks}`
  await server.mustKubectl('admin', ['create', 'configmap', name, '-n', 'default'])
  while (!(await readFile(server.auditLog, 'utf8')).includes(`"name":"${name}"`)) {
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  return (await stat(server.auditLog)).size
}

/**
 * What a user wrote into the rig's namespace, and to objects named after it, between a mark and now; dry-runs
 * are told apart. Complete: everything that was answered before the call is in it.
 */
export async function writesSince(rig: Rig, mark: number, user: User = 'evenkeel'): Promise<AuditedWrite[]> {
  const end = await auditMark(rig.server)
  const text = (await readFile(rig.server.auditLog)).subarray(mark, end).toString('utf8')
  return text.split('\n').flatMap((line) => {
    if (line === '') return []
    const write = parse(line, rig.namespace)
    return write?.user === user ? [write] : []
  })
}

/** Writes that changed something or were meant to: no dry-runs. */
export function real(writes: readonly AuditedWrite[]): string[] {
  return writes.flatMap(({ dryRun, verb, resource, name, code }) =>
    dryRun ? [] : [`${verb} ${resource}/${name} ${code}`],
  )
}

interface AuditEvent {
  readonly stage: string
  readonly verb: string
  readonly requestURI: string
  readonly user: { readonly username: string }
  readonly objectRef?: { readonly resource: string; readonly namespace?: string; readonly name?: string }
  readonly responseStatus?: { readonly code: number }
  readonly responseObject?: { readonly metadata?: { readonly name?: string } }
}

function parse(line: string, namespace: string): AuditedWrite | undefined {
  const event = JSON.parse(line) as AuditEvent
  const { objectRef } = event
  if (event.stage !== 'ResponseComplete' || objectRef === undefined) return undefined
  const name = objectRef.name ?? event.responseObject?.metadata?.name ?? ''
  // Other tests write to the same cluster: cluster-scoped objects of this one carry the namespace in their names.
  if (objectRef.namespace !== namespace && !name.includes(namespace)) return undefined
  return {
    user: event.user.username,
    verb: event.verb,
    resource: objectRef.resource,
    name,
    dryRun: event.requestURI.includes('dryRun='),
    code: event.responseStatus?.code ?? 0,
  }
}
