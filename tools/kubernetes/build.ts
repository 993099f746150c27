import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { access, cp, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { runGo, withoutDebugging } from '../wasm/run-go.ts'
import { etcdVersion, kubernetesVersion } from './versions.ts'

/** Paths of the programs that make a real cluster. */
export interface Binaries {
  readonly etcd: string
  readonly apiServer: string
  readonly controllerManager: string
  readonly kubectl: string
}

const modules = join(import.meta.dirname, 'modules')
const names = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kubectl'] as const

/**
 * Builds etcd, kube-apiserver, kube-controller-manager and kubectl from their Go modules, once per version
 * and Go toolchain, into the XDG cache; later calls return at once. `KUBEBUILDER_ASSETS`, when set, is used
 * instead. Standard error is told when a step begins and ends.
 *
 * Throws when Go is missing or a build fails, with the end of the compiler's output.
 */
export async function ensureBinaries(): Promise<Binaries> {
  const assets = process.env.KUBEBUILDER_ASSETS
  if (assets !== undefined && assets !== '') return binariesIn(assets)
  const target = await cacheFolder()
  if (await complete(target)) return binariesIn(target)
  await mkdir(target, { recursive: true })
  const scratch = await mkdtemp(`${target}.building-`)
  try {
    await step('etcd', etcdVersion, 'etcd', scratch, ['-ldflags=-s -w'], ['go.etcd.io/etcd/server/v3'])
    const [major = '', minor = ''] = kubernetesVersion.split('.')
    const stamp = [
      `-X k8s.io/component-base/version.gitVersion=v${kubernetesVersion}`,
      `-X k8s.io/component-base/version.gitMajor=${major}`,
      `-X k8s.io/component-base/version.gitMinor=${minor}`,
    ].join(' ')
    for (const program of names.slice(1)) {
      const main = [`k8s.io/kubernetes/cmd/${program}`]
      await step(program, kubernetesVersion, 'kubernetes', scratch, [`-ldflags=-s -w ${stamp}`], main)
    }
    for (const name of names) await rename(join(scratch, name), join(target, name))
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
  return binariesIn(target)
}

function binariesIn(folder: string): Binaries {
  return {
    etcd: join(folder, 'etcd'),
    apiServer: join(folder, 'kube-apiserver'),
    controllerManager: join(folder, 'kube-controller-manager'),
    kubectl: join(folder, 'kubectl'),
  }
}

async function complete(folder: string): Promise<boolean> {
  const found = await Promise.allSettled(names.map((name) => access(join(folder, name))))
  return found.every((one) => one.status === 'fulfilled')
}

/** The key holds everything that changes the result: both lock files and the Go toolchain. */
async function cacheFolder(): Promise<string> {
  const go = spawnSync('go', ['env', 'GOVERSION', 'GOOS', 'GOARCH'], { encoding: 'utf8' })
  if (go.status !== 0) {
    throw new Error(
      'tools/kubernetes: cannot build the test servers: `go` is not on the PATH; install Go 1.26',
    )
  }
  const hash = createHash('sha256').update(go.stdout)
  for (const module of ['etcd', 'kubernetes']) {
    hash
      .update(await readFile(join(modules, module, 'go.mod')))
      .update(await readFile(join(modules, module, 'go.sum')))
  }
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache')
  const key = `${kubernetesVersion}-etcd-${etcdVersion}-${hash.digest('hex').slice(0, 12)}`
  return join(cache, 'evenkeel', 'test-servers', key)
}

async function step(
  name: string,
  version: string,
  module: string,
  out: string,
  flags: readonly string[],
  main: readonly string[],
): Promise<void> {
  // A copy, because `go build` may touch go.mod and the checkout must stay clean.
  const source = join(out, `module-${module}`)
  await cp(join(modules, module), source, { recursive: true })
  const args = ['build', '-trimpath', ...flags, withoutDebugging, '-o', join(out, name), ...main]
  await runGo(`${name} ${version}`, args, source)
}
