import { beforeEach, describe, expect, test } from 'vitest'
import type { CauseView, ClusterDetailView } from '../../src/api/index.ts'
import { ago, clusterOf, prodEu3Id } from './example-fleet.ts'
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

describe('the shapes of cli §5', () => {
  test('status counts every cluster once and names the causes', async () => {
    const counts = {
      'in-sync': 631,
      pending: 271,
      drifted: 52,
      failed: 12,
      'in-progress': 20,
      leased: 10,
      unreachable: 4,
    }
    fleet.clusters_ = Object.entries(counts).flatMap(([state, number]) =>
      Array.from({ length: number }, (_, index) =>
        clusterOf(`${state}-${index}`, { state: state as ClusterDetailView['state'], seen: ago(370) }),
      ),
    )
    const cause = (given: Partial<CauseView>): CauseView => ({
      id: 'c-4f2a',
      state: 'drifted',
      object: { group: 'apps', kind: 'Deployment', namespace: 'checkout', name: 'api' },
      bundle: 'checkout',
      path: 'spec.replicas',
      class: 'taken',
      desired: { is: 'text', text: '3' },
      live: { is: 'text', text: '5' },
      writer: { manager: 'kubectl-edit', kind: 'human' },
      clusters: 37,
      names: [],
      since: ago(250),
      ...given,
    })
    fleet.causes_ = [
      cause({}),
      cause({
        id: 'c-2',
        object: { group: '', kind: 'ConfigMap', namespace: 'monitoring', name: 'prometheus-config' },
        path: 'data',
        desired: { is: 'large' },
        live: { is: 'large' },
        writer: { manager: 'helm', kind: 'pipeline' },
        clusters: 14,
        since: ago(7300),
      }),
      ...Array.from({ length: 6 }, (_, index) => cause({ id: `c-x${index}`, clusters: 1 })),
      cause({ id: 'c-last', clusters: 1 }),
    ]
    const { stdout, stderr, code } = await ek('status')
    const lines = stdout.split('\n')
    expect([lines[0], ...lines.slice(1, 4), lines.at(-2)]).toEqual([
      '1000 clusters: 902 in sync (271 pending), 52 drifted, 12 failed, 20 in progress, 10 leased, 4 unreachable  (as of 6m)',
      'CAUSE                                    CLUSTERS  BY            SINCE',
      '◆ checkout/api spec.replicas 3->5              37  kubectl-edit  4m',
      '◆ monitoring/prometheus-config data            14  helm          2h',
      '… 1 more (1 cluster)',
    ])
    expect([code, stderr]).toEqual([0, ''])
  })

  test('get clusters has tier, state in words, and ? for drift that is not known', async () => {
    const { stdout, code } = await ek('get', 'clusters', '-l', 'region=eu', '--env', 'prod')
    expect(stdout).toBe(
      text(
        'NAME       ENV   TIER       VERSION  STATE          DRIFT  SEEN',
        'prod-eu-3  prod  protected  4.18.9   ◆ Drifted          2  4m',
        'prod-eu-7  prod  protected  4.18.9   ✕ Unreachable      ?  12m',
      ),
    )
    expect(code).toBe(0)
  })

  test('drift show names field, owner, person, age and certainty, and ends with 1', async () => {
    const shown = text(
      'FIELD          DESIRED  LIVE  OWNER         BY          WHEN   SURE',
      'spec.replicas  3        5     kubectl-edit  alice@corp  4m     exact',
      'mode: enforce   policy: heal after 10m (6m left)',
      'declared: apps/checkout/overlays/prod/replicas.yaml:4',
    )
    const ways = [
      ['prod-eu-3', 'checkout/deploy/api'],
      ['prod-eu-3', 'deploy/api', '-n', 'checkout'],
      ['prod-eu-3', 'Deployment', 'checkout/api'],
      ['-c', 'prod-eu-3', 'checkout/deployments/api'],
      ['prod-eu-3', 'deployment/api', '-A'],
    ]
    for (const words of ways) {
      expect(await ek('drift', 'show', ...words), words.join(' ')).toEqual({
        code: 1,
        stdout: shown,
        stderr: '',
      })
    }
  })

  test('drift heal on a protected cluster asks for reason and typed name after the preview', async () => {
    const { stdout, code } = await home.onTerminal(
      ['drift', 'heal', 'prod-eu-3', 'checkout/deploy/api'],
      [
        ['Reason: ', 'INC-4411\r'],
        ['heal: ', 'prod-eu-3\r'],
      ],
      noColour,
    )
    expect(stdout).toBe(
      text(
        'TARGET PROD! prod-eu-3 (protected)',
        '  spec.replicas 5 -> 3     pods removed: 2     conflicts: none',
        'Reason: INC-4411',
        'Type cluster name to heal: prod-eu-3',
        'healed in 1.2s   activity act-1',
      ),
    )
    expect(code).toBe(0)
    expect(fleet.written.map((one) => one.input)).toMatchObject([
      { reason: 'INC-4411', confirm: 'prod-eu-3', targets: [{ cluster: 'prod-eu-3', clusterId: prodEu3Id }] },
    ])
  })

  test('trace goes from a Pod to the pull request', async () => {
    const { stdout, code } = await ek('trace', 'prod-eu-3', 'pod/api-7d9f', '-n', 'checkout')
    expect(stdout).toBe(
      'pod/api-7d9f <- ReplicaSet <- Deployment/api <- bundle checkout@a1b2c3d <- fleet.git apps/checkout/base/api.yaml:1 <- PR 799\n',
    )
    expect(code).toBe(0)
  })
})

describe('output', () => {
  test('-o json and yaml are versioned and hold what the table rounds', async () => {
    const json = JSON.parse((await ek('get', 'clusters', '-o', 'json')).stdout) as {
      items: { drift: number | null }[]
    }
    expect(json).toMatchObject({ apiVersion: 'evenkeel.dev/v1alpha1', kind: 'ClusterList' })
    expect(json.items.map((one) => one.drift)).toEqual([2, null, 0, 0])
    expect((await ek('status', '-o', 'yaml')).stdout).toMatch(
      /^apiVersion: evenkeel.dev\/v1alpha1\nkind: Status\n/,
    )
    const drift = JSON.parse((await ek('drift', 'show', '-o', 'json')).stdout) as object
    expect(drift).toMatchObject({ kind: 'DriftList', answered: 3, unanswered: [{ cluster: 'prod-eu-7' }] })
    expect((await ek('get', 'clusters', '-o', 'name')).stdout.split('\n')[0]).toBe('cluster/prod-eu-3')
    expect((await ek('get', 'clusters', '-o', 'wide')).stdout.split('\n')[0]).toContain('LABELS')
  })

  test('with -o json the plan of a write goes to standard error, so that the answer stays JSON', async () => {
    const { stdout, stderr } = await home.run([
      'drift',
      'heal',
      'prod-eu-3',
      '--confirm=prod-eu-3',
      '--reason',
      'x',
      '-o',
      'json',
    ])
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'HealResult', activity: 'act-1' })
    expect(stderr).toContain('TARGET PROD! prod-eu-3')
  })

  test('colour comes on a terminal or by FORCE_COLOR, and never with NO_COLOR', async () => {
    const escape = '\u001b['
    const get = ['get', 'clusters']
    expect((await ek(...get)).stdout).not.toContain(escape)
    expect((await home.run(get, { env: { FORCE_COLOR: '1' } })).stdout).toContain(escape)
    expect((await home.run(get, { env: { FORCE_COLOR: '1', NO_COLOR: '1' } })).stdout).not.toContain(escape)
  })

  test('row 41: control characters of a cluster never reach the terminal', async () => {
    fleet.clusters_ = [
      clusterOf('prod-eu-3', { version: '1\u001b]0;pwned\u0007\u001b[2J', reason: 'a\u202eb' }),
    ]
    const { stdout } = await home.run(['get', 'clusters', '-o', 'wide'], { env: { FORCE_COLOR: '1' } })
    expect(stdout).not.toMatch(/(?!\n)\p{Cc}(?!\[\d+m)|\u202e/u)
    expect(stdout).toContain('pwned')
  })

  test('a reader that goes away ends the program quietly', async () => {
    fleet.clusters_ = Array.from({ length: 5000 }, (_, index) =>
      clusterOf(`cluster-with-a-long-name-${index}`),
    )
    const child = home.start(['get', 'clusters', '-o', 'wide'])
    let stderr = ''
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString()
    })
    child.stdout.once('data', () => child.stdout.destroy())
    await new Promise((resolve) => child.once('close', resolve))
    expect(stderr).toBe('')
  })

  test('help speaks of kubectl evenkeel when kubectl started it', async () => {
    expect((await ek('--help')).stdout).toContain('Usage: ek ')
    expect((await home.run(['--help'], { as: 'kubectl-evenkeel' })).stdout).toContain(
      'Usage: kubectl evenkeel ',
    )
    expect((await ek('--version')).stdout).toBe('evenkeel 0.1.0\n')
  })
})
