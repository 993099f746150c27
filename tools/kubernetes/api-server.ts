import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureBinaries } from './build.ts'
import {
  type ClientResult,
  kubeconfigOf,
  runClient,
  tokenFile,
  tokenOf,
  type User,
  users,
} from './cluster-access.ts'
import { endOfLog, freePorts, type Program, startProgram } from './program.ts'
import type { EmulatedVersion } from './versions.ts'

export interface ApiServerOptions {
  /** The release to behave as; the newest by default. */
  readonly version?: EmulatedVersion
  /** Level of the audit log of writes; `RequestResponse` by default. */
  readonly audit?: 'RequestResponse' | 'Metadata' | 'none'
  /** Where audit events are sent too (audit.k8s.io/v1 EventList by POST). */
  readonly auditWebhook?: string
  /** Also runs Deployments, ReplicaSets, autoscalers, namespace deletion and garbage collection, and what else is named. */
  readonly controllerManager?: boolean | readonly string[]
  readonly apiServerFlags?: readonly string[]
  readonly etcdFlags?: readonly string[]
  /** Serve on this port, for a server that must come back at its old address. */
  readonly port?: number
}

/** What it takes to use a running cluster from another process. */
export interface ApiServerAddress {
  readonly version: EmulatedVersion
  readonly url: string
  readonly caPem: string
  readonly folder: string
}

/** A cluster to use, whoever started it. */
export interface AttachedApiServer extends ApiServerAddress {
  readonly auditLog: string
  /** Kubeconfig text for a user, with everything inline; the context has the user's name unless given. */
  kubeconfig(user: User, context?: string): string
  token(user: User): string
  /** Runs kubectl as a user. */
  kubectl(user: User, args: readonly string[], stdin?: string): Promise<ClientResult>
  /** Runs kubectl as a user and throws, with its standard error, when it fails. */
  mustKubectl(user: User, args: readonly string[], stdin?: string): Promise<string>
}

/** A running cluster that this process started. */
export interface ApiServer extends AttachedApiServer {
  readonly etcd: Program
  /** The current kube-apiserver process; another one after `restart`. */
  readonly api: Program
  readonly etcdUrl: string
  /** Stops and starts kube-apiserver on the same data, address and certificate. */
  restart(extraFlags?: readonly string[]): Promise<void>
  stop(): Promise<void>
}

const controllers = [
  'deployment-controller',
  'replicaset-controller',
  'horizontal-pod-autoscaler-controller',
  'namespace-controller',
  'garbage-collector-controller',
]

/** Uses a cluster that another process has started. */
export async function attachApiServer(address: ApiServerAddress): Promise<AttachedApiServer> {
  const { kubectl: program } = await ensureBinaries()
  const { version, url, caPem, folder } = address
  const kubectl = (user: User, args: readonly string[], stdin?: string): Promise<ClientResult> =>
    runClient(program, folder, user, args, stdin)
  return {
    version,
    url,
    caPem,
    folder,
    auditLog: join(folder, 'audit.log'),
    kubeconfig: (user, context = user) => kubeconfigOf(url, caPem, user, context),
    token: tokenOf,
    kubectl,
    async mustKubectl(user, args, stdin) {
      const done = await kubectl(user, args, stdin)
      if (done.code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${done.stderr}`)
      return done.stdout
    },
  }
}

/**
 * Starts etcd and kube-apiserver (and the controller manager when asked) on loopback and waits until
 * `/readyz` answers. Users have cluster-admin. Throws with the end of the server's log when it does not start.
 */
export async function startApiServer(options: ApiServerOptions = {}): Promise<ApiServer> {
  const binaries = await ensureBinaries()
  const folder = await mkdtemp(join(tmpdir(), 'evenkeel-cluster-'))
  const [etcdPort = 0, peerPort = 0, freePort = 0] = await freePorts(3)
  const port = options.port ?? freePort
  const url = `https://127.0.0.1:${port}`
  const etcdUrl = `http://127.0.0.1:${etcdPort}`
  await writeFiles(folder, options)
  const etcd = startProgram(
    binaries.etcd,
    [
      `--data-dir=${join(folder, 'etcd')}`,
      '--unsafe-no-fsync',
      `--listen-client-urls=${etcdUrl}`,
      `--advertise-client-urls=${etcdUrl}`,
      `--listen-peer-urls=http://127.0.0.1:${peerPort}`,
      ...(options.etcdFlags ?? []),
    ],
    join(folder, 'etcd.log'),
  )
  const flags = apiServerFlags(folder, etcdUrl, port, options)
  const startApi = (extra: readonly string[] = []): Program =>
    startProgram(binaries.apiServer, [...flags, ...extra], join(folder, 'apiserver.log'))
  let api = startApi()
  let manager: Program | undefined
  const stop = async (): Promise<void> => {
    await Promise.all([manager?.stop(500), api.stop(2_500)])
    await etcd.stop(1_000)
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await ready(url, api)
    const caPem = await readFile(join(folder, 'certs', 'apiserver.crt'), 'utf8')
    for (const user of users) {
      await writeFile(join(folder, `${user}.kubeconfig`), kubeconfigOf(url, caPem, user, user), {
        mode: 0o600,
      })
    }
    await bindPeople(url)
    const { controllerManager = false } = options
    if (controllerManager !== false) {
      const named = controllerManager === true ? controllers : [...controllers, ...controllerManager]
      manager = startProgram(
        binaries.controllerManager,
        [
          `--kubeconfig=${join(folder, 'admin.kubeconfig')}`,
          '--leader-elect=false',
          '--secure-port=0',
          `--controllers=${named.join(',')}`,
        ],
        join(folder, 'controller-manager.log'),
      )
    }
    const attached = await attachApiServer({ version: options.version ?? '1.36', url, caPem, folder })
    return {
      ...attached,
      etcd,
      get api() {
        return api
      },
      etcdUrl,
      async restart(extra) {
        await api.stop(2_500)
        api = startApi(extra)
        await ready(url, api)
      },
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

async function writeFiles(folder: string, options: ApiServerOptions): Promise<void> {
  await mkdir(join(folder, 'certs'))
  const key = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pem = key.privateKey.export({ type: 'pkcs1', format: 'pem' })
  await writeFile(join(folder, 'service-account.key'), pem, { mode: 0o600 })
  await writeFile(join(folder, 'tokens.csv'), tokenFile(), { mode: 0o600 })
  const level = options.audit === 'Metadata' ? 'Metadata' : 'RequestResponse'
  const policy = {
    apiVersion: 'audit.k8s.io/v1',
    kind: 'Policy',
    omitStages: ['RequestReceived'],
    rules: [
      { level: 'None', verbs: ['get', 'list', 'watch'] },
      { level: 'None', users: ['system:apiserver', 'system:kube-controller-manager'], resources: leases },
      { level, verbs: ['create', 'update', 'patch', 'delete', 'deletecollection'] },
    ],
  }
  await writeFile(join(folder, 'audit.yaml'), JSON.stringify(policy))
  if (options.auditWebhook !== undefined) {
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'c', cluster: { server: options.auditWebhook } }],
      users: [{ name: 'u', user: {} }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'x',
    }
    await writeFile(join(folder, 'audit-webhook.json'), JSON.stringify(config))
  }
}

const leases = [{ group: 'coordination.k8s.io' }, { group: '', resources: ['events'] }]

function apiServerFlags(folder: string, etcdUrl: string, port: number, options: ApiServerOptions): string[] {
  const flags = [
    `--etcd-servers=${etcdUrl}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${port}`,
    `--cert-dir=${join(folder, 'certs')}`,
    '--endpoint-reconciler-type=none',
    '--service-cluster-ip-range=10.0.0.0/16',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${join(folder, 'service-account.key')}`,
    `--service-account-signing-key-file=${join(folder, 'service-account.key')}`,
    '--authorization-mode=RBAC',
    `--token-auth-file=${join(folder, 'tokens.csv')}`,
    '--disable-admission-plugins=ServiceAccount',
  ]
  if (options.version !== undefined && options.version !== '1.36') {
    flags.push(`--emulated-version=${options.version}`)
  }
  if (options.audit !== 'none') {
    flags.push(
      `--audit-policy-file=${join(folder, 'audit.yaml')}`,
      `--audit-log-path=${join(folder, 'audit.log')}`,
    )
  }
  if (options.auditWebhook !== undefined) {
    flags.push(
      `--audit-webhook-config-file=${join(folder, 'audit-webhook.json')}`,
      '--audit-webhook-batch-max-wait=1s',
    )
  }
  return [...flags, ...(options.apiServerFlags ?? [])]
}

async function ready(url: string, api: Program): Promise<void> {
  const deadline = performance.now() + 60_000
  while (performance.now() < deadline) {
    if (!api.running()) break
    if ((await call('GET', `${url}/readyz`)) === 200) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`kube-apiserver at ${url} did not become ready: ${await endOfLog(api)}`)
}

async function bindPeople(url: string): Promise<void> {
  const binding = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'people' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name: 'people' }],
  }
  const path = '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings'
  const status = await call('POST', `${url}${path}`, JSON.stringify(binding))
  if (status !== 201 && status !== 409)
    throw new Error(`cannot bind the test users: the server answered ${status}`)
}

/** The HTTP status of one request as the administrator; 0 when nothing answers. Loopback, so unverified. */
function call(method: string, url: string, body?: string): Promise<number> {
  return new Promise((resolve) => {
    const headers = { authorization: `Bearer ${tokenOf('admin')}`, 'content-type': 'application/json' }
    const sent = request(url, { method, headers, rejectUnauthorized: false, timeout: 5_000 }, (answer) => {
      answer.resume()
      answer.on('end', () => resolve(answer.statusCode ?? 0))
    })
    sent.on('timeout', () => sent.destroy())
    sent.on('error', () => resolve(0))
    sent.end(body)
  })
}
