import { parseTimestamp } from '../encoding/index.ts'
import { isMap, type Json, type JsonMap } from '../object/index.ts'
import type { AuditTarget } from './audit-match.ts'

/** One successful write from an audit log, reduced to what attribution needs. Bodies are never kept (engine F16i). */
export interface AuditRecord {
  readonly id: string
  /** The impersonated user where there was one. */
  readonly user: string
  readonly verb: string
  readonly target: AuditTarget
  readonly subresource: string
  /** The field manager that the server derives from this request (engine F1). */
  readonly manager: string
  /** RFC 3339, when the response was complete. */
  readonly time: string
  readonly timeMs: number
  /** Of the object after the write; undefined below RequestResponse level and for deletions. */
  readonly resourceVersion: string | undefined
  /** Of the deleted object; undefined below RequestResponse level and for other verbs. */
  readonly uid: string | undefined
}

const WRITES = new Set(['create', 'update', 'patch', 'delete', 'deletecollection'])

/**
 * Reads one `audit.k8s.io/v1` event. Undefined for everything that is no completed, successful, real write to an
 * object: other stages, refusals, dry-runs, reads, malformed lines.
 */
export function parseAuditEvent(event: unknown): AuditRecord | undefined {
  if (!isMap(event) || event['stage'] !== 'ResponseComplete') return undefined
  const verb = text(event['verb'])
  const target = targetOf(event['objectRef'])
  if (!WRITES.has(verb) || target === undefined || !succeeded(event['responseStatus'])) return undefined
  const query = queryOf(text(event['requestURI']))
  if ((query.get('dryRun') ?? '') !== '') return undefined
  const time = text(event['stageTimestamp'])
  const timeMs = parseTimestamp(time)
  const user = usernameOf(event['impersonatedUser']) ?? usernameOf(event['user'])
  if (timeMs === undefined || user === undefined) return undefined
  const reference = isMap(event['objectRef']) ? event['objectRef'] : {}
  return {
    id: text(event['auditID']),
    user,
    verb,
    target:
      target.name === '' && verb === 'create'
        ? { ...target, name: nameOfReply(event['responseObject']) }
        : target,
    subresource: text(reference['subresource']),
    manager: managerOf(query.get('fieldManager') ?? '', text(event['userAgent'])),
    time,
    timeMs,
    ...identityOf(verb, event['responseObject']),
  }
}

function succeeded(status: Json | undefined): boolean {
  const code = isMap(status) ? status['code'] : undefined
  return typeof code === 'number' && code >= 200 && code < 300
}

function targetOf(reference: Json | undefined): AuditTarget | undefined {
  if (!isMap(reference) || text(reference['resource']) === '') return undefined
  const group = text(reference['apiGroup'])
  const resource = text(reference['resource'])
  // The log has a Namespace stand in itself.
  const scoped = group !== '' || resource !== 'namespaces'
  return {
    group,
    resource,
    namespace: scoped ? text(reference['namespace']) : '',
    name: text(reference['name']),
  }
}

function usernameOf(user: Json | undefined): string | undefined {
  const name = isMap(user) ? text(user['username']) : ''
  return name === '' ? undefined : name
}

function metadataOf(object: Json | undefined): JsonMap {
  const metadata = isMap(object) ? object['metadata'] : undefined
  return isMap(metadata) ? metadata : {}
}

function nameOfReply(object: Json | undefined): string {
  return text(metadataOf(object)['name'])
}

/** A deletion answers with a Status that names the uid, or with the object. */
function identityOf(verb: string, reply: Json | undefined): Pick<AuditRecord, 'resourceVersion' | 'uid'> {
  const metadata = metadataOf(reply)
  if (verb !== 'delete') return { resourceVersion: present(metadata['resourceVersion']), uid: undefined }
  const details = isMap(reply) ? reply['details'] : undefined
  const uid = isMap(details) ? present(details['uid']) : undefined
  return { resourceVersion: undefined, uid: uid ?? present(metadata['uid']) }
}

/** As the API server does: the parameter, else the User-Agent up to the first slash; printable, at most 128 bytes. */
function managerOf(parameter: string, userAgent: string): string {
  if (parameter !== '') return parameter
  const slash = userAgent.indexOf('/')
  const name = (slash < 0 ? userAgent : userAgent.slice(0, slash)).replace(/[^\x20-\x7e]/g, '').slice(0, 128)
  return name === '' ? 'unknown' : name
}

function queryOf(uri: string): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>()
  const start = uri.indexOf('?')
  if (start < 0) return parameters
  for (const pair of uri.slice(start + 1).split('&')) {
    const [name = '', value = ''] = pair.split('=', 2)
    if (!parameters.has(decoded(name))) parameters.set(decoded(name), decoded(value))
  }
  return parameters
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part.replaceAll('+', ' '))
  } catch {
    return part
  }
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}

function present(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
