import { beforeEach, describe, expect, test } from 'vitest'
import { exampleFleet } from './example-fleet.ts'
import type { FleetInMemory } from './fleet-in-memory.ts'
import type { CliHome } from './run-cli.ts'
import { adminToken, readerToken, type ServedFleet, serveFleet } from './serve-fleet.ts'
import { setStage } from './stage.ts'

const stage = setStage()
let fleet: FleetInMemory
let hub: ServedFleet
let home: CliHome
beforeEach(() => {
  ;({ fleet, hub, home } = stage())
})
const ek = (...args: string[]) => stage().ek(...args)

describe('exit codes of cli §4', () => {
  test('drift show is 0 only when everybody answered and nothing differs', async () => {
    const inSync = await ek('drift', 'show', 'stage-eu-1')
    expect(inSync).toEqual({ code: 0, stdout: '', stderr: 'no differences on 1 cluster  (as of 4m)\n' })
    fleet.drift_ = []
    const partly = await ek('drift', 'show')
    expect([partly.code, partly.stdout]).toEqual([1, ''])
    expect(partly.stderr).toContain('unknown: prod-eu-7: last seen 12m ago: no sign of life')
    const none = await ek('drift', 'show', 'prod-eu-7')
    expect([none.code, none.stdout]).toEqual([2, ''])
    expect(none.stderr).toContain('prod-eu-7')
  })

  test('drift show of an object that no bundle holds is 2, never "no differences"', async () => {
    const wanted = {
      code: 2,
      stdout: '',
      stderr: 'error: Deployment shop/nope: no bundle holds it on dev-us-1\nhint: ek get bundles\n',
    }
    expect(await ek('drift', 'show', 'dev-us-1', 'shop/deploy/nope')).toEqual(wanted)
    expect(await ek('drift', 'show', 'dev-us-1', 'shop/deploy/nope', '-o', 'json')).toEqual(wanted)
    expect(await ek('drift', 'show', 'dev-us-1', 'shop/deploy/nope', '-w')).toEqual(wanted)
    const unplaced = await ek('drift', 'show', 'dev-us-1', 'deploy/nope')
    expect([unplaced.code, unplaced.stdout]).toEqual([2, ''])
    expect(unplaced.stderr).toBe(
      'error: Deployment nope: no bundle holds it in namespace default on dev-us-1\nhint: name its namespace, with -n or as in namespace/kind/name\n',
    )
    const object = { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'loose' }
    const text = 'Deployment shop/loose: no bundle holds it'
    fleet.traces.set('dev-us-1 Deployment shop/loose', {
      cluster: 'dev-us-1',
      steps: [
        { is: 'object', object },
        { is: 'unknown', text },
      ],
    })
    const loose = await ek('drift', 'show', 'dev-us-1', 'shop/deploy/loose')
    expect([loose.code, loose.stderr]).toEqual([2, expect.stringContaining(`${text} on dev-us-1\n`)])
    const pod = await ek('drift', 'show', 'prod-eu-3', 'checkout/pod/api-7d9f')
    expect([pod.code, pod.stderr]).toEqual([
      2,
      'error: Pod checkout/api-7d9f: no bundle holds it on prod-eu-3\nhint: ek drift show prod-eu-3 checkout/deploy/api\n',
    ])
  })

  test('drift show of an object that a bundle holds is 0 when nothing differs', async () => {
    const object = { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'web' }
    fleet.traces.set('dev-us-1 Deployment shop/web', {
      cluster: 'dev-us-1',
      steps: [
        { is: 'object', object },
        { is: 'bundle', bundle: 'shop', revision: 'a1b2c3d' },
      ],
    })
    const { code, stderr } = await ek('drift', 'show', 'dev-us-1', 'shop/deploy/web')
    expect([code, stderr]).toEqual([0, 'no differences on 1 cluster  (as of 4m)\n'])
  })

  test('a cluster that nobody knows is an error with the nearest name, never an empty answer', async () => {
    for (const args of [
      ['drift', 'show', 'prod-eu-4'],
      ['status', '-c', 'prod-eu-3,prod-eu-4'],
      ['get', 'clusters', '-c', 'prod-eu-4'],
    ]) {
      const { code, stdout, stderr } = await ek(...args)
      expect([code, stdout]).toEqual([2, ''])
      expect(stderr).toBe(
        'error: cluster prod-eu-4: the hub does not know it\nhint: did you mean prod-eu-3?\n',
      )
    }
  })

  test('wrong usage, a hub that is away and a refused token are 2', async () => {
    const cases: [string[], Record<string, string>, string][] = [
      [['drfit'], {}, "error: unknown command 'drfit'"],
      [['status', '--yes'], {}, "error: unknown option '--yes'"],
      [['get', 'clusters', '-o', 'jsn'], {}, 'did you mean -o json?'],
      [['get', 'clusters', '-l', 'a=b=c'], {}, 'must be a label selector'],
      [['drift', 'show', 'prod-eu-3', 'deplyo/api'], {}, 'did you mean deploy?'],
      [['drift', 'heal'], {}, 'nothing says on which clusters'],
      [['describe', 'bundle', 'nothing'], {}, 'error: bundle nothing: not found'],
      [
        ['status', '--hub', 'http://127.0.0.1:1'],
        { EVENKEEL_TOKEN: 'x' },
        'error: hub http://127.0.0.1:1: no answer',
      ],
      [['status', '--hub', hub.url], { EVENKEEL_TOKEN: 'wrong' }, 'not authenticated'],
      [['status', '--hub', 'https://hub.example.com'], {}, 'error: hub hub.example.com: no token to show it'],
      [['status'], { EVENKEEL_DATA: '/nowhere' }, 'none runs here'],
      [['status', '--hub', 'ftp://x'], {}, 'not an http or https address'],
    ]
    for (const [args, env, message] of cases) {
      const { code, stdout, stderr } = await home.run(args, { env })
      expect([code, stdout], args.join(' ')).toEqual([2, ''])
      expect(stderr).toContain(message)
      expect(stderr).not.toContain(adminToken)
    }
  })

  test("the local hub's token is sent to no other hub", async () => {
    const other = await serveFleet(exampleFleet())
    try {
      const { code, stderr } = await ek('status', '--hub', other.url)
      expect([code, stderr]).toEqual([2, expect.stringContaining('no token to show it')])
      expect((await ek('status', '--hub', hub.url)).code).toBe(0)
    } finally {
      await other.close()
    }
  })

  test('a hub whose process has ended is not there', async () => {
    await home.useHub(hub.url, adminToken, 2 ** 22 + 1)
    expect(await ek('status')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('none runs here') as string,
    })
  })

  test('a reader may look but not heal, and the message says what is missing', async () => {
    await home.useHub(hub.url, readerToken)
    expect((await ek('status')).code).toBe(0)
    const { code, stderr } = await home.run([
      'drift',
      'heal',
      'prod-eu-3',
      '--confirm=prod-eu-3',
      '--reason',
      'INC-1',
    ])
    expect([code, fleet.written.length]).toEqual([2, 0])
    expect(stderr).toContain('bob@corp: not allowed: this needs the privilege operate')
  })
})
