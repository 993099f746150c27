import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { afterAll } from 'vitest'
import type { Problem } from '../../src/core/problem.ts'
import {
  type HelmRequest,
  openRenderer,
  type Rendered,
  type Renderer,
  type RendererOptions,
  type RenderRequest,
} from '../../src/render/index.ts'

/** Files of a source, as a test writes them. */
export type Files = Readonly<Record<string, string | Uint8Array>>

/** A renderer that is closed after the tests of the file. */
export function testRenderer(options: RendererOptions = { threads: 2 }): Renderer {
  const renderer = openRenderer(options)
  afterAll(() => renderer.close())
  return renderer
}

/** A request with everything that a test does not care about. */
export function request(files: Files, path: string, rest: Partial<RenderRequest> = {}): RenderRequest {
  const entries = Object.entries(files).map(([name, content]): [string, Uint8Array] => [
    name,
    Buffer.from(content),
  ])
  return {
    files: new Map(entries),
    path,
    tenant: 'tests',
    seed: Buffer.from('a seed'),
    clock: Date.UTC(2026, 0, 1),
    ...rest,
  }
}

/** Renders, and throws with the problems when there is no rendering. */
export async function mustRender(renderer: Renderer, wanted: RenderRequest): Promise<Rendered> {
  const outcome = await renderer.render(wanted)
  if (!outcome.rendered)
    throw new Error(outcome.problems.map((one) => `${one.file}:${one.line} ${one.message}`).join('\n'))
  return outcome
}

/** Renders what must not be rendered, and gives the problems. */
export async function problemsOf(renderer: Renderer, wanted: RenderRequest): Promise<readonly Problem[]> {
  const outcome = await renderer.render(wanted)
  if (outcome.rendered) throw new Error(`rendered ${outcome.manifests.length} objects`)
  return outcome.problems
}

/** The files of a chart with these templates, in folder `chart`. */
export function chart(templates: Files, more: Files = {}): Files {
  return {
    'chart/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
    ...Object.fromEntries(Object.entries(templates).map(([name, text]) => [`chart/templates/${name}`, text])),
    ...more,
  }
}

/** Helm's part of a request. */
export function helm(rest: Partial<HelmRequest> = {}): { readonly helm: HelmRequest } {
  return { helm: { releaseName: 'shop', namespace: 'prod', ...rest } }
}

/** A ConfigMap whose data are written by `lines`. */
export function configMap(name: string, ...lines: readonly string[]): string {
  const data = lines.length === 0 ? '' : `data:\n${lines.map((line) => `  ${line}\n`).join('')}`
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n${data}`
}

/** All files below a folder, by path relative to it. */
export async function filesBelow(folder: string): Promise<Record<string, Uint8Array>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files: Record<string, Uint8Array> = {}
  for (const entry of entries) {
    if (!entry.isFile()) continue
    const full = join(entry.parentPath, entry.name)
    files[relative(folder, full)] = await readFile(full)
  }
  return files
}
