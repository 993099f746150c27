import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ApiServer, AttachedApiServer } from '../../tools/kubernetes/index.ts'
import { auditMark } from '../engine/audited-writes.ts'
import type { Started } from './each-rig.ts'

/** A cluster of the test's own whose audit log holds every request of our identity, reads too. */
export async function watchedServer(started: Started): Promise<ApiServer> {
  const folder = await mkdtemp(join(tmpdir(), 'evenkeel-policy-'))
  started.add(() => rm(folder, { recursive: true }))
  const policy = {
    apiVersion: 'audit.k8s.io/v1',
    kind: 'Policy',
    omitStages: ['RequestReceived'],
    rules: [
      { level: 'Request', users: ['evenkeel'], verbs: ['delete'] },
      { level: 'Metadata', users: ['evenkeel', 'admin'] },
      { level: 'None' },
    ],
  }
  const file = join(folder, 'audit.json')
  await writeFile(file, JSON.stringify(policy))
  return await started.server({ apiServerFlags: [`--audit-policy-file=${file}`] })
}

/**
 * Counts every request of our identity from now on, as `verb path status`; a deletion also tells its preconditions. A
 * shared cluster logs writes only.
 */
export async function everyRequest(server: AttachedApiServer): Promise<() => Promise<string[]>> {
  const start = await auditMark(server)
  return async () => {
    const end = await auditMark(server)
    const text = (await readFile(server.auditLog)).subarray(start, end).toString('utf8')
    return text.split('\n').flatMap((line) => {
      if (line === '') return []
      const event = JSON.parse(line) as AuditEvent
      if (event.user.username !== 'evenkeel' || event.stage !== 'ResponseComplete') return []
      const [path = ''] = event.requestURI.split('?')
      const dryRun = event.requestURI.includes('dryRun=') ? ' dry-run' : ''
      const conditions = Object.keys(event.requestObject?.preconditions ?? {}).sort()
      const guarded = event.verb === 'delete' ? ` [${conditions.join()}]` : ''
      return [`${event.verb} ${path} ${event.responseStatus?.code ?? 0}${dryRun}${guarded}`]
    })
  }
}

/** The writes among requests; dry-runs are none. */
export function writesAmong(requests: readonly string[]): string[] {
  return requests.filter(
    (request) => /^(create|update|patch|delete)/.test(request) && !request.endsWith('dry-run'),
  )
}

/** What it takes to learn which cluster it is, and nothing more. */
export function beyondIdentity(requests: readonly string[]): string[] {
  return requests.filter(
    (request) =>
      !request.startsWith('get /apis/about.k8s.io/') &&
      !request.startsWith('get /api/v1/namespaces/kube-system '),
  )
}

interface AuditEvent {
  readonly stage: string
  readonly verb: string
  readonly requestURI: string
  readonly user: { readonly username: string }
  readonly responseStatus?: { readonly code: number }
  readonly requestObject?: { readonly preconditions?: object }
}
