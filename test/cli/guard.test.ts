import { beforeEach, describe, expect, test } from 'vitest'
import { ago, driftOf, prodEu3Id } from './example-fleet.ts'
import type { FleetInMemory } from './fleet-in-memory.ts'
import type { CliHome } from './run-cli.ts'
import { noColour, setStage, text } from './stage.ts'

const stage = setStage()
let fleet: FleetInMemory
let home: CliHome
beforeEach(() => {
  ;({ fleet, home } = stage())
})
const ek = (...args: string[]) => stage().ek(...args)

describe('the identity guard of cli §6', () => {
  const heal = ['drift', 'heal', 'prod-eu-3', 'checkout/deploy/api']

  test('without a terminal a write that lacks its confirmation is refused with 3, and --yes never satisfies a protected cluster', async () => {
    for (const flags of [
      [],
      ['--yes'],
      ['--yes', '--reason', 'x'],
      ['--confirm=prod-eu-7', '--reason', 'x'],
      ['--confirm=prod-eu-3'],
    ]) {
      const { code, stdout, stderr } = await ek(...heal, ...flags)
      expect(code, flags.join(' ')).toBe(3)
      expect(stdout).toContain('TARGET PROD! prod-eu-3 (protected)')
      expect(stderr).toContain('nothing was sent')
    }
    expect(fleet.written).toEqual([])
    const { code, stdout } = await ek(...heal, '--confirm=prod-eu-3', '--reason', 'INC-4411')
    expect([code, stdout.split('\n').at(-2)]).toEqual([0, 'healed in 1.2s   activity act-1'])
  })

  test('a wrong name, an empty reason, no answer and ctrl-C at the question send nothing and end with 3', async () => {
    const answers: [string, string][][] = [
      [
        ['Reason: ', 'INC-1\r'],
        ['heal: ', 'prod-eu-7\r'],
      ],
      [['Reason: ', '\r']],
      [['Reason: ', '\u0004']],
      [
        ['Reason: ', 'INC-1\r'],
        ['heal: ', '\u0003'],
      ],
    ]
    for (const typed of answers) {
      const { code, stdout } = await home.onTerminal(heal, typed, noColour)
      expect([code, fleet.written.length], JSON.stringify(typed)).toEqual([3, 0])
      expect(stdout).toContain('nothing was sent')
    }
  })

  test('a standard cluster asks y/N, where only a yes is one', async () => {
    fleet.drift_ = [driftOf('stage-eu-1', { environment: 'stage', tier: 'standard' })]
    const onStage = ['drift', 'heal', 'stage-eu-1']
    for (const typed of ['\r', 'n\r', 'yep\r']) {
      const declined = await home.onTerminal(onStage, [['Heal? [y/N] ', typed]], noColour)
      expect([declined.code, fleet.written.length]).toEqual([3, 0])
    }
    expect((await home.onTerminal(onStage, [['Heal? [y/N] ', 'y\r']], noColour)).code).toBe(0)
    fleet.drift_ = [driftOf('stage-eu-1')]
    expect((await ek(...onStage, '--yes')).code).toBe(0)
  })

  test('a bulk heal asks for the number of clusters and heals each', async () => {
    fleet.clusters_ = fleet.clusters_.filter((one) => one.name !== 'prod-eu-7')
    fleet.drift_ = ['prod-eu-3', 'stage-eu-1'].map((name) => driftOf(name))
    const { code, stdout } = await home.onTerminal(
      ['drift', 'heal', '-c', 'prod-eu-3,stage-eu-1'],
      [
        ['Reason: ', 'INC-1\r'],
        ['Type number of clusters to heal: ', '2\r'],
      ],
      noColour,
    )
    expect(code).toBe(0)
    expect(stdout).toContain(
      'TARGET STAGE stage-eu-1 (standard)\n  checkout/deploy/api\n    spec.replicas 5 -> 3',
    )
    expect(fleet.written).toHaveLength(1)
  })

  test('a dry run stops after the plan', async () => {
    const { code, stdout } = await ek(...heal, '--dry-run')
    expect([code, stdout.split('\n').length, fleet.written.length]).toEqual([0, 3, 0])
  })

  test('what cannot be healed is named, the rest is healed, and the command ends with 2', async () => {
    fleet.drift_ = [
      driftOf('dev-us-1'),
      driftOf('dev-us-1', {
        object: { group: '', kind: 'ConfigMap', namespace: 'shop', name: 'web' },
        path: 'data.a',
      }),
    ]
    fleet.previews.set('/ConfigMap/shop/web', {
      object: { group: '', kind: 'ConfigMap', namespace: 'shop', name: 'web' },
      key: '/ConfigMap/shop/web',
      bundle: 'shop',
      fields: [],
      conflicts: [],
      failure: { code: 'forbidden', message: 'ConfigMap shop/web: cannot patch: forbidden' },
    })
    const { code, stdout } = await ek('drift', 'heal', 'dev-us-1', '--yes')
    expect(code).toBe(2)
    expect(stdout).toContain('shop/cm/web\n    cannot be healed: ConfigMap shop/web: cannot patch: forbidden')
    expect(fleet.written[0]?.input).toMatchObject({ targets: [{ keys: ['apps/Deployment/checkout/api'] }] })
  })

  test('a cluster whose identity is not known is a mismatch, and nothing is sent', async () => {
    const [cluster] = fleet.clusters_
    if (cluster !== undefined) delete cluster.identity.clusterId
    const { code, stderr } = await ek(...heal, '--confirm=prod-eu-3', '--reason', 'x')
    expect([code, fleet.written.length]).toEqual([3, 0])
    expect(stderr).toContain('its identity is not known; nothing was sent')
  })

  test('the hub refuses a cluster that became another one since the preview, and that is 3 as well', async () => {
    fleet.previewHeal = async () => ({
      targets: [
        {
          identity: { cluster: 'prod-eu-3', environment: 'prod', tier: 'protected', clusterId: 'before' },
          objects: [...fleet.previews.values()],
        },
      ],
    })
    const { code, stderr } = await ek(...heal, '--confirm=prod-eu-3', '--reason', 'x')
    expect([code, fleet.written.length]).toEqual([3, 0])
    expect(stderr).toContain('not the one that was previewed')
  })
})

describe('plans', () => {
  beforeEach(() => {
    const [cluster] = fleet.clusters_
    if (cluster === undefined) throw new Error('the example has clusters')
    fleet.plans_ = [
      {
        id: 'p-1',
        identity: cluster.identity,
        clusterId: prodEu3Id,
        bundle: 'checkout',
        revision: 'a1b2c3d4e5f60718293a4b5c6d7e8f9001122334',
        actions: { delete: 1, configure: 1 },
        reasons: ['1 namespace would be deleted'],
        state: 'waiting',
        createdAt: ago(120),
        items: [
          {
            action: 'configure',
            object: { group: 'apps', kind: 'Deployment', namespace: 'checkout', name: 'api' },
            fields: [{ path: 'spec.replicas', from: '3', to: '4' }],
          },
          {
            action: 'delete',
            object: { group: '', kind: 'Namespace', namespace: '', name: 'old' },
            uid: 'u-1',
            fields: [],
            note: 'no longer in Git',
          },
        ],
      },
    ]
  })

  test('a plan is shown with its target, what it would do and why it waits', async () => {
    expect(await ek('plan', 'show', 'p-1')).toEqual({
      code: 0,
      stderr: '',
      stdout: text(
        'TARGET PROD! prod-eu-3 (protected)',
        'plan p-1  waiting  bundle checkout@a1b2c3d  1 delete, 1 configure  made 2m ago',
        '~ configure checkout/deploy/api',
        '    spec.replicas 3 -> 4',
        '- delete ns/old  (no longer in Git)',
        'waits because 1 namespace would be deleted',
      ),
    })
    expect((await ek('get', 'plans')).stdout).toContain(
      'p-1  prod-eu-3  prod  checkout  waiting  1 delete, 1 configure  2m',
    )
  })

  test('approving is guarded by the tier of its cluster; rejecting asks a plain yes', async () => {
    expect((await ek('plan', 'approve', 'p-1', '--yes')).code).toBe(3)
    expect((await ek('plan', 'reject', 'p-1')).code).toBe(3)
    expect(fleet.written).toEqual([])
    const approved = await ek('plan', 'approve', 'p-1', '--confirm=prod-eu-3', '--reason', 'INC-1')
    expect([approved.code, approved.stdout.split('\n').at(-2)]).toEqual([0, 'plan p-1 approved'])
    const late = await ek('plan', 'reject', 'p-1', '--yes')
    expect([late.code, late.stderr]).toEqual([
      2,
      'error: plan p-1: cannot be decided: it is approved, wanted waiting\n',
    ])
  })
})
