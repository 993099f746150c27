import type { Kysely } from 'kysely'

/**
 * The tables as the newest migration leaves them, the same in both dialects. Times are RFC 3339 texts, and
 * structures are JSON texts. `group` is a word of SQL, so the column is called `api_group`.
 */
export interface Schema {
  readonly meta: { key: string; value: string }
  readonly content: { name: string; digest: string; body: Uint8Array; bytes: number; used_at: string }
  readonly cluster_state: {
    cluster: string
    cluster_id: string | null
    verified_at: string | null
    epoch: number
    report: string | null
    last_good: string | null
    facts: string | null
    detached_at: string | null
  }
  readonly assignment: { cluster: string; bundle: string; variant: string; body: string }
  readonly bundle_state: {
    cluster: string
    bundle: string
    applied: string | null
    report: string | null
    hooks: string | null
  }
  readonly inventory: {
    cluster: string
    bundle: string
    object_key: string
    api_group: string
    kind: string
    api_version: string
    uid: string | null
  }
  readonly receipt: { cluster: string; object_key: string; bundle: string; body: string }
  readonly drift: {
    id: string
    cluster: string
    bundle: string
    api_group: string
    kind: string
    namespace: string
    name: string
    path: string
    cause: string
    state: string
    first_seen: string
    last_seen: string
    body: string
  }
  readonly plan: {
    id: string
    cluster: string
    bundle: string
    state: string
    created_at: string
    decided_at: string | null
    decided_by: string | null
    decision_reason: string | null
    finished_at: string | null
    detail: string | null
    body: string
  }
  readonly run: {
    id: string
    bundle: string
    state: string
    created_at: string
    updated_at: string
    body: string
    progress: string
  }
  readonly run_cluster: { run: string; cluster: string; body: string }
  readonly job: { id: string; state: string; created_at: string; ended_at: string | null; body: string }
  readonly job_target: { job: string; cluster: string; bundle: string | null; namespace: string | null }
  readonly job_row: { job: string; cluster: string; body: string }
  readonly freeze: { id: string; at: string; ended_at: string | null; body: string }
  readonly event: {
    sequence: number
    at: string
    type: string
    cluster: string | null
    bundle: string | null
    object_key: string | null
    message: string
    actor: string | null
    reason: string | null
    request_id: string | null
    job: string | null
    whole: string | null
    link: string
  }
  readonly token: {
    hash: string
    purpose: string
    name: string
    privileges: string
    created_at: string
    id: string | null
    body: string | null
    expires_at: string | null
    used_at: string | null
  }
  readonly session: {
    id: string
    hash: string
    name: string
    created_at: string
    seen_at: string
    expires_at: string
    body: string
  }
  readonly search_cluster: { number: number; cluster: string }
  /** How many objects of a cluster are of one group. */
  readonly search_count: {
    cluster: string
    namespace: string
    kind: string
    bundle: string
    api_group: string
    objects: number
  }
  readonly search_object: {
    /** Begins with the number of its cluster (`search-ids.ts`). */
    id: number
    cluster: string
    bundle: string
    object_key: string
    api_group: string
    kind: string
    namespace: string
    name: string
    replicas: number | null
    ready: number | null
    containers: number | null
    keys: number | null
    /** The projection as JSON. */
    body: string
  }
  readonly recorded_content: { hash: string; kind: string; body: string }
  readonly recorded_object: {
    cluster: string
    object_key: string
    api_group: string
    kind: string
    namespace: string
    name: string
    hash: string
    /** Of a binding: what it gives, such as `ClusterRole/view`. */
    role: string | null
    resource_version: string
    uid: string
    seen_at: string
    writer: string
  }
  readonly recorded_change: {
    cluster: string
    object_key: string
    /** Counts the changes of one object. */
    number: number
    at: string
    from_hash: string | null
    to_hash: string | null
    writer: string
  }
  readonly recorded_kind: {
    cluster: string
    api_group: string
    kind: string
    state: string
    reason: string | null
    /** 1 once all objects of the kind were recorded. */
    looked: number
    at: string
  }
  readonly quota: {
    cluster: string
    object_key: string
    resource: string
    namespace: string
    name: string
    hard: string
    used: string | null
    /** Of 1; -1 where it is not known. */
    fullness: number
    at: string
  }
  readonly quota_sample: {
    cluster: string
    object_key: string
    resource: string
    at: string
    fullness: number
  }
  readonly one_time: { hash: string; purpose: string; expires_at: string; body: Uint8Array }
  readonly failed_sign_in: { origin: string; failures: number; last_at: string }
  readonly kept_answer: {
    caller: string
    key: string
    fingerprint: string
    at: string
    /** Null while the write is under way. */
    body: Uint8Array | null
  }
}

/** What a transaction, and a read outside of one, runs its statements on. */
export type Queries = Kysely<Schema>
