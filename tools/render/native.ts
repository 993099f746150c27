import { createHash } from 'node:crypto'
import { cp, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheFolder, goVersion, isThere } from '../wasm/go-module.ts'
import { runGo } from '../wasm/run-go.ts'

/** The programs whose output ours is compared with. */
export interface NativeTools {
  readonly kustomize: string
  readonly helm: string
}

const programs = {
  kustomize: 'sigs.k8s.io/kustomize/kustomize/v5',
  helm: 'helm.sh/helm/v4/cmd/helm',
} as const

/** Builds `kustomize` and `helm` from their Go modules, once per version and toolchain, into the XDG cache. */
export async function ensureNativeTools(): Promise<NativeTools> {
  return { kustomize: await ensure('kustomize'), helm: await ensure('helm') }
}

async function ensure(name: keyof typeof programs): Promise<string> {
  const go = goVersion()
  if ('missing' in go) throw new Error(`tools/render: cannot build ${name}: ${go.missing}`)
  const module = join(import.meta.dirname, 'native', name)
  const hash = createHash('sha256').update(go.version)
  for (const file of ['go.mod', 'go.sum']) hash.update(await readFile(join(module, file)))
  const target = join(cacheFolder('render'), `${name}-${hash.digest('hex').slice(0, 16)}`, name)
  if (await isThere(target)) return target
  await mkdir(join(target, '..'), { recursive: true })
  const scratch = await mkdtemp(join(cacheFolder('render'), 'building-'))
  try {
    await cp(module, join(scratch, 'source'), { recursive: true })
    const out = join(scratch, name)
    const args = ['build', '-trimpath', '-buildvcs=false', '-ldflags=-s -w', '-o', out, programs[name]]
    await runGo(name, args, join(scratch, 'source'))
    await rename(out, target)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
  return target
}
