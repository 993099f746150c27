import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Client, createClient } from '../../src/api/index.ts'
import type { JobRow } from '../../src/core/job/index.ts'
import { deriveKeys, loadSecretKey } from '../../src/hub/keys/index.ts'
import { driftRecord, planOf, runOf } from '../../src/hub/store/conformance-rows.ts'
import { openStore } from '../../src/hub/store/index.ts'
import { systemClock } from '../../src/runtime/index.ts'
import {
  head,
  makeTestFleet,
  startTestHub,
  type TestFleet,
  type TestHub,
  until,
  writeHubYaml,
} from './hub-under-test.ts'
import { recordedOf } from './recorded-rows.ts'

/**
 * One hub with a real fleet, and people who may do different things in it. What not everybody may see has a name with an
 * `x` in front, so that no answer to somebody may hold the words that are hidden from them.
 */
const people = {
  root: { groups: ['admins'] },
  /** Operates the cluster in dev. */
  dev: { groups: ['devs'] },
  /** Looks at one bundle everywhere. */
  looker: { groups: ['lookers'] },
  /** Looks at one namespace everywhere. */
  tenant: { groups: ['tenants'] },
  /** Approves in dev. */
  approver: { groups: ['leads'] },
  nobody: { groups: ['system:masters', ''] },
} as const

export type Who = keyof typeof people

export const everybody = Object.keys(people) as Who[]
const outsideDev = ['xcluster', 'xenv', 'xbundle', 'xhub', 'xfar']

/** What each of them must never read. */
const hidden: Readonly<Record<Who, readonly string[]>> = {
  root: [],
  dev: outsideDev,
  looker: ['xbundle', 'xhub', 'xfar'],
  tenant: ['xspace', 'xhub', 'xfar'],
  approver: outsideDev,
  nobody: [...outsideDev, 'xspace', 'open'],
}

export function hiddenIn(who: Who, text: string): string[] {
  return hidden[who].filter((word) => text.includes(word))
}

const access = (name: string, group: string, roles: string, more = '') =>
  `${head}kind: Access\nmetadata: {name: ${name}}\nspec:\n  subjects: [{group: ${group}}]\n  roles: [${roles}]\n${more}`

const bundle = (name: string, where: string) =>
  `${head}kind: Bundle\nmetadata: {name: ${name}}\nspec: {owner: "team ${name}", source: {path: apps/${name}}, placement: {where: "${where}"}}\n`

const config = (name: string, namespace: string) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, namespace: ${namespace}}\ndata: {a: "1"}\n`

const cluster = (name: string, environment: string) =>
  `${head}kind: Cluster\nmetadata: {name: ${name}}\nspec: {environment: ${environment}, connect: {kubeconfig: {secret: kube}}}\n`

const environment = (name: string, tier: string) =>
  `${head}kind: Environment\nmetadata: {name: ${name}}\nspec: {tier: ${tier}}\n`

export const files = {
  'fleet/evenkeel.yaml': `${head}kind: Fleet\nmetadata: {name: corp}\n`,
  'fleet/environments/xenv.yaml': environment('xenv', 'protected'),
  'fleet/environments/dev.yaml': environment('dev', 'sandbox'),
  'fleet/clusters/xcluster.yaml': cluster('xcluster', 'xenv'),
  'fleet/clusters/open.yaml': cluster('open', 'dev'),
  'fleet/bundles/shop.yaml': bundle('shop', 'true'),
  'fleet/bundles/xbundle.yaml': bundle('xbundle', "environment == 'xenv'"),
  'apps/shop/a.yaml': config('a', 'space'),
  'apps/shop/b.yaml': config('a', 'xspace'),
  'apps/xbundle/a.yaml': config('a', 'other'),
  'fleet/access/root.yaml': access('root', 'admins', 'admin'),
  'fleet/access/dev.yaml': access('dev', 'devs', 'operator', `  where: "environment == 'dev'"\n`),
  'fleet/access/looker.yaml': access('looker', 'lookers', 'viewer', '  bundles: [shop]\n'),
  'fleet/access/tenant.yaml': access('tenant', 'tenants', 'viewer', '  namespaces: [space]\n'),
  'fleet/access/leads.yaml': access('leads', 'leads', 'approver', '  environments: [dev]\n'),
}

/** A cluster that nobody answers for: the discard port of this machine. */
const kubeconfig = JSON.stringify({
  apiVersion: 'v1',
  kind: 'Config',
  'current-context': 'x',
  contexts: [{ name: 'x', context: { cluster: 'x', user: 'x' } }],
  clusters: [{ name: 'x', cluster: { server: 'https://127.0.0.1:9' } }],
  users: [{ name: 'x', user: { token: 'x' } }],
})

export const tokenOf = (who: Who): string => `evk_test-${who}-0123456789abcdef`

/** A hub that runs on that fleet, and what its people ask of it. */
export class PeopledHub {
  readonly folder: string
  readonly fleet: TestFleet
  readonly hub: TestHub

  private constructor(folder: string, fleet: TestFleet, hub: TestHub) {
    this.folder = folder
    this.fleet = fleet
    this.hub = hub
  }

  static async start(): Promise<PeopledHub> {
    const folder = await mkdtemp(join(tmpdir(), 'evenkeel-access-'))
    const fleet = await makeTestFleet()
    const data = join(folder, 'data')
    const hubYaml = await writeHubYaml(folder, {
      data,
      listen: '127.0.0.1:0',
      fleet: { url: fleet.folder, branch: 'main', poll: '1s' },
      credentials: [{ name: 'kube', file: join(folder, 'kubeconfig') }],
    })
    await writeFile(join(folder, 'kubeconfig'), kubeconfig)
    const revision = await fleet.commit(files)
    await (await startTestHub(hubYaml)).running.stop()
    await fill(data)
    const peopled = new PeopledHub(folder, fleet, await startTestHub(hubYaml))
    await peopled.inForce(revision)
    return peopled
  }

  async stop(): Promise<void> {
    await this.hub.running.stop()
    await rm(this.folder, { recursive: true, force: true })
    await rm(this.fleet.folder, { recursive: true, force: true })
  }

  /** Waits for a commit to be what holds. */
  async inForce(wanted: string): Promise<void> {
    await until(
      'the commit is in force',
      () => this.hub.client.fleet({}),
      (one) => one.revision === wanted,
    )
    await until(
      'the bundles are placed',
      () => this.hub.client.bundles({ query: {} }),
      ({ items }) => items.length > 0 && items.every((one) => one.revision === wanted),
    )
  }

  client(who: Who): Client {
    return createClient({ url: this.hub.running.url, token: tokenOf(who), fetch })
  }

  async ask(who: Who, path: string, { body, token = tokenOf(who) }: Asked = {}) {
    const response = await fetch(this.hub.running.url + path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'x-request-id': 'fixed',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return { status: response.status, text: await response.text() }
  }
}

interface Asked {
  readonly body?: object
  readonly token?: string
}

/** People's tokens, and what happened before the hub was started. */
async function fill(data: string): Promise<void> {
  const keys = deriveKeys(await loadSecretKey({ kind: 'beside-data', folder: data }, { hasData: true }))
  const location = { kind: 'embedded' as const, folder: data }
  const store = await openStore({ location, clock: systemClock, keys: () => Promise.resolve(keys) })
  const at = new Date().toISOString()
  const privileges = ['read', 'operate', 'approve', 'admin']
  for (const who of everybody) {
    const person = { name: `${who}@corp`, groups: people[who].groups, local: false }
    const about = { purpose: 'api', id: `t-${who}`, label: 'test', privileges, limits: {}, createdAt: at }
    await store.tokens.save(tokenOf(who), { ...about, person })
  }
  for (const name of ['open', 'xcluster']) {
    const far = name === 'xcluster'
    const journal = await store.openJournal(name)
    const ref = { group: '', kind: 'ConfigMap', namespace: 'space', name: 'a' }
    await journal.saveDrift([
      driftRecord(`${name}-1`, name, { ref, cause: far ? 'xcluster-cause' : 'c-open' }),
      driftRecord(`${name}-2`, name, { ref: { ...ref, namespace: 'xspace' }, cause: 'xspace-cause' }),
      ...(far ? [driftRecord('xbundle-3', name, { ref, bundle: 'xbundle', cause: 'xbundle-cause' })] : []),
    ])
    await journal.proposePlan(planOf(`plan-${name}`, name), 'waiting')
    if (far) await journal.proposePlan(planOf('plan-xbundle', name, 'xbundle'), 'waiting')
    const job = { kind: 'heal', state: 'done', by: 'root@corp', createdAt: at, endedAt: at } as const
    await store.jobs.begin({
      job: { ...job, id: `j-${name}` },
      rows: [jobRow(name, far ? 'xbundle' : 'shop')],
    })
    const projection = { labels: {}, images: [], owners: [], numbers: {} }
    await store.search.save([
      { cluster: name, bundle: 'shop', key: '/ConfigMap/space/a', projection },
      { cluster: name, bundle: 'shop', key: '/ConfigMap/xspace/a', projection },
      ...(far
        ? ['space', 'xfar'].map((space) => ({
            cluster: name,
            bundle: 'xbundle',
            key: `/ConfigMap/${space}/b`,
            projection,
          }))
        : []),
    ])
    await store.recorded.save(recordedOf(name, at))
    await store.events.append([
      happened(at, name, 'shop', 'space'),
      happened(at, name, 'shop', 'xspace'),
      ...(far ? [happened(at, name, 'xbundle', 'space')] : []),
      { at, type: 'signed-in', message: 'xhub: somebody signed in' },
    ])
  }
  const told = (namespace: string) => ({
    key: `/ConfigMap/${namespace}/a`,
    health: 'Failed' as const,
    message: `it is broken in ${namespace}`,
  })
  await store.bundleStates.saveReport('open', {
    bundle: 'shop',
    desired: { revision: 'before', variant: 'before' },
    phase: 'failed',
    reason: '2 objects fail, one in xspace',
    objects: 2,
    health: 'Failed',
    troubles: [told('xspace'), told('space')],
  })
  const run = runOf('r-wide', 'shop', at)
  const [stage] = run.run.stages
  if (stage === undefined) throw new Error('a run has a stage')
  await store.runs.save([
    {
      after: {
        run: {
          ...run.run,
          stages: [
            { ...stage, clusters: ['open'] },
            { ...stage, name: 'xenv', clusters: ['xcluster'] },
          ],
        },
        progress: { ...run.progress, state: 'done', waits: ['xcluster is away'] },
      },
    },
  ])
  const job = {
    id: 'j-wide',
    kind: 'heal',
    state: 'done',
    by: 'root@corp',
    createdAt: at,
    endedAt: at,
  } as const
  await store.jobs.begin({ job, rows: [jobRow('open', 'shop'), jobRow('xcluster', 'shop')] })
  await store.close()
}

/** A row that is about an object that many may look at, and about one that few may. */
function jobRow(cluster: string, bundle: string): JobRow {
  const parts = ['space', 'xspace'].map((namespace) => ({ bundle, key: `/ConfigMap/${namespace}/a` }))
  const results = parts.map((part) => ({ ...part, outcome: 'failed', message: `${part.key} was refused` }))
  return { cluster, state: 'failed', parts, results }
}

function happened(at: string, name: string, of: string, namespace: string) {
  const message = `${of} differs in ${namespace} on ${name}`
  return { at, type: 'drift', cluster: name, bundle: of, key: `/ConfigMap/${namespace}/a`, message }
}

type Names = Readonly<Record<string, string>>

export const near: Names = {
  cluster: 'open',
  bundle: 'shop',
  plan: 'plan-open',
  run: 'r-wide',
  job: 'j-open',
  cause: 'c-open',
  namespace: 'space',
}
export const far: Names = {
  cluster: 'xcluster',
  bundle: 'xbundle',
  plan: 'plan-xcluster',
  job: 'j-xcluster',
  cause: 'xcluster-cause',
  namespace: 'xfar',
}
export const nowhere: Names = {
  cluster: 'nowhere',
  bundle: 'nowhere',
  plan: 'nowhere',
  job: 'j-nowhere',
  cause: 'nowhere',
  namespace: 'nowhere',
}

export function pathOf({ path }: { readonly path: string }, names: Names): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => names[name] ?? 'none')
}
