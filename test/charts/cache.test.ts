import { fork } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { waitFor } from '../faults/wait-for.ts'
import { type ChartServer, publish } from './chart-server.ts'
import { ChartRig, failureOf } from './opened-charts.ts'

let rig: ChartRig
let server: ChartServer

beforeEach(async () => {
  rig = new ChartRig()
  server = await rig.serve()
})

afterEach(() => rig.close())

const kept = (): string[] => {
  const folder = join(rig.cacheFolder, 'sha256')
  return existsSync(folder) ? readdirSync(folder) : []
}

const request = (version = '1.0.0') => ({ repository: server.url, name: 'web', version })

test('a kept archive that was changed or cut is not given out, but fetched again (row 48)', async () => {
  publish(server, [{ name: 'web', version: '1.0.0' }])
  const charts = rig.open([server])
  const { digest, files } = await charts.fetchChart(request())
  const file = join(rig.cacheFolder, 'sha256', kept()[0] ?? '')
  for (const bytes of [Buffer.from('evil'), readFileSync(file).subarray(0, 20), Buffer.alloc(0)]) {
    writeFileSync(file, bytes)
    expect((await charts.fetchChart({ ...request(), digest })).files).toEqual(files)
    expect(readFileSync(file)).not.toEqual(bytes)
  }
})

test('the folder stays below its limit, and what was used last stays', async () => {
  const names = Array.from({ length: 6 }, (_, index) => `1.0.${index}`)
  const body = (version: string) => Buffer.from(version.repeat(100).split('').toReversed().join(''))
  const archives = publish(
    server,
    names.map((version) => ({ name: 'web', version, files: { data: body(version) } })),
  )
  const size = Math.max(...[...archives.values()].map((archive) => archive.length))
  const charts = rig.open([server], { limits: { cacheBytes: size * 3 } })
  let first = ''
  for (const version of names) {
    const { digest } = await charts.fetchChart(request(version))
    first ||= digest
    await charts.fetchChart({ ...request('1.0.0'), digest: first })
  }
  expect(kept().length).toBeLessThanOrEqual(3)
  expect(kept()).toContain(first.slice('sha256:'.length))
})

test('incident 33: a process that was killed while it wrote leaves nothing that is read or stays', async () => {
  publish(server, [{ name: 'web', version: '1.0.0', files: { data: Buffer.alloc(1000) } }])
  const child = fork(join(import.meta.dirname, 'endless-writer.ts'), [rig.cacheFolder], { stdio: 'ignore' })
  const ended = new Promise((resolve) => child.on('close', resolve))
  const fresh = join(rig.cacheFolder, 'new')
  await waitFor(() => existsSync(fresh) && readdirSync(fresh).length > 0)
  child.kill('SIGKILL')
  await ended
  const { digest } = await rig.open([server]).fetchChart(request())
  expect(readdirSync(fresh)).toEqual([])
  expect(await rig.open([server]).fetchChart({ ...request(), digest })).toMatchObject({ digest })
})

test('a folder that cannot be written costs no chart', async () => {
  publish(server, [{ name: 'web', version: '1.0.0' }])
  mkdirSync(rig.folder, { recursive: true })
  rmSync(rig.cacheFolder, { recursive: true, force: true })
  writeFileSync(rig.cacheFolder, 'a file where the folder should be')
  expect(await rig.open([server]).fetchChart(request())).toMatchObject({ version: '1.0.0' })
})

test('closing ends what is being fetched', async () => {
  let asked = false
  server.answers.set('/index.yaml', () => (asked = true))
  const charts = rig.open([server])
  const failed = failureOf(charts.fetchChart(request()))
  await waitFor(() => asked)
  await charts.close()
  expect(await failed).toMatchObject({ code: 'aborted' })
  expect(await failureOf(charts.fetchChart(request()))).toMatchObject({ code: 'aborted' })
})
