import { isList, isMap, type JsonMap } from '../../core/object/index.ts'
import type { Cluster } from '../clusters/cluster.ts'

const lowestPort = 30_000
const ports = 2_768

/** An address and ports that no Service of the cluster has: what a new one may take. */
export function serviceOffer({ store }: Cluster): { clusterIP: string; nodePorts: number[] } {
  const addresses = new Set<string>()
  const taken = new Set<number>()
  for (const { shape } of store.page('services').objects) {
    const spec = isMap(shape.spec) ? shape.spec : {}
    if (typeof spec.clusterIP === 'string') addresses.add(spec.clusterIP)
    for (const port of isList(spec.ports) ? spec.ports.filter(isMap) : []) take(taken, port)
  }
  let last = 1
  while (addresses.has(addressOf(last))) last += 1
  const nodePorts: number[] = []
  for (let i = 0; i < ports && nodePorts.length < 16; i += 1) {
    if (!taken.has(lowestPort + i)) nodePorts.push(lowestPort + i)
  }
  return { clusterIP: addressOf(last), nodePorts }
}

function take(taken: Set<number>, port: JsonMap): void {
  if (typeof port.nodePort === 'number') taken.add(port.nodePort)
}

/** The addresses of 10.96.0.0/12, the range that kubeadm gives to Services. */
function addressOf(index: number): string {
  return `10.${96 + ((index >> 16) & 15)}.${(index >> 8) & 255}.${index & 255}`
}
