import { expect, test } from 'vitest'
import { eachOnClusters } from './hub-on-clusters.ts'
import { until } from './hub-under-test.ts'

const stage = eachOnClusters()

test('a heal of two clusters is a job with a row for each, which is kept over a restart of the hub', async () => {
  const s = stage()
  const revision = await s.fleet.commit(s.files())
  let client = await s.start()
  await s.inSync(client, revision)
  const patch = JSON.stringify({ data: { value: 'changed' } })
  for (const server of Object.values(s.servers))
    await server.mustKubectl('alice', ['patch', 'cm', 'one', '-n', s.namespace, '-p', patch])
  await until(
    'both differ',
    () => client.drift({ query: {} }),
    ({ items }) => items.length === 2,
  )
  const preview = await client.previewHeal({ body: { clusters: ['new', 'old'] } })
  const targets = preview.targets.map(({ identity, objects }) => ({
    cluster: identity.cluster,
    clusterId: identity.clusterId ?? '',
    keys: objects.map(({ key }) => key),
  }))
  const given = { confirm: '2', reason: 'INC-2' }
  await expect(client.healJob({ body: { targets, yes: true } })).rejects.toMatchObject({
    code: 'confirmation-needed',
  })
  const [first, ...others] = targets
  if (first === undefined) throw new Error('there are two targets')
  const wrong = [{ ...first, clusterId: 'another' }, ...others]
  await expect(client.healJob({ body: { targets: wrong, ...given } })).rejects.toMatchObject({
    code: 'wrong-cluster',
  })
  expect((await client.jobs({ query: {} })).items).toEqual([])
  const ended = (job: string) =>
    until(
      'the job has ended',
      () => client.job({ params: { job } }),
      ({ endedAt }) => endedAt !== undefined,
    )
  const healed = await client.healJob({ body: { targets, ...given } })
  expect(await ended(healed.id)).toMatchObject({
    state: 'done',
    reason: 'INC-2',
    bundles: [s.bundle],
    counts: { total: 2, done: 2, failed: 0 },
  })
  for (const server of Object.values(s.servers)) expect(await s.value(server, 'one')).toBe('1')

  const look = await client.reconcileJob({ body: { clusters: ['new', 'old'], bundle: s.bundle } })
  expect(await ended(look.id)).toMatchObject({ kind: 'reconcile', counts: { total: 2, done: 2 } })
  const { items } = await client.jobRows({ params: { job: look.id }, query: {} })
  expect(items.map(({ cluster, results }) => [cluster, results])).toEqual([
    ['new', [{ bundle: s.bundle, outcome: 'in-sync' }]],
    ['old', [{ bundle: s.bundle, outcome: 'in-sync' }]],
  ])
  await expect(client.cancelJob({ params: { job: look.id } })).rejects.toMatchObject({ code: 'changed' })

  const before = await client.jobs({ query: {} })
  await s.hub?.running.stop()
  client = await s.start()
  expect((await client.jobs({ query: {} })).items.map(({ id }) => id)).toEqual([look.id, healed.id])
  expect(await client.jobs({ query: {} })).toEqual(before)
  await expect(client.job({ params: { job: 'j-none' } })).rejects.toMatchObject({ code: 'not-found' })
})
