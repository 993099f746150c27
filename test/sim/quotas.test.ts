import { afterEach, beforeEach, expect, test } from 'vitest'
import { waitFor } from '../faults/wait-for.ts'
import { SimClient } from './sim-client.ts'
import { type StartedSimulator, startSimulator } from './start-simulator.ts'

let started: StartedSimulator
let client: SimClient

beforeEach(async () => {
  started = await startSimulator({ clusters: [{ name: 'one' }], controllers: ['resource-quotas'] })
  client = new SimClient(started.simulator, 'one')
})
afterEach(async () => {
  client.close()
  await started.close()
  expect(started.failures).toEqual([])
})

const at = '/api/v1/namespaces/default'
const pod = (name: string) => ({
  metadata: { name },
  spec: {
    containers: [{ name: 'a', image: 'a', resources: { requests: { cpu: '50m', memory: '64Mi' } } }],
  },
})

test('a quota is told what pods of its namespace use, and that they are gone', async () => {
  const hard = { pods: '10', 'requests.cpu': '4', 'requests.memory': '8Gi', 'count/widgets.example.com': '1' }
  await client.ask(`${at}/resourcequotas`, {
    method: 'POST',
    body: { metadata: { name: 'team' }, spec: { hard } },
  })
  const used = async () => {
    const { body } = await client.ask(`${at}/resourcequotas/team`)
    return JSON.stringify((body as { status?: { used?: object } }).status?.used ?? {})
  }
  const told = (wanted: object) =>
    waitFor(async () => ((await used()) === JSON.stringify(wanted) ? true : undefined))
  await told({ pods: '0', 'requests.cpu': '0', 'requests.memory': '0' })
  for (const name of ['a', 'b']) await client.ask(`${at}/pods`, { method: 'POST', body: pod(name) })
  await told({ pods: '2', 'requests.cpu': '100m', 'requests.memory': '128Mi' })
  await client.ask(`${at}/pods/a?gracePeriodSeconds=0`, { method: 'DELETE' })
  await told({ pods: '1', 'requests.cpu': '50m', 'requests.memory': '64Mi' })
})
