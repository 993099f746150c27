import { beforeEach, expect, test } from 'vitest'
import type { PlacedBundleView } from '../../src/api/index.ts'
import { keyOf } from '../../src/core/object/index.ts'
import { ago, clusterOf, prodEu3Id } from './example-fleet.ts'
import { setStage, text } from './stage.ts'

const stage = setStage()
const ek = (...args: string[]) => stage().ek(...args)

const placed: PlacedBundleView = {
  bundle: 'checkout',
  cluster: 'prod-eu-3',
  environment: 'prod',
  state: 'failed',
  flags: ['failed', 'drifted'],
  mode: 'enforce',
  desired: { revision: 'a1b2c3d4e5f60718293a4b5c6d7e8f9001122334', variant: 'sha256:1' },
  applied: { revision: '0718293a4b5c6d7e8f9001122334a1b2c3d4e5f6', variant: 'sha256:0', at: ago(60) },
  phase: 'failed',
  reason: 'Deployment checkout/api: cannot apply: quota',
  objects: 12,
  health: 'InProgress',
  drift: 1,
  troubles: [{ object: 'Deployment checkout/api', health: 'Failed', message: 'quota exceeded' }],
  seen: ago(250),
}

beforeEach(() => {
  const { fleet } = stage()
  fleet.clusters_ = [
    clusterOf('prod-eu-3', {
      clusterId: prodEu3Id,
      state: 'failed',
      reason: '1 bundle failed',
      placed: [placed],
    }),
    clusterOf('prod-eu-7', {
      state: 'unreachable',
      drift: null,
      seen: ago(725),
      reason: 'no sign of life for 12m',
      lastKnown: { state: 'in-sync', at: ago(725) },
      failure: { code: 'timeout', message: 'cluster prod-eu-7: no answer in 10s', hint: 'check the network' },
    }),
  ]
  fleet.bundles_ = [
    {
      name: 'checkout',
      state: 'failed',
      source: { path: 'apps/checkout' },
      placement: "environment == 'prod'",
      clusters: 2,
      states: { failed: 1, unreachable: 1 },
      revision: placed.desired.revision,
      objects: 12,
      drift: null,
      problems: [
        {
          file: 'apps/checkout/a.yaml',
          line: 3,
          subject: 'Deployment api',
          message: 'namespace is missing',
          severity: 'warning',
        },
      ],
      asOf: ago(725),
      placed: [placed],
      unknown: [{ cluster: 'prod-eu-7', reason: 'facts.version is not known' }],
    },
  ]
})

test('describe cluster says what holds, why, and what runs there at which revision', async () => {
  const { code, stdout } = await ek('describe', 'cluster', 'prod-eu-3')
  expect(stdout).toBe(
    text(
      'Name:         PROD! prod-eu-3  (protected)',
      'State:        ▲ Failed',
      'Reason:       1 bundle failed',
      'Seen:         4m ago',
      `ID:           ${prodEu3Id}  (verified 4m ago)`,
      'Version:      4.18.9',
      'Facts:        none known yet',
      'Labels:       region=eu',
      'Drift:        0',
      '',
      'BUNDLE    STATE     MODE     DESIRED  APPLIED  HEALTH      DRIFT  SEEN  REASON',
      'checkout  ▲ Failed  enforce  a1b2c3d  0718293  InProgress      1  4m    Deployment checkout/api: cannot apply: quota',
      '  checkout  Deployment checkout/api: Failed: quota exceeded',
    ),
  )
  expect(code).toBe(0)
})

test('an unreachable cluster keeps its last state as text with its age, and ? for what is not known', async () => {
  const { stdout } = await ek('describe', 'cluster', 'prod-eu-7')
  expect(stdout).toContain('State:        ✕ Unreachable\n')
  expect(stdout).toContain('Last known:   □ In sync  12m ago\n')
  expect(stdout).toContain('Drift:        ?\n')
  expect(stdout).toContain(
    'Failure:      cluster prod-eu-7: no answer in 10s\nHint:         check the network\n',
  )
})

test('describe bundle names its clusters by state and those for which placement has no answer', async () => {
  const { stdout } = await ek('describe', 'bundle', 'checkout')
  expect(stdout).toContain('State:        ▲ Failed  (1 unreachable, 1 failed)\n')
  expect(stdout).toContain('Drift:        ?\n')
  expect(stdout).toContain('? prod-eu-7  placement is not known: facts.version is not known\n')
  expect(stdout).toContain('apps/checkout/a.yaml:3: Deployment api: namespace is missing\n')
})

test('get bundles rolls up without hiding: the worst state, and ? for drift that is not known', async () => {
  expect((await ek('get', 'bundles')).stdout).toBe(
    text(
      'NAME      STATE     CLUSTERS  DRIFT  REVISION  SOURCE         AS OF',
      'checkout  ▲ Failed         2      ?  a1b2c3d   apps/checkout  12m',
    ),
  )
})

test('get bundles leads to the problems in the files of a bundle, beside the answer', async () => {
  const table = await ek('get', 'bundles')
  expect(table.stderr).toBe("note: 1 bundle has problems in the fleet's files: ek describe fleet\n")
  expect((await ek('get', 'bundles', '-o', 'json')).stderr).toBe('')
  stage().fleet.bundles_ = stage().fleet.bundles_.map((bundle) => ({ ...bundle, problems: [] }))
  expect((await ek('get', 'bundles')).stderr).toBe('')
})

test('describe fleet shows the state of the repository and the problems in its files', async () => {
  const { fleet } = stage()
  fleet.fleet_ = {
    name: 'example',
    revision: 'a1b2c3d',
    loadedAt: ago(60),
    repositories: [
      {
        name: 'fleet',
        url: 'https://git.example/fleet',
        branch: 'main',
        state: 'unreachable',
        since: ago(300),
        message: 'no answer',
      },
    ],
    problems: [{ file: 'fleet/a.yaml', line: 1, subject: 'Bundle a', message: 'x', severity: 'error' }],
    environments: 1,
    clusters: 2,
    bundles: 1,
  }
  const { stdout } = await ek('describe', 'fleet')
  expect(stdout).toContain('Revision:     a1b2c3d  (loaded 1m ago)\n')
  expect(stdout).toContain(
    'Repository:   fleet  https://git.example/fleet main  unreachable for 5m: no answer\n',
  )
  expect(stdout).toContain('fleet/a.yaml:1: Bundle a: x\n')
  const status = await ek('status')
  expect(status.stderr).toBe("note: 1 problem in the fleet's files: ek describe fleet\n")
})

test('reconcile tells which clusters look again, and only those in scope', async () => {
  const { fleet } = stage()
  expect((await ek('reconcile', 'checkout', '-c', 'prod-eu-3')).stdout).toBe(
    'looking at the repository and 1 cluster now\n',
  )
  expect(fleet.written.map((one) => one.input)).toEqual([{ bundle: 'checkout', clusters: ['prod-eu-3'] }])
  expect((await ek('reconcile', '-l', 'region=mars')).code).toBe(2)
  expect(fleet.written).toHaveLength(1)
})

test('describe namespace says what runs in it on each cluster, at which commit, and which lines say so', async () => {
  const { fleet } = stage()
  const object = { group: 'apps', kind: 'Deployment', namespace: 'checkout', name: 'api' }
  const manifest = { apiVersion: 'apps/v1', kind: 'Deployment', spec: { containers: [{ image: 'api:1.4' }] } }
  const item = {
    object,
    key: keyOf(object),
    origin: { file: 'apps/checkout/a.yaml', line: 3 },
    hook: false,
    drift: 0,
  }
  fleet.rendered.set('checkout', { revision: placed.desired.revision, items: [{ ...item, manifest }] })
  fleet.commits = [
    {
      bundle: 'checkout',
      revision: placed.applied?.revision ?? '',
      subject: 'Checkout 1.4',
      author: 'Ada',
      at: ago(60),
    },
  ]
  const { code, stdout } = await ek('describe', 'namespace', 'checkout')
  expect(code).toBe(0)
  expect(stdout).toMatch(/^Name: +checkout\nClusters: +1\nObjects: +1\n\nPROD! prod-eu-3 {2}▲ Failed/)
  expect(stdout).toMatch(/^Bundle: +checkout {2}▲ Failed\nOwner: +team checkout$/m)
  expect(stdout).toMatch(/^Commit: +0718293 {2}Checkout 1\.4 {2}\(Ada, \d{4}-\d\d-\d\d\)\nNext: +a1b2c3d/m)
  expect(stdout).toMatch(/^Deployment api +Current +\d +api:1\.4 +- +apps\/checkout\/a\.yaml:3$/m)
  const json = await ek('describe', 'namespace', 'checkout', '-o', 'json')
  expect(JSON.parse(json.stdout)).toMatchObject({ kind: 'Namespace', items: [{ cluster: 'prod-eu-3' }] })
  const none = await ek('describe', 'namespace', 'nowhere')
  expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('namespace nowhere: not found')])
})
