import { type KubeObject, refOf } from '../object/index.ts'
import { rankOf, waveOf } from './rank.ts'

/**
 * The order in which an apply set is applied (engine §5). Each wave is applied whole, and what it defines has to
 * be there (Established, Active) before the next begins: definitions, namespaces and cluster roles; class kinds;
 * quotas, accounts, RBAC, configuration, Services, workloads, custom resources; webhook configurations. Inside
 * a wave the objects stand in this order too. No wave is empty. A class of a custom kind, and a custom resource,
 * may need a definition of an earlier wave; nothing needs a later one.
 */
export function wavesOf(objects: readonly KubeObject[]): KubeObject[][] {
  const ranked = objects
    .map((object) => ({ object, rank: rankOf(refOf(object)) }))
    .sort((a, b) => a.rank - b.rank)
  const waves = new Map<number, KubeObject[]>()
  for (const { object, rank } of ranked) {
    const wave = waves.get(waveOf(rank))
    if (wave === undefined) waves.set(waveOf(rank), [object])
    else wave.push(object)
  }
  return [...waves.values()]
}
