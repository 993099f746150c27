import { spawn, spawnSync } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ApiServer, type Program, startApiServer, startProgram } from '../../tools/kubernetes/index.ts'
import { startStandInNodes } from './stand-in-nodes.ts'

const root = join(import.meta.dirname, '..', '..')

/** The clusters in the order of promotion, each with the release that its API server behaves as. */
const releases = { 'dev-1': '1.36', 'stage-1': '1.33', 'prod-eu-1': '1.33', 'prod-us-1': '1.36' } as const

export type ClusterName = keyof typeof releases
export const clusterNames = Object.keys(releases) as readonly ClusterName[]

/** Everything that the story plays on. */
export interface Stage {
  readonly folder: string
  readonly repository: string
  readonly clusters: Readonly<Record<ClusterName, ApiServer>>
  readonly hub: Program
  /** Runs `ek` against the example's hub; never throws on an exit code. */
  ek(...args: string[]): Promise<{ code: number; output: string }>
  git(...args: string[]): string
  stop(): Promise<void>
}

/** Starts four clusters, a repository and a hub. `say` gets a line for each step. */
export async function setStage(say: (line: string) => void): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'evenkeel-guided-'))
  const running: { stop(): Promise<void> }[] = []
  const stop = async (): Promise<void> => {
    for (const one of running.splice(0).reverse()) await one.stop()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    say(
      `starting four API servers: ${clusterNames.map((name) => `${name} (Kubernetes ${releases[name]})`).join(', ')}`,
    )
    const started = await Promise.all(
      clusterNames.map(async (name) => {
        const server = await startApiServer({ version: releases[name], controllerManager: true })
        running.push(server)
        return [name, server] as const
      }),
    )
    const clusters = Object.fromEntries(started) as Record<ClusterName, ApiServer>
    say('starting a stand-in for their nodes: it runs no container, it says of each Pod that it is ready,')
    say('or, where the tag of its image ends in -broken, that it crashes')
    for (const server of Object.values(clusters)) {
      running.push(await startStandInNodes(server.kubeconfig('admin')))
    }
    say('making a Git repository: three environments, and bundles as Kustomize, Helm and plain YAML')
    const repository = join(folder, 'repository')
    await cp(join(import.meta.dirname, 'repository'), repository, { recursive: true })
    const git = (...args: string[]): string => runGit(repository, args)
    git('init', '--quiet', '--initial-branch=main')
    git('add', '--all')
    git('commit', '--quiet', '-m', 'Declare the fleet, the shop and its gateway')
    say('starting a hub')
    const config = await writeHubConfig(folder, repository, clusters)
    const hub = startProgram(
      join(root, 'bin', 'evenkeel'),
      ['hub', '--config', config],
      join(folder, 'hub.log'),
    )
    running.push(hub)
    const env = { ...process.env, EVENKEEL_DATA: join(folder, 'data'), NO_COLOR: '1' }
    const ek = (...args: string[]): Promise<{ code: number; output: string }> => runEk(args, env)
    return { folder, repository, clusters, hub, ek, git, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function writeHubConfig(
  folder: string,
  repository: string,
  clusters: Readonly<Record<string, ApiServer>>,
): Promise<string> {
  const secrets = join(folder, 'secrets')
  await mkdir(secrets, { mode: 0o700 })
  const credentials: { name: string; file: string }[] = []
  for (const [name, server] of Object.entries(clusters)) {
    const file = join(secrets, `${name}.kubeconfig`)
    await writeFile(file, server.kubeconfig('evenkeel', name), { mode: 0o600 })
    credentials.push({ name, file })
  }
  const config = {
    apiVersion: 'evenkeel.dev/v1alpha1',
    kind: 'HubConfig',
    spec: {
      data: join(folder, 'data'),
      listen: '127.0.0.1:0',
      fleet: { url: repository, branch: 'main', poll: '2s' },
      credentials,
      audit: {
        files: Object.entries(clusters).map(([cluster, server]) => ({ cluster, file: server.auditLog })),
      },
    },
  }
  const path = join(folder, 'hub.yaml')
  await writeFile(path, JSON.stringify(config, undefined, 2), { mode: 0o600 })
  return path
}

function runGit(repository: string, args: readonly string[]): string {
  const identity = ['-c', 'user.name=Bob', '-c', 'user.email=bob@example.com']
  const done = spawnSync('git', ['-C', repository, ...identity, ...args], { encoding: 'utf8' })
  if (done.status !== 0) throw new Error(`git ${args.join(' ')}: ${done.stderr}`)
  return done.stdout
}

function runEk(args: readonly string[], env: NodeJS.ProcessEnv): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(join(root, 'bin', 'evenkeel'), [...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    child.stdout.on('data', (data: Buffer) => (output += data.toString()))
    child.stderr.on('data', (data: Buffer) => (output += data.toString()))
    child.on('error', reject)
    child.on('close', (code) => resolve({ code: code ?? 2, output }))
  })
}
