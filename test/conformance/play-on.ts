import { randomBytes } from 'node:crypto'
import type { Case } from './case.ts'
import type { Side } from './side.ts'
import { Stage } from './stage.ts'
import type { Played } from './verdict.ts'

/** Puts a case on at two servers at once, in a namespace of its own with the same name on both. */
export async function playOn(one: Case, real: Side, other: Side): Promise<Played> {
  const name = `c-${randomBytes(4).toString('hex')}`
  const play = async (side: Side) => {
    const stage = new Stage(side, name)
    const body = JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
    await side.request({ method: 'POST', path: '/api/v1/namespaces', contentType: 'application/json', body })
    await one.play(stage)
    return stage.steps
  }
  const [first, second] = await Promise.all([play(real), play(other)])
  return { real: first, other: second }
}
