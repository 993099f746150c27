import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ApiServer, AttachedApiServer } from '../../tools/kubernetes/index.ts'
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
      { level: 'Metadata', users: ['evenkeel', 'admin'] },
      { level: 'Metadata', users: ['system:anonymous'] },
      { level: 'None' },
    ],
  }
  const file = join(folder, 'audit.json')
  await writeFile(file, JSON.stringify(policy))
  return await started.server({ apiServerFlags: [`--audit-policy-file=${file}`] })
}

let marks = 0

/** Counts every request of our identity from now on, as `verb path status`, the watches among them. */
export async function everyRequest(server: AttachedApiServer): Promise<() => Promise<string[]>> {
  const start = await mark(server)
  return async () => {
    const end = await mark(server)
    const text = (await readFile(server.auditLog)).subarray(start, end).toString('utf8')
    return text.split('\n').flatMap((line) => {
      if (line === '') return []
      const event = JSON.parse(line) as AuditEvent
      if (event.user.username !== 'evenkeel') return []
      const [path = ''] = event.requestURI.split('?')
      const dryRun = event.requestURI.includes('dryRun=') ? ' dry-run' : ''
      return [`${event.verb} ${path} ${event.responseStatus?.code ?? 0}${dryRun}`]
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
  readonly verb: string
  readonly requestURI: string
  readonly user: { readonly username: string }
  readonly responseStatus?: { readonly code: number }
}

async function mark(server: AttachedApiServer): Promise<number> {
  marks += 1
  const name = `mark-${process.pid}-${marks}`
  await server.kubectl('admin', ['get', 'configmap', name])
  while (!(await readFile(server.auditLog, 'utf8')).includes(`/configmaps/${name}`)) {
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  return (await stat(server.auditLog)).size
}
