import { setTimeout as sleep } from 'node:timers/promises'
import { changing, type DeletionPlan, Evidence, ours } from './evidence.ts'
import { canary, clusterNames, filesOf } from './fleet-state.ts'
import { judge, judgeEnd, type Violation } from './oracle.ts'
import { type Act, scheduleOf } from './schedule.ts'
import { type Kubernetes, NemesisStage } from './stage.ts'

export interface RunOutcome {
  readonly seed: number
  readonly seconds: number
  /** How often each act was done. */
  readonly acts: Readonly<Record<string, number>>
  readonly deletions: number
  readonly requests: number
  readonly violations: readonly Violation[]
  readonly evidence: Evidence
}

const settleMs = 30_000
/** After the last fault everything has to stand as declared within so long. */
const convergeMs = 120_000
const steadyMs = 5_000

/** Plays the schedule of a seed against a built program, and judges what was seen. */
export async function runSeed(kubernetes: Kubernetes, program: string, seed: number): Promise<RunOutcome> {
  const began = performance.now()
  const evidence = new Evidence()
  const stage = await NemesisStage.start(kubernetes, { program, seed, evidence })
  const run = new Run(stage, evidence)
  const violations: Violation[] = []
  const acts: Record<string, number> = {}
  try {
    for (const { after, act } of scheduleOf(seed)) {
      await run.watched(sleep(after))
      acts[act.act] = (acts[act.act] ?? 0) + 1
      await run.watched(run.carryOut(act))
    }
    violations.push(...(await run.end()))
  } finally {
    await run.close()
  }
  violations.push(...judge(evidence))
  for (const failure of stage.failures)
    violations.push({ invariant: 0, message: `the simulator: ${failure}` })
  return {
    seed,
    seconds: Math.round((performance.now() - began) / 1_000),
    acts,
    deletions: evidence.seen.filter(({ user, verb, done }) => user === ours && verb === 'delete' && done)
      .length,
    requests: evidence.seen.length,
    violations,
    evidence,
  }
}

class Run {
  readonly #stage: NemesisStage
  readonly #evidence: Evidence
  #endOld: (() => Promise<void>) | undefined
  #killAt: number | undefined
  #killed: Promise<void> | undefined

  constructor(stage: NemesisStage, evidence: Evidence) {
    this.#stage = stage
    this.#evidence = evidence
    for (const name of clusterNames) {
      stage.simulator.cluster(name).audit.subscribe(() => this.#countWrite())
    }
  }

  /** Looks at what the hub says while something takes its time. */
  async watched<Value>(work: Promise<Value>): Promise<Value> {
    let over = false
    const done = work.finally(() => {
      over = true
    })
    while (!over) {
      await this.#look()
      await Promise.race([sleep(300), done.catch(() => undefined)])
    }
    return await done
  }

  async carryOut(act: Act): Promise<void> {
    const { simulator } = this.#stage
    switch (act.act) {
      case 'commit':
        return await this.#commit(act)
      case 'edit':
      case 'remove': {
        const { cluster, bundle, name } = act
        const resource = name === 'password' ? 'secrets' : 'configmaps'
        const path = `/api/v1/namespaces/${bundle}/${resource}/${name}`
        const value = name === 'password' ? Buffer.from(`${canary} by hand`).toString('base64') : 'by hand'
        if (act.act === 'edit') return await this.#stage.person(cluster, 'PATCH', path, { data: { value } })
        return await this.#stage.person(cluster, 'DELETE', path)
      }
      case 'faults':
        return this.#setFaults(act.cluster, act.plan)
      case 'mend':
        this.#setFaults(act.cluster, {})
        // What was half open does not begin to speak again.
        return simulator.cluster(act.cluster).faults.dropWatches()
      case 'drop-watches':
        return simulator.cluster(act.cluster).faults.dropWatches()
      case 'compact':
        return simulator.cluster(act.cluster).cluster.store.compact()
      case 'back-up':
        return simulator.cluster(act.cluster).backUp()
      case 'restore':
        simulator.cluster(act.cluster).restore()
        return void this.#evidence.restores.push({ order: this.#evidence.next(), cluster: act.cluster })
      case 'cut':
        return simulator.cutConnections()
      case 'kill':
        await this.#killed
        if (this.#stage.hub.running) await this.#kill()
        this.#killAt = undefined
        return await this.#stage.startHub()
      case 'kill-renderers':
        if (this.#stage.hub.running) process.kill(this.#stage.hub.pid, 'SIGUSR2')
        return
      case 'kill-at-write':
        this.#killAt = act.writes
        return
      case 'two-leaders':
        return await this.#twoLeaders()
      case 'one-leader':
        await this.#endOld?.()
        this.#endOld = undefined
        return
      case 'look-again':
        return void (await this.#stage.client.reconcile({ body: {} }).catch(() => undefined))
      case 'settle':
        return void (await this.#settled(settleMs, false))
      case 'pause':
        await sleep(act.ms)
    }
  }

  /** Nothing goes wrong any more: everything has to come to what is declared, and stay there. */
  async end(): Promise<Violation[]> {
    for (const cluster of clusterNames) await this.carryOut({ act: 'mend', cluster })
    await this.#killed
    if (!this.#stage.hub.running) await this.carryOut({ act: 'kill' })
    const open = await this.watched(this.#settled(convergeMs, true))
    const violations: Violation[] = []
    // What stands in the clusters is looked at all the same: it says what is not as it should be, and not only that.
    if (open === undefined) await this.#stayFor(steadyMs)
    else violations.push({ invariant: 4, message: `never in sync again: ${open}` })
    for (const cluster of clusterNames) {
      const { live, parents } = await this.#stage.objects(cluster)
      violations.push(...judgeEnd(this.#evidence, cluster, live, parents))
    }
    this.#evidence.plans = await this.#plans()
    const { client } = this.#stage
    const answers = [await client.drift({ query: {} }), await client.events({ query: {} })]
    this.#evidence.texts.set('the answers of the hub', JSON.stringify([...answers, this.#evidence.plans]))
    return violations
  }

  async #stayFor(ms: number): Promise<void> {
    await this.watched(sleep(1_500))
    const from = this.#evidence.next()
    await this.carryOut({ act: 'look-again' })
    await this.watched(sleep(ms))
    this.#evidence.steady = { from, to: this.#evidence.next() }
  }

  async close(): Promise<void> {
    for (const cluster of clusterNames) this.#stage.simulator.cluster(cluster).faults.set({})
    await this.#endOld?.()
    await this.#stage.close()
  }

  async #commit({ state, force }: Extract<Act, { act: 'commit' }>): Promise<void> {
    const { fleet } = this.#stage
    const first = this.#evidence.heads.length === 0
    if (!first) {
      if (force) fleet.git('reset', '--hard', '--quiet', this.#evidence.heads[0]?.revision ?? '')
      fleet.git('rm', '-r', '--quiet', '.')
    }
    const revision = await fleet.commit(filesOf(state))
    this.#evidence.heads.push({ order: this.#evidence.next(), revision, state })
    if (first) await this.#stage.startHub()
  }

  #setFaults(cluster: string, plan: Extract<Act, { act: 'faults' }>['plan']): void {
    this.#stage.simulator.cluster(cluster).faults.set(plan)
    this.#evidence.faults.push({ order: this.#evidence.next(), ms: performance.now(), cluster, plan })
  }

  async #twoLeaders(): Promise<void> {
    const pid = this.#stage.hub.pid
    this.#endOld = await this.#stage.twoLeaders()
    await this.#settled(settleMs, false)
    process.kill(pid, 'SIGCONT')
  }

  #countWrite(): void {
    const last = this.#evidence.seen.at(-1)
    if (this.#killAt === undefined || last?.user !== ours || !last.done || !changing.has(last.verb)) return
    this.#killAt -= 1
    if (this.#killAt > 0) return
    this.#killAt = undefined
    this.#killed = this.#kill()
  }

  async #kill(): Promise<void> {
    this.#evidence.kills += 1
    await this.#stage.killHub()
  }

  /** Waits until everything is in sync at the head. Answers what is not when that does not come. */
  async #settled(within: number, approve: boolean): Promise<string | undefined> {
    const deadline = performance.now() + within
    for (;;) {
      const head = this.#evidence.heads.at(-1)
      const open = await this.#open(head?.revision ?? '').catch((error: unknown) => [String(error)])
      if (open.length === 0) return undefined
      if (performance.now() > deadline) return open.join('; ')
      // Nobody approves before the end.
      if (!approve && open.every((one) => one.includes('waits for approval'))) return undefined
      if (approve) await this.#approve().catch(() => undefined)
      await sleep(300)
    }
  }

  async #open(revision: string): Promise<string[]> {
    const open: string[] = []
    for (const bundle of ['shop', 'keys']) {
      const { placed } = await this.#stage.client.bundle({ params: { bundle } })
      if (placed.length < clusterNames.length) open.push(`${bundle} is not placed`)
      for (const one of placed) {
        if (one.state === 'in-sync' && one.applied?.revision === revision) continue
        open.push(
          `${one.cluster} ${bundle}: ${one.state} ${one.phase} ${one.reason ?? ''} at ${one.applied?.revision.slice(0, 12) ?? 'nothing'}`,
        )
      }
    }
    return open
  }

  async #approve(): Promise<void> {
    const { client } = this.#stage
    const { items } = await client.plans({ query: { state: ['waiting'] } })
    for (const { id } of items) await client.approve({ params: { plan: id }, body: { yes: true } })
  }

  async #plans(): Promise<DeletionPlan[]> {
    const { client } = this.#stage
    const { items } = await client.plans({
      query: {
        limit: 1000,
        state: ['waiting', 'approved', 'automatic', 'rejected', 'executed', 'failed', 'superseded'],
      },
    })
    const deleting = items.filter(({ actions }) => (actions.delete ?? 0) > 0)
    return await Promise.all(
      deleting.map(async ({ id, identity, revision, decidedBy, createdAt }): Promise<DeletionPlan> => {
        const plan = await client.plan({ params: { plan: id } })
        return {
          cluster: identity.cluster,
          revision,
          uids: plan.items.flatMap(({ action, uid }) =>
            action === 'delete' && uid !== undefined ? [uid] : [],
          ),
          approved: decidedBy !== undefined,
          createdMs: Date.parse(createdAt),
        }
      }),
    )
  }

  /** What the hub says now; nothing while it is not there. */
  async #look(): Promise<void> {
    if (this.#evidence.heads.length === 0) return
    for (const name of ['shop', 'keys']) {
      const asked = { order: this.#evidence.next(), ms: performance.now() }
      try {
        const { placed } = await this.#stage.client.bundle({ params: { bundle: name } })
        const order = this.#evidence.next()
        for (const { cluster, bundle, state, applied, desired } of placed)
          this.#evidence.told.push({
            asked,
            order,
            cluster,
            bundle,
            state,
            revision: applied?.revision,
            desired,
          })
      } catch {
        // Killed, paused, or not started yet.
      }
    }
  }
}
