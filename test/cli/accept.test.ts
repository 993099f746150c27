import { beforeEach, describe, expect, test } from 'vitest'
import type { AcceptPreview } from '../../src/api/index.ts'
import { bundleAt } from './example-fleet.ts'
import type { FleetInMemory } from './fleet-in-memory.ts'
import { setStage, text } from './stage.ts'

const stage = setStage()
let fleet: FleetInMemory
const ek = (...args: string[]) => stage().ek('drift', 'accept', ...args)

const rule = 'Deployment/checkout/api: spec.replicas'
const preview: AcceptPreview = {
  bundle: 'checkout',
  rule,
  repository: 'https://git.corp/fleet',
  branch: 'main',
  file: 'bundles/checkout.yaml',
  present: false,
  forge: true,
  differences: 37,
  clusters: ['prod-eu-3'],
  reaches: ['prod-eu-3'],
}
const result = { rule, file: preview.file, branch: 'main', commit: 'c0ffee'.padEnd(40, '0'), isNew: true }

function offer(
  more: Partial<AcceptPreview> = {},
  outcome: Partial<typeof result & { pullRequest: string; note: string }> = {},
) {
  fleet.accepts.set('checkout', { preview: { ...preview, ...more }, result: { ...result, ...outcome } })
}

beforeEach(() => {
  ;({ fleet } = stage())
  fleet.bundles_ = [bundleAt('checkout', 'apps/checkout')]
  offer()
})

const target = ['prod-eu-3', 'checkout/deploy/api'] as const
const shown = [
  'TARGET https://git.corp/fleet main',
  `  bundles/checkout.yaml  + spec.drift.ignore: ${rule}`,
  '  hides 37 open differences on 1 cluster; holds for the 1 cluster of the bundle',
]

describe('drift accept', () => {
  test('shows the rule, its file and what it hides, and is guarded by the highest tier that it reaches', async () => {
    const refused = await ek(...target, '--reason', 'the HPA owns it', '--yes')
    expect(refused).toMatchObject({ code: 3, stdout: text(...shown, 'TARGET PROD! prod-eu-3 (protected)') })
    expect(fleet.written).toEqual([])
    const done = await ek(...target, '--reason', 'the HPA owns it', '--confirm', 'prod-eu-3')
    expect(done).toMatchObject({ code: 0, stdout: expect.stringMatching(/\ncommit c0ffee000000 on main\n$/) })
    expect(fleet.written).toMatchObject([
      {
        what: 'accept',
        input: {
          bundle: 'checkout',
          kind: 'Deployment',
          namespace: 'checkout',
          name: 'api',
          path: 'spec.replicas',
          reason: 'the HPA owns it',
          how: 'commit',
        },
      },
    ])
  })

  test('as a pull request asks a plain yes whatever the tier, and tells its page', async () => {
    offer({}, { branch: 'evenkeel/accept-1', pullRequest: 'https://git.corp/fleet/pull/812' })
    expect(await ek(...target, '--reason', 'HPA', '--pr')).toMatchObject({ code: 3 })
    expect(fleet.written).toEqual([])
    const done = await ek(...target, '--reason', 'HPA', '--pr', '--yes')
    expect(done).toMatchObject({
      code: 0,
      stdout: text(
        'TARGET https://git.corp/fleet main  (pull request)',
        ...shown.slice(1),
        'commit c0ffee000000 on evenkeel/accept-1',
        'PR https://git.corp/fleet/pull/812',
      ),
    })
    expect(fleet.written).toMatchObject([{ input: { how: 'pull-request' } }])
  })

  test('where no forge is known says what is left to do', async () => {
    offer(
      { forge: false },
      { branch: 'evenkeel/accept-1', note: 'open a pull request from branch evenkeel/accept-1 onto main' },
    )
    const done = await ek(...target, '--reason', 'HPA', '--pr', '--yes')
    expect(done.stdout).toContain('main  (branch to open a pull request from)\n')
    expect(done.stderr).toContain('open a pull request from branch evenkeel/accept-1')
  })

  test('wants an object, an open difference of it and a reason, and writes nothing without', async () => {
    expect(await ek('prod-eu-3')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no object is named'),
    })
    expect(await ek('prod-eu-3', 'checkout/deploy/other')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no open difference'),
    })
    const wrong = await ek(...target, '--path', 'spec.replica')
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('open are spec.replicas') })
    expect(await ek(...target, '--yes')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--reason'),
    })
    expect(await ek(...target, '--dry-run')).toMatchObject({ code: 0, stdout: text(...shown) })
    expect(fleet.written).toEqual([])
  })

  test('says that a rule is there already', async () => {
    offer({ present: true })
    expect(await ek(...target, '--reason', 'HPA', '--confirm', 'prod-eu-3')).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('has this rule already'),
    })
    expect(fleet.written).toEqual([])
  })

  test('prints what came of it for machines', async () => {
    const done = await ek(...target, '--reason', 'HPA', '--confirm', 'prod-eu-3', '-o', 'json')
    expect(JSON.parse(done.stdout)).toMatchObject({ kind: 'AcceptResult', rule, isNew: true })
  })
})
