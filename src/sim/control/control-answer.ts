import { isMap } from '../../core/object/index.ts'
import { readFaultPlan } from '../faults/index.ts'
import { type Answer, type Incoming, pageNotFound } from '../http/answer.ts'
import type { SimulatedCluster } from '../clusters/simulated-cluster.ts'
import type { Simulator } from '../simulator.ts'

/**
 * Answers what a demonstration or a test asks of the simulator itself, below `/sim/`:
 *
 * - `GET /sim/clusters`: names, revisions and open watches;
 * - `PUT /sim/clusters/NAME/faults`: what is wrong with the cluster from now on (`FaultPlan`);
 * - `POST /sim/clusters/NAME/drop-watches`, `…/compact`: once;
 * - `POST /sim/clusters/NAME/back-up`, `…/restore`: keeps what it holds, and goes back to that, revisions too;
 * - `PUT /sim/clusters/NAME/demand`: how many replicas the load asks for, by `namespace/name` of an autoscaler;
 * - `GET /sim/clusters/NAME/audit`: the latest audit events;
 * - `POST /sim/cut`: breaks every connection.
 */
export async function controlAnswer(simulator: Simulator, incoming: Incoming): Promise<Answer> {
  const [, , what = '', name = '', action = ''] = incoming.path.split('/')
  if (what === 'cut' && incoming.method === 'POST') {
    // After this answer has left.
    setImmediate(() => simulator.cutConnections())
    return done
  }
  if (what !== 'clusters') return pageNotFound
  if (name === '')
    return { code: 200, body: { clusters: simulator.names.map((one) => stateOf(simulator.cluster(one))) } }
  if (!simulator.names.includes(name)) return pageNotFound
  return clusterControl(simulator.cluster(name), action, incoming)
}

const done: Answer = { code: 200, body: { done: true } }

function clusterControl(one: SimulatedCluster, action: string, { method, body }: Incoming): Answer {
  const { cluster, faults, audit } = one
  const address = `${method} ${action}`
  switch (address) {
    case 'GET ':
      return { code: 200, body: stateOf(one) }
    case 'GET audit':
      return {
        code: 200,
        body: { kind: 'EventList', apiVersion: 'audit.k8s.io/v1', metadata: {}, items: audit.events },
      }
    case 'PUT faults': {
      const plan = readFaultPlan(parsed(body))
      if (typeof plan === 'string') return { code: 400, body: { error: plan } }
      faults.set(plan)
      return { code: 200, body: stateOf(one) }
    }
    case 'PUT demand': {
      const demand = parsed(body)
      if (!isMap(demand)) return { code: 400, body: { error: 'demand: wanted an object' } }
      for (const [key, replicas] of Object.entries(demand)) cluster.demand.set(key, Number(replicas))
      return done
    }
    case 'POST drop-watches':
      faults.dropWatches()
      return done
    case 'POST compact':
      cluster.store.compact()
      return done
    case 'POST back-up':
      one.backUp()
      return done
    case 'POST restore':
      return one.restore() ? done : { code: 409, body: { error: `${cluster.name}: was never backed up` } }
    default:
      return pageNotFound
  }
}

function stateOf({ cluster, faults }: SimulatedCluster) {
  return {
    name: cluster.name,
    version: cluster.profile,
    revision: cluster.store.revision,
    watches: faults.watches,
    faults: { ...faults.plan },
  }
}

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'))
  } catch {
    return undefined
  }
}
