import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { canonicalJson, type Json } from '../../src/core/object/index.ts'
import { closure, type HelmRequest } from '../../src/render/index.ts'
import { ensureNativeTools } from '../../tools/render/native.ts'
import { corpus, corpusFolder } from './corpus.ts'
import { nativeObjects } from './native.ts'
import { filesBelow, helm, mustRender, request, testRenderer } from './rig.ts'

const renderer = testRenderer()

test('the corpus is of at least fifteen public repositories, each with its source and licence', async () => {
  const names = await readdir(corpusFolder)
  expect(names.toSorted()).toEqual([...new Set(corpus.map(({ from }) => from))].toSorted())
  expect(names.length).toBeGreaterThanOrEqual(15)
  for (const name of names) {
    const source = await readFile(join(corpusFolder, name, 'SOURCE'), 'utf8')
    expect(source, name).toMatch(
      /^repository: https:\S+\ncommit: [0-9a-f]{40}\npaths: .+\nlicence: (Apache-2.0|MIT)\n/,
    )
  }
})

test.each(corpus)(
  '$from: $path renders to the objects of the native tool $helm',
  async ({ from, path, helm: chart }) => {
    const tools = await ensureNativeTools()
    const folder = join(corpusFolder, from)
    const files = await filesBelow(folder)
    const isChart = chart !== undefined
    const rest = isChart ? helm(chart) : {}
    const outcome = await mustRender(renderer, request(files, path, { ...rest, tenant: from }))
    expect(outcome.renderer).toBe(isChart ? 'helm' : 'kustomize')
    const native = isChart
      ? await nativeObjects(tools.helm, ['template', 'shop', join(folder, path), ...helmArguments(chart)])
      : await nativeObjects(tools.kustomize, ['build', join(folder, path)])
    const objects = outcome.manifests.map(({ value }) => value)
    expect(objects.length).toBeGreaterThan(0)
    // Helm keeps equal kinds in the order of a Go map.
    expect(isChart ? sorted(objects) : objects).toEqual(isChart ? sorted(native) : native)
    for (const { origin } of outcome.manifests) expect(Object.keys(files)).toContain(origin.file)
    if (isChart) return
    // What the closure finds is enough: the hub reads no more than that.
    const read = await closure(path, async (below) => new Map(entriesBelow(files, below)))
    const narrow = await mustRender(renderer, { ...request({}, path, { tenant: from }), files: read.files })
    expect(narrow.manifests).toEqual(outcome.manifests)
  },
)

function helmArguments({ set = [], setString = [], includeCrds = false }: Partial<HelmRequest>): string[] {
  return [
    '--namespace=prod',
    '--skip-tests',
    ...set.map((text) => `--set=${text}`),
    ...setString.map((text) => `--set-string=${text}`),
    ...(includeCrds ? ['--include-crds'] : []),
  ]
}

function sorted(objects: readonly Json[]): Json[] {
  return objects.toSorted((a, b) => (canonicalJson(a) < canonicalJson(b) ? -1 : 1))
}

function entriesBelow(files: Record<string, Uint8Array>, folder: string): [string, Uint8Array][] {
  return Object.entries(files).filter(([name]) => folder === '' || name.startsWith(`${folder}/`))
}
