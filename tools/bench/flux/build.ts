import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { ensureGoProgram } from '../../wasm/go-program.ts'

const controllers = ['source-controller', 'kustomize-controller'] as const

/** Flux's controllers, and the definitions that they work with. */
export interface FluxPrograms {
  readonly sourceController: string
  readonly kustomizeController: string
  /** Files with CustomResourceDefinitions. */
  readonly definitions: readonly string[]
}

/** Builds Flux's source-controller and kustomize-controller from their Go modules (minutes), or finds them. */
export async function ensureFlux(): Promise<FluxPrograms> {
  const [sourceController, kustomizeController] = await Promise.all(controllers.map(ensure))
  if (sourceController === undefined || kustomizeController === undefined) throw new Error('not built')
  return { sourceController, kustomizeController, definitions: controllers.flatMap(definitionsOf) }
}

function ensure(name: string): Promise<string> {
  const main = `github.com/fluxcd/${name}`
  return ensureGoProgram({ name, module: join(import.meta.dirname, name), main, kept: 'test-servers' })
}

function definitionsOf(name: string): string[] {
  const args = ['list', '-m', '-f', '{{.Dir}}', `github.com/fluxcd/${name}`]
  const found = spawnSync('go', args, { cwd: join(import.meta.dirname, name), encoding: 'utf8' })
  if (found.status !== 0) throw new Error(`cannot find the sources of ${name}: ${found.stderr}`)
  const folder = join(found.stdout.trim(), 'config', 'crd', 'bases')
  return readdirSync(folder).map((file) => join(folder, file))
}
