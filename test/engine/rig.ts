import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseAuditEvent } from '../../src/core/attribution/index.ts'
import type { ObjectProjection } from '../../src/core/search/index.ts'
import type { DriftRecord } from '../../src/core/ledger/index.ts'
import { canonicalJson, type KubeObject } from '../../src/core/object/index.ts'
import type { Json } from '../../src/core/object/index.ts'
import type { PlanRecord } from '../../src/core/plan/index.ts'
import { type Connection, connectionOf, loadKubeconfig } from '../../src/kube/index.ts'
import { deriveKeys } from '../../src/hub/keys/index.ts'
import { type Clock, Redacted, systemClock, Turns } from '../../src/runtime/index.ts'
import {
  type Assignment,
  type AuditSource,
  type BundleReport,
  ClusterEngine,
  type ClusterReport,
  type Content,
  type ContentObject,
  type Journal,
  type RecordSink,
  type SpokeEvent,
} from '../../src/spoke/index.ts'
import type { AttachedApiServer, User } from '../../tools/kubernetes/index.ts'
import { followFile } from './follow-file.ts'
import { openJournal } from './open-journal.ts'

/** One bundle of several, for a rig that keeps more than one. */
export interface Part {
  readonly bundle: string
  readonly objects: readonly KubeObject[]
  readonly change?: Partial<Assignment>
  /** By position: when the object is applied. */
  readonly orders?: readonly Pick<ContentObject, 'hook' | 'wave'>[]
}

/** One bundle on one real cluster, kept by a real engine on a real store. */
export interface Rig {
  readonly bundle: string
  readonly namespace: string
  readonly server: AttachedApiServer
  readonly engine: ClusterEngine
  readonly journal: Journal
  /** Where the stores of this rig are. */
  readonly folder: string
  readonly events: readonly SpokeEvent[]
  /** What failed in the background. Closing throws when there is any; a test that expects some takes it out. */
  readonly failures: string[]
  /** Every record that was ever reported, in its last state. */
  drift(): DriftRecord[]
  open(): DriftRecord[]
  /** Of the rig's own bundle, or of another one. */
  bundleReport(bundle?: string): BundleReport | undefined
  clusterReport(): ClusterReport | undefined
  /** What was told of an object, by its key. */
  projection(key: string): ObjectProjection | undefined
  plans(): Promise<readonly PlanRecord[]>
  decide(id: string, decision: 'approved' | 'rejected'): Promise<void>
  /** Declares these objects instead of the former ones. */
  declare(objects: readonly KubeObject[], change?: Partial<Assignment>): void
  /** Declares objects with the hooks and waves that a renderer would read from their annotations. */
  declareOrdered(
    objects: readonly (readonly [KubeObject, Pick<ContentObject, 'hook' | 'wave'>])[],
    change?: Partial<Assignment>,
  ): void
  /** Declares a rendering as it is, with objects that name no namespace. */
  declareContent(content: Content, change?: Partial<Assignment>): void
  /** Declares several bundles instead of all that were declared. */
  declareAll(parts: readonly Part[]): void
  /** Declares and waits until they are applied. */
  deliver(objects: readonly KubeObject[], change?: Partial<Assignment>): Promise<void>
  /** The live object. */
  live(kind: string, name: string): Promise<KubeObject>
  /** kubectl in the rig's namespace. */
  kubectl(user: User, ...args: string[]): Promise<string>
  kubectlStdin(user: User, stdin: unknown, ...args: string[]): Promise<string>
  /** Waits for a condition; fails with what is known when it does not come. */
  until<Value>(
    what: string,
    condition: () => Promise<Value | undefined | false> | Value | undefined | false,
  ): Promise<Value>
  /**
   * Stops the engine and starts another one on the same journal. `lostJournal`: on an empty one. `meanwhile` happens
   * while nobody has the store open.
   */
  restart(options?: { lostJournal?: boolean; meanwhile?: () => Promise<void> }): Promise<void>
  close(): Promise<void>
}

export interface RigOptions {
  readonly mode?: Assignment['mode']
  /** Follow the server's audit log; false by default, so that the manager alone speaks. */
  readonly audit?: boolean
  readonly user?: User
  readonly change?: Partial<Assignment>
  readonly bundle?: string
  readonly namespace?: string
  readonly clock?: Clock
  /** How the engine reaches the cluster; by the user's kubeconfig by default. */
  readonly connect?: () => Promise<Connection>
  readonly expectedId?: string
  /** Turns that it shares with other engines; of its own by default. */
  readonly turns?: Turns
  /** Record quotas, roles and bindings here; they are not watched without it. */
  readonly records?: RecordSink
}

let count = 0
export const testKeys = deriveKeys(new Redacted(new Uint8Array(32).fill(7)))

/** Starts an engine for one bundle in a fresh namespace. Nothing is assigned before `declare`. */
export async function startRig(server: AttachedApiServer, options: RigOptions = {}): Promise<Rig> {
  count += 1
  const id = `${process.pid}-${count}-${Math.random().toString(36).slice(2, 6)}`
  const bundle = options.bundle ?? `bundle-${id}`
  const namespace = options.namespace ?? `shop-${id}`
  if (options.namespace === undefined) await server.mustKubectl('admin', ['create', 'namespace', namespace])
  const folder = await mkdtemp(join(tmpdir(), 'evenkeel-rig-'))
  let store = await openJournal(join(folder, 'store-0'), 'cluster-1', testKeys)
  const contents = new Map<string, Content>()
  const records = new Map<string, DriftRecord>()
  const events: SpokeEvent[] = []
  const bundleReports = new Map<string, BundleReport>()
  const projections = new Map<string, ObjectProjection>()
  let clusterReport: ClusterReport | undefined
  const failures: string[] = []
  const audit = options.audit === true ? auditOf(server) : undefined
  const make = (): ClusterEngine =>
    new ClusterEngine({
      name: 'cluster-1',
      ...(options.expectedId === undefined ? {} : { expectedId: options.expectedId }),
      connect: options.connect ?? (() => connectionBy(server.kubeconfig(options.user ?? 'evenkeel'))),
      ports: {
        journal: store.journal,
        content: { content: async (variant) => contents.get(variant) },
        reports: {
          cluster: (report) => {
            clusterReport = report
          },
          bundle: (report) => {
            bundleReports.set(report.bundle, report)
          },
          drift: (changed) => {
            for (const record of changed) records.set(record.id, record)
          },
          event: (event) => events.push(event),
          object: ({ key, projection }) => {
            if (projection === undefined) projections.delete(key)
            else projections.set(key, projection)
          },
        },
        keys: testKeys.hash,
        ...(options.records === undefined ? {} : { records: options.records }),
      },
      ...(audit === undefined ? {} : { audit }),
      readOnly: () => undefined,
      sha256: (text) => createHash('sha256').update(text).digest(),
      clock: options.clock ?? systemClock,
      turns: options.turns ?? new Turns({ clock: systemClock, most: 16, isBusy: () => true }),
      onError: (what, error) =>
        failures.push(`${what}: ${error instanceof Error ? error.stack : String(error)}`),
    })
  let engine = make()
  engine.start()
  let assignments: Assignment[] = []
  let commits = 0
  let emptied = 0
  const rig: Rig = {
    bundle,
    namespace,
    server,
    folder,
    get engine() {
      return engine
    },
    get journal() {
      return store.journal
    },
    events,
    failures,
    drift: () => [...records.values()],
    open: () => [...records.values()].filter(({ state }) => state === 'open'),
    bundleReport: (of = bundle) => bundleReports.get(of),
    clusterReport: () => clusterReport,
    projection: (key) => projections.get(key),
    plans: async () => await store.plans(),
    async decide(id, decision) {
      await store.decide(id, decision)
      engine.reconcile(bundle)
    },
    declare: (objects, change = {}) => rig.declareAll([{ bundle, objects, change }]),
    declareOrdered: (objects, change = {}) =>
      rig.declareAll([
        {
          bundle,
          objects: objects.map(([object]) => object),
          change,
          orders: objects.map(([, order]) => order),
        },
      ]),
    declareContent(content, change = {}) {
      commits += 1
      contents.set(content.variant, content)
      const all = { ...defaults(bundle, options.mode ?? 'enforce'), ...options.change }
      assignments = [{ ...all, revision: `rev-${commits}`, variant: content.variant, ...change }]
      engine.assign(assignments)
    },
    declareAll(parts) {
      commits += 1
      assignments = parts.map(({ bundle: name, objects, change, orders }) => {
        const plain = contentOf(objects.map((object) => placed(object, namespace)))
        const content = { ...plain, objects: plain.objects.map((one, i) => ({ ...one, ...orders?.[i] })) }
        contents.set(content.variant, content)
        return {
          ...defaults(name, options.mode ?? 'enforce'),
          ...options.change,
          revision: `rev-${commits}`,
          variant: content.variant,
          ...change,
        }
      })
      engine.assign(assignments)
    },
    async deliver(objects, change) {
      rig.declare(objects, change)
      const variant = assignments[0]?.variant
      await rig.until('the bundle is applied', () => {
        const report = bundleReports.get(bundle)
        return report?.phase === 'applied' && report.desired.variant === variant
      })
      await engine.idle()
    },
    async live(kind, name) {
      return JSON.parse(
        await server.mustKubectl('admin', [
          'get',
          kind,
          name,
          '-n',
          namespace,
          '-o',
          'json',
          '--show-managed-fields',
        ]),
      ) as KubeObject
    },
    kubectl: async (user, ...args) => await server.mustKubectl(user, [...args, '-n', namespace]),
    kubectlStdin: async (user, stdin, ...args) =>
      await server.mustKubectl(user, [...args, '-n', namespace, '-f', '-'], JSON.stringify(stdin)),
    async until(what, condition) {
      const deadline = performance.now() + 90_000
      for (;;) {
        const value = await condition()
        if (value !== undefined && value !== false) return value
        if (performance.now() > deadline) {
          const state = {
            bundleReports: [...bundleReports.values()],
            clusterReport,
            drift: [...records.values()],
            events: events.slice(-15),
            failures,
          }
          throw new Error(`never: ${what}\n${JSON.stringify(state, null, 1)}`)
        }
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    },
    async restart(restart) {
      await engine.stop()
      await store.close()
      await restart?.meanwhile?.()
      if (restart?.lostJournal === true) emptied += 1
      store = await openJournal(join(folder, `store-${emptied}`), 'cluster-1', testKeys)
      bundleReports.clear()
      engine = make()
      engine.start()
      if (assignments.length > 0) engine.assign(assignments)
    },
    async close() {
      await engine.stop()
      await store.close()
      audit?.stop()
      await rm(folder, { recursive: true, force: true })
      if (failures.length > 0) throw new Error(`the engine failed in the background:\n${failures.join('\n')}`)
    },
  }
  return rig
}

/** A connection by the text of a kubeconfig. */
export async function connectionBy(kubeconfig: string): Promise<Connection> {
  return connectionOf(await loadKubeconfig({ text: kubeconfig }), undefined, { trust: 'operator' })
}

/** What a bundle is by default in these tests: healed at once, pruned by itself. */
export function defaults(bundle: string, mode: Assignment['mode']): Assignment {
  return {
    bundle,
    revision: 'rev-0',
    variant: '',
    complete: true,
    mode,
    healAfter: { people: 0, others: 0 },
    additions: 'report',
    namespaces: 'ignore',
    ignore: [],
    prune: 'auto',
    pruneBound: { maxObjects: 10, maxPercent: 50 },
    waveTimeout: 20_000,
    createNamespace: false,
  }
}

export function contentOf(objects: readonly KubeObject[]): Content {
  const hashed = objects.map((object, i) => ({
    object,
    origin: { file: `apps/test/object-${i}.yaml`, line: 1 },
    hash: sha256(canonicalJson(object as unknown as Json)),
  }))
  return { variant: sha256(hashed.map(({ hash }) => hash).join('\n')), objects: hashed }
}

const clusterScoped = new Set([
  'Namespace',
  'CustomResourceDefinition',
  'ClusterRole',
  'ClusterRoleBinding',
  'PriorityClass',
])

export function placed(object: KubeObject, namespace: string): KubeObject {
  if (object.metadata.namespace !== undefined || clusterScoped.has(object.kind)) return object
  return { ...object, metadata: { ...object.metadata, namespace } }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function auditOf(server: AttachedApiServer): AuditSource & { stop(): void } {
  const listeners = new Set<Parameters<AuditSource['subscribe']>[0]>()
  const file = followFile(server.auditLog, (line) => {
    const record = parseAuditEvent(JSON.parse(line))
    if (record !== undefined) for (const listener of listeners) listener(record)
  })
  return {
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    stop: () => file.stop(),
  }
}
