import { spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { until } from './hub-under-test.ts'
import { HubRig } from './rig.ts'

const mayMount = spawnSync('unshare', ['--map-root-user', '--mount', 'true']).status === 0

let rig: HubRig
beforeEach(async () => {
  rig = await HubRig.create()
  mkdirSync(rig.data)
  const mount = 'mount -t tmpfs -o size=16m,mode=700 none "$1" && shift && exec "$@"'
  rig.around = ['unshare', '--map-root-user', '--mount', 'sh', '-c', mount, 'sh', rig.data]
  rig.seenData = () => join('/proc', String(rig.hub.pid), 'root', rig.data)
})
afterEach(() => rig.stop())

/** Writes until there is no room for one byte more. */
function fill(): void {
  const file = openSync(join(rig.seenData(), 'filler'), 'w')
  for (let size = 1 << 20; size >= 1; ) {
    try {
      writeSync(file, Buffer.alloc(size))
    } catch {
      size = Math.floor(size / 2)
    }
  }
  closeSync(file)
}

// Needs a mount namespace of its own, for a small disk; some containers grant none.
test.skipIf(!mayMount)(
  'incident 39: on a full disk a hub says so, answers, loses nothing, and goes on when there is room',
  async () => {
    await rig.start()
    await rig.inSync(await rig.fleet.commit(rig.files()))
    fill()
    await rig.edit('old', 'one', 'changed')
    const blind = await until(
      'what was seen and could not be recorded is unknown, not good',
      () => rig.ek('drift', 'show'),
      ({ stderr }) => stderr.includes('unknown: old: '),
    )
    expect(blind.code).toBe(1)
    expect(blind.stderr).toContain('cannot record what was seen: database: cannot write: the disk is full')
    expect((await rig.ek('get', 'clusters')).stdout).toMatch(/^old .*✕ Unreachable +\? /m)
    expect((await rig.ek('status')).stdout).toMatch(/^2 clusters: 1 in sync, 1 unreachable /)
    await until(
      'the hub is not ready, and says why',
      async () => (await fetch(`${rig.hub.local.url}/readyz`)).text(),
      (text) => text.includes('store'),
    )
    expect((await fetch(`${rig.hub.local.url}/livez`)).status).toBe(200)
    expect(await rig.value('old', 'one')).toBe('changed')
    await rig.fleet.commit({ 'apps/shop/two.yaml': rig.configMapFile('two', '3') })
    await until(
      'the repository cannot be fetched, which is told',
      () => rig.ek('describe', 'fleet'),
      ({ stdout }) => stdout.includes('No space left on device'),
    )

    rmSync(join(rig.seenData(), 'filler'))
    for (const cluster of ['new', 'old'] as const) {
      await until(
        `the commit reaches ${cluster}`,
        () => rig.value(cluster, 'two'),
        (value) => value === '3',
      )
    }
    const { stdout } = await until(
      'the edit is known with its person',
      () => rig.ek('drift', 'show', 'old', `${rig.namespace}/cm/one`),
      (shown) => shown.stdout.includes('alice'),
    )
    expect(stdout).toMatch(/data\.value +"?1"? +"?changed"? +kubectl-patch +alice/)
    expect(await rig.ek('drift', 'heal', 'old', '--yes')).toMatchObject({ code: 0 })
    expect(await rig.value('old', 'one')).toBe('1')
    const ready = async (): Promise<number> => (await fetch(`${rig.hub.local.url}/readyz`)).status
    await until('the hub is ready again', ready, (status) => status === 200)
  },
)
