import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { PreviewView } from '../../src/api/index.ts'
import { bundleAt } from './example-fleet.ts'
import type { FleetInMemory } from './fleet-in-memory.ts'
import { setStage, text } from './stage.ts'

const stage = setStage()
let fleet: FleetInMemory
let folder: string
const ek = (...args: string[]) => stage().ek(...args)

beforeEach(async () => {
  ;({ fleet } = stage())
  folder = await mkdtemp(join(tmpdir(), 'evenkeel-working-copy-'))
  await write('.git/HEAD', 'ref: refs/heads/main\n')
  await write('apps/checkout/base/kustomization.yaml', 'resources: [api.yaml, ../../common]\n')
  await write('apps/checkout/base/api.yaml', 'kind: Deployment\n')
  await write('apps/checkout/overlays/prod/kustomization.yaml', 'resources: [../../base]\n')
  await write('apps/common/kustomization.yaml', 'resources: [quota.yaml]\n')
  await write('apps/common/quota.yaml', 'kind: ResourceQuota\n')
  await write('apps/other/a.yaml', 'kind: ConfigMap\n')
  fleet.bundles_ = [bundleAt('checkout', 'apps/checkout'), bundleAt('other', 'apps/other')]
  fleet.trees.set('checkout', preview())
})

afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

async function write(path: string, content: string): Promise<void> {
  const file = join(folder, path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, content)
}

function preview(given: Partial<PreviewView> = {}): PreviewView {
  const object = { group: 'apps', kind: 'Deployment', namespace: 'checkout', name: 'api' }
  const fields = [{ path: 'image', from: '"api:1.4"', to: '"api:1.5"' }]
  const clusters = ['prod-eu-1', 'prod-eu-2', 'prod-us-1']
  return {
    clusters: 400,
    changed: 3,
    unreachable: ['prod-eu-7'],
    failed: [],
    effects: [{ clusters, items: [{ action: 'configure', object, fields }], more: 0, notes: [] }],
    problems: [],
    random: 0,
    ...given,
  }
}

interface Sent {
  readonly bundle: string
  readonly folders: readonly string[]
  readonly files: readonly { readonly path: string; readonly content: string }[]
  readonly environments?: readonly string[]
}

function sent(): Sent {
  return fleet.written.find(({ what }) => what === 'preview')?.input as Sent
}

describe('diff of a folder that is not committed', () => {
  test('sends the whole source of its bundle and what it refers to, and shows the distinct effects', async () => {
    const result = await ek('diff', '-k', join(folder, 'apps/checkout/overlays/prod'), '--env', 'prod')
    expect(result).toEqual({
      code: 1,
      stdout: text(
        '3 of 400 clusters change (396 identical, 1 unreachable: prod-eu-7)',
        '3 clusters: prod-eu-1 prod-eu-2 prod-us-1',
        '~ configure checkout/deploy/api',
        '    image api:1.4 -> api:1.5',
      ),
      stderr: '',
    })
    const { bundle, files, environments, folders } = sent()
    expect([bundle, environments]).toEqual(['checkout', ['prod']])
    expect(files.map(({ path }) => path).toSorted()).toEqual([
      'apps/checkout/base/api.yaml',
      'apps/checkout/base/kustomization.yaml',
      'apps/checkout/overlays/prod/kustomization.yaml',
      'apps/common/kustomization.yaml',
      'apps/common/quota.yaml',
    ])
    expect(folders).toContain('apps/common')
    const api = files.find(({ path }) => path.endsWith('api.yaml'))
    expect(Buffer.from(api?.content ?? '', 'base64').toString()).toBe('kind: Deployment\n')
  })

  test('ends with 0 only when every cluster answered and none changes', async () => {
    const code = async (given: Partial<PreviewView>): Promise<number | null> => {
      fleet.trees.set('checkout', preview({ changed: 0, effects: [], unreachable: [], ...given }))
      return (await ek('diff', 'checkout', '-k', join(folder, 'apps/checkout'))).code
    }
    expect(await code({})).toBe(0)
    expect(await code({ unreachable: ['prod-eu-7'] })).toBe(1)
    expect(await code({ clusters: 1, unreachable: ['prod-eu-7'] })).toBe(2)
    expect(await code({ failed: ['prod-eu-1'] })).toBe(2)
    const problem = { file: 'a.yaml', line: 3, subject: 'api', message: 'bad', severity: 'error' as const }
    expect(await code({ problems: [problem] })).toBe(2)
  })

  test('says which bundle it cannot tell, and follows no link', async () => {
    const none = await ek('diff', '-k', join(folder, '.git'))
    expect([none.code, none.stderr]).toEqual([
      2,
      text(
        `error: ${join(folder, '.git')}: no bundle is made from this folder`,
        'hint: name the bundle: ek diff BUNDLE -k FOLDER',
      ),
    ])
    const several = await ek('diff', '-k', join(folder, 'apps'))
    expect(several.stderr).toContain('several bundles are made from this folder: checkout, other')
    expect((await ek('diff')).stderr).toContain('neither a bundle nor a folder is named')
    await symlink('/etc/passwd', join(folder, 'apps/checkout/base/secret.yaml'))
    const linked = await ek('diff', '-k', join(folder, 'apps/checkout'))
    expect([linked.code, linked.stderr]).toEqual([2, expect.stringContaining('is a symbolic link')])
    expect(fleet.written).toEqual([])
  })
})
