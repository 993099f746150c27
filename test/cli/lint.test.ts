import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { setStage } from './stage.ts'

const stage = setStage()

async function write(files: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    const file = join(stage().home.folder, name)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text)
  }
}

const kind = (name: string, metadata: string, spec: string) =>
  `apiVersion: evenkeel.dev/v1alpha1\nkind: ${name}\nmetadata: { name: ${metadata} }\nspec: ${spec}\n`
const configMap = (name: string) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name}, namespace: shop }\ndata: { a: b }\n`

const good = {
  'fleet/evenkeel.yaml': kind('Fleet', 'example', '{}'),
  'fleet/environments/prod.yaml': kind('Environment', 'prod', '{ tier: protected }'),
  'fleet/clusters/prod-eu-3.yaml': kind(
    'Cluster',
    'prod-eu-3',
    '{ environment: prod, connect: { kubeconfig: { secret: default } } }',
  ),
  'fleet/bundles/shop.yaml': kind(
    'Bundle',
    'shop',
    '{ source: { path: apps/shop }, placement: { where: "true" } }',
  ),
  'apps/shop/web.yaml': configMap('web'),
}

test('lint is silent and 0 about a fleet without problems, and needs no hub', async () => {
  await write(good)
  const { code, stdout, stderr } = await stage().home.run(['lint', '.'], {
    env: { EVENKEEL_DATA: '/nowhere' },
  })
  expect([code, stdout, stderr]).toEqual([0, '', '0 errors, 0 warnings  (1 cluster, 1 bundle)\n'])
})

test('lint names file and line of every problem in kinds and sources, sorted, and ends with 1', async () => {
  await write({
    ...good,
    'fleet/environments/qa.yaml': kind('Environment', 'qa', '{ teir: standard }'),
    'fleet/clusters/stage.yaml': kind('Cluster', 'stage', '{ environment: stage, connect: { agent: {} } }'),
    'apps/shop/again.yaml': configMap('web'),
    'apps/shop/broken.yaml': 'a: [1,\n',
  })
  const { code, stdout } = await stage().ek('lint')
  expect(code).toBe(1)
  const lines = stdout.trimEnd().split('\n')
  expect(lines).toEqual(lines.toSorted())
  expect(stdout).toMatch(/^error: apps\/shop\/broken\.yaml:\d+/m)
  expect(stdout).toMatch(/^error: fleet\/clusters\/stage\.yaml:\d+.*stage/m)
  expect(stdout).toMatch(/^error: fleet\/environments\/qa\.yaml:4.*did you mean spec\.tier\?/m)

  const json = JSON.parse((await stage().ek('lint', '-o', 'json')).stdout) as { items: unknown[] }
  expect(json).toMatchObject({ apiVersion: 'evenkeel.dev/v1alpha1', kind: 'ProblemList' })
  expect(json.items).toHaveLength(lines.length)
})

test('a folder that is not there is an error, not a fleet without problems', async () => {
  const { code, stdout, stderr } = await stage().ek('lint', 'nowhere')
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toContain('nowhere')
})
