import { join } from 'node:path'
import { ensureGoProgram } from '../wasm/go-program.ts'

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

function ensure(name: keyof typeof programs): Promise<string> {
  const module = join(import.meta.dirname, 'native', name)
  return ensureGoProgram({ name, module, main: programs[name], kept: 'render' })
}
