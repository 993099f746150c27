import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { KubeObject } from '../../../src/core/object/index.ts'
import { eachLimited } from '../../../src/runtime/index.ts'
import { serveHttps } from '../../../test/git/servers.ts'
import { type ApiServer, endOfLog, freePorts, type Program, startProgram } from '../../kubernetes/index.ts'
import { BareClient, inFlight } from '../bare-client.ts'
import { type Bundles, FleetRepository } from '../fleet-repository.ts'
import { namespaceObject } from '../load.ts'
import { ensureFlux } from './build.ts'

/** Another tool that brings a cluster to what Git declares, on the same server in the same run. */
export interface Peer {
  readonly name: string
  /** Commits, tells it, and answers when the commit was there and could be told, by `performance.now()`. */
  deliver(bundles: Bundles): Promise<number>
  stop(): Promise<void>
}

const namespace = 'gitops'
const source = 'bench'
const startMs = 60_000
const asShipped = [
  '--watch-all-namespaces',
  '--log-level=info',
  '--log-encoding=json',
  '--enable-leader-election=false',
  '--events-addr=',
]

/**
 * Starts Flux's source-controller and kustomize-controller as they are shipped, without leader election and events, as
 * the same user as the hub. One GitRepository, and a Kustomization for each bundle; a push is announced by annotation, as
 * its webhook receiver does.
 */
export async function startFlux(folder: string, server: ApiServer): Promise<Peer> {
  const programs = await ensureFlux()
  const files = programs.definitions.flatMap((file) => ['-f', file])
  await server.mustKubectl('admin', ['apply', '--server-side', ...files])
  await server.mustKubectl('admin', ['wait', '--for=condition=Established', 'crd', '--all', '--timeout=60s'])
  const client = new BareClient(server, 'admin', 'bench')
  await client.apply(namespaceObject(namespace))
  const at = join(folder, 'flux')
  await mkdir(join(at, 'storage'), { recursive: true })
  const repository = await FleetRepository.create(join(at, 'repository'))
  const git = await serveHttps(repository.folder)
  const kubeconfig = join(at, 'kubeconfig')
  await writeFile(kubeconfig, server.kubeconfig('evenkeel'), { mode: 0o600 })
  const [storage = 0, ...others] = await freePorts(5)
  const address = (port: number | undefined): string => `127.0.0.1:${port}`
  const start = (program: string, flags: readonly string[], log: string): Program =>
    startProgram(
      'env',
      [
        `KUBECONFIG=${kubeconfig}`,
        `RUNTIME_NAMESPACE=${namespace}`,
        `SOURCE_CONTROLLER_LOCALHOST=${address(storage)}`,
        program,
        ...asShipped,
        ...flags,
      ],
      join(at, log),
    )
  const running = [
    start(
      programs.sourceController,
      [
        `--storage-path=${join(at, 'storage')}`,
        `--storage-addr=${address(storage)}`,
        `--storage-adv-addr=${address(storage)}`,
        `--metrics-addr=${address(others[0])}`,
        `--health-addr=${address(others[1])}`,
      ],
      'source.log',
    ),
    start(
      programs.kustomizeController,
      [`--metrics-addr=${address(others[2])}`, `--health-addr=${address(others[3])}`],
      'kustomize.log',
    ),
  ]
  const stop = async (): Promise<void> => {
    await Promise.all(running.map((program) => program.stop(5_000)))
    await client.close()
    await git.close()
  }
  try {
    for (const [i, program] of running.entries()) await ready(address(others[i * 2 + 1]), program)
    await client.apply(certificateOf(await readFile(git.caFile, 'utf8')))
    await client.apply(repositoryOf(git.url))
  } catch (error) {
    await stop()
    throw error
  }
  const known = new Set<string>()
  return {
    name: 'flux',
    stop,
    async deliver(bundles) {
      await repository.commit(bundles)
      const committed = performance.now()
      const fresh = [...bundles.keys()].filter((name) => !known.has(name))
      await eachLimited(fresh, inFlight, async (name) => {
        known.add(name)
        await client.apply(kustomizationOf(name))
      })
      const annotations = { 'reconcile.fluxcd.io/requestedAt': String(Date.now()) }
      await client.merge(repositoryOf(git.url), { metadata: { annotations } })
      return committed
    },
  }
}

async function ready(address: string, program: Program): Promise<void> {
  const deadline = performance.now() + startMs
  while ((await fetch(`http://${address}/readyz`).catch(() => undefined))?.ok !== true) {
    if (!program.running() || performance.now() > deadline) {
      throw new Error(`Flux did not start: ${await endOfLog(program)}`)
    }
    await sleep(100)
  }
}

function certificateOf(ca: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: source, namespace },
    stringData: { 'ca.crt': ca },
  }
}

function repositoryOf(url: string): KubeObject {
  return {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'GitRepository',
    metadata: { name: source, namespace },
    spec: { interval: '1m', url, ref: { branch: 'main' }, secretRef: { name: source } },
  }
}

function kustomizationOf(bundle: string): KubeObject {
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: bundle, namespace },
    spec: {
      interval: '10m',
      path: `./apps/${bundle}`,
      prune: true,
      sourceRef: { kind: 'GitRepository', name: source },
    },
  }
}
