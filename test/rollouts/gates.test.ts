import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Program, startProgram } from '../../tools/kubernetes/index.ts'
import { until } from '../hub/hub-under-test.ts'
import { FourClusters } from './four-clusters.ts'

let four: FourClusters
let prometheus: { url: string; program: Program; folder: string }
beforeAll(async () => {
  prometheus = await startPrometheus()
  four = await FourClusters.create()
  await four.rig.start()
  await four.rig.fleet.commit(four.fleet())
})
afterAll(async () => {
  await four.stop()
  await prometheus.program.stop()
  await rm(prometheus.folder, { recursive: true, force: true })
})

/** A real Prometheus that scrapes itself. */
async function startPrometheus(): Promise<typeof prometheus> {
  const folder = await mkdtemp(join(tmpdir(), 'evenkeel-prometheus-'))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const config = {
    global: { scrape_interval: '1s' },
    scrape_configs: [{ job_name: 'self', static_configs: [{ targets: [`127.0.0.1:${port}`] }] }],
  }
  await writeFile(join(folder, 'prometheus.yml'), JSON.stringify(config))
  const program = startProgram(
    'prometheus',
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    join(folder, 'prometheus.log'),
  )
  await until(
    'Prometheus knows that it is up',
    async () => {
      const answer = await fetch(`${url}/api/v1/query?query=up`).catch(() => undefined)
      return answer === undefined ? '' : await answer.text()
    },
    (text) => text.includes('"1"'),
  )
  return { url, program, folder }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

const stages = (gate: string): string =>
  `, rollout: {stages: [{name: canary, count: 1, gates: [health, ${gate}]}, {name: rest}]}`
const metric = (query: string, max: number): string =>
  `{metric: {prometheus: "${prometheus.url}", query: '${query}', max: ${max}}}`

test('a metric within its bound lets the next stage begin', async () => {
  await four.rig.fleet.commit(four.bundle('good', { one: '1' }, stages(metric('1 - up{job="self"}', 0))))
  const run = await four.run('good', 'is done', ({ state }) => state === 'done')
  expect(run.stages[0]?.gates).toEqual(['health', '1 - up{job="self"} ≤ 0'])
})

test('a metric beyond its bound stops the run, with the value, before any other cluster has the change', async () => {
  await four.rig.fleet.commit(four.bundle('loud', { one: '1' }, stages(metric('up{job="self"} * 7', 3))))
  const run = await four.run('loud', 'stopped', ({ state }) => state === 'stopped')
  expect(run.reason).toBe('gate of stage canary: up{job="self"} * 7 is 7, at most 3')
  expect(await four.live('loud', 'one')).toEqual({ canary: '1', early: '', new: '', old: '' })
})

test('a metric that nobody answers, or that has no value, is not good: the run waits and says why, and can be skipped', async () => {
  const { rig } = four
  const nowhere = `http://127.0.0.1:${await freePort()}`
  await rig.fleet.commit({
    ...four.bundle('empty', { one: '1' }, stages(metric('nothing_is_called_so', 3))),
    ...four.bundle('away', { one: '1' }, stages(`{metric: {prometheus: "${nowhere}", query: up, max: 3}}`)),
  })
  await four.run('empty', 'waits', ({ waits }) => waits[0] === 'nothing_is_called_so: the answer is empty')
  const away = await four.run(
    'away',
    'waits',
    ({ waits }) => waits[0]?.startsWith(`up: no answer from ${nowhere}`) === true,
  )
  expect(away.state).toBe('running')
  expect(await four.live('away', 'one')).toEqual({ canary: '1', early: '', new: '', old: '' })
  expect(await rig.ek('rollout', 'skip', away.id, '--yes')).toMatchObject({ code: 0 })
  await four.run('away', 'is done', ({ state }) => state === 'done')
})

test('a gate in CEL asks about the stage, and waits while it does not hold', async () => {
  const { rig } = four
  await rig.fleet.commit(four.bundle('asked', { one: '1' }, stages('{cel: "stage.healthy >= 1"}')))
  await four.run('asked', 'is done', ({ state }) => state === 'done')
  await rig.fleet.commit(four.bundle('never', { one: '1' }, stages('{cel: "stage.healthy > 5"}')))
  const run = await four.run(
    'never',
    'waits',
    ({ waits }) => waits.length > 0 && waits[0]?.startsWith('gate') === true,
  )
  expect(run.waits).toEqual(['gate stage.healthy > 5: does not hold'])
  const wrong = await rig.fleet.commit(
    four.bundle('wrong', { one: '1' }, stages('{cel: "stages.healthy > 5"}')),
  )
  expect(wrong).toBeDefined()
  const described = await until(
    'the gate is said to be wrong',
    () => rig.ek('describe', 'fleet'),
    ({ stdout }) => stdout.includes('Unknown variable: stages'),
  )
  expect(described.stdout).toContain('did you mean stage?')
})
