import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openRenderer } from '../../render/index.ts'
import { loadFleetDirectory, renderBundle } from './index.ts'

const tools = { renderer: openRenderer({ threads: 1 }), seed: () => new Uint8Array(32), clock: () => 0 }
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'evenkeel-fleet-'))
  write('fleet/evenkeel.yaml', 'apiVersion: evenkeel.dev/v1alpha1\nkind: Fleet\nmetadata: {name: corp}\n')
  write(
    'fleet/bundles/web.yaml',
    'apiVersion: evenkeel.dev/v1alpha1\nkind: Bundle\nmetadata: {name: web}\nspec: {source: {path: apps/web}, placement: {where: "true"}}\n',
  )
  write('apps/web/a.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n')
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

function write(path: string, text: string | Uint8Array): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), text)
}

async function readWeb(path: string, more = {}) {
  const { readPath } = await loadFleetDirectory(folder)
  return readPath({ repository: undefined, revision: undefined, path, ...more })
}

test('a folder is loaded as it lies on disk, and its bundles render from it', async () => {
  const { model, problems, readPath } = await loadFleetDirectory(folder)
  expect(problems).toEqual([])
  const bundle = model.bundles.get('web')
  if (bundle === undefined) throw new Error('no bundle')
  const cluster = {
    apiVersion: 'evenkeel.dev/v1alpha1' as const,
    kind: 'Cluster' as const,
    metadata: { name: 'dev-1' },
    spec: { environment: 'dev', connect: { agent: {} } },
  }
  expect(await renderBundle(model, bundle, cluster, readPath, tools)).toMatchObject({
    rendered: true,
    objects: [{ origin: { file: 'apps/web/a.yaml', line: 1 } }],
  })
})

test('a folder inside a repository is read with the paths of the repository', async () => {
  mkdirSync(join(folder, '.git'))
  const { model, readPath } = await loadFleetDirectory(join(folder, 'fleet'))
  expect(model.bundles.get('web')?.file).toBe('fleet/bundles/web.yaml')
  expect([
    ...(await readPath({ repository: undefined, revision: undefined, path: 'apps/web' })).keys(),
  ]).toEqual(['apps/web/a.yaml'])
})

test('rows 1 and 3: paths that climb and links, also on the way, are refused', async () => {
  for (const path of ['../x', '/etc', '.git'])
    await expect(readWeb(path)).rejects.toMatchObject({ code: 'unsafe-tree' })
  symlinkSync('/etc/passwd', join(folder, 'apps/web/link.yaml'))
  await expect(readWeb('apps/web')).rejects.toMatchObject({
    code: 'unsafe-tree',
    message: 'apps/web/link.yaml is a symbolic link',
  })
  rmSync(join(folder, 'apps/web/link.yaml'))
  symlinkSync('web', join(folder, 'apps/linked'))
  await expect(readWeb('apps/linked')).rejects.toMatchObject({ code: 'unsafe-tree' })
  write('apps/deep/sub/b.yaml', '')
  symlinkSync('deep', join(folder, 'apps/way'))
  await expect(readWeb('apps/way/sub')).rejects.toMatchObject({ code: 'unsafe-tree' })
})

test('a link in the folder of the fleet refuses it, because what it hides would look removed', async () => {
  symlinkSync('web.yaml', join(folder, 'fleet/bundles/copy.yaml'))
  await expect(loadFleetDirectory(folder)).rejects.toMatchObject({
    message: 'fleet/bundles/copy.yaml is a symbolic link',
  })
})

test('a path that is gone, a file that is no text and another repository are failures of their own', async () => {
  await expect(readWeb('apps/gone')).rejects.toMatchObject({ code: 'path-gone' })
  await expect(readWeb('apps/web', { repository: 'other' })).rejects.toMatchObject({
    code: 'other-repository',
  })
  write('fleet/bundles/b.yaml', Uint8Array.from([0xff, 0xfe]))
  await expect(loadFleetDirectory(folder)).rejects.toMatchObject({ code: 'not-text' })
  await expect(loadFleetDirectory(join(folder, 'nothing'))).rejects.toMatchObject({ code: 'path-gone' })
})
