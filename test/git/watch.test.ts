import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { GitRepository, RepositoryState } from '../../src/git/index.ts'
import { failureOf, Rig } from './opened.ts'

let rig: Rig

beforeEach(() => {
  rig = new Rig()
})

afterEach(() => rig.close())

describe('watching', () => {
  interface Seen {
    readonly states: RepositoryState[]
    readonly watch: ReturnType<GitRepository['watch']>
  }

  async function watching(ref?: string): Promise<Seen> {
    const repository = await rig.open()
    const states: RepositoryState[] = []
    const watch = repository.watch({
      ...(ref === undefined ? {} : { ref }),
      intervalMs: 3_600_000,
      onState: (state) => states.push(state),
    })
    await watch.look()
    return { states, watch }
  }

  test('a commit is seen by a look, and a look that finds nothing new says nothing', async () => {
    const first = rig.origin.commit({ 'a.yaml': '1\n' })
    const { states, watch } = await watching('main')
    await watch.look()
    const second = rig.origin.commit({ 'a.yaml': '2\n' })
    await watch.look()
    expect(states).toMatchObject([
      { kind: 'ok', revision: { commit: first } },
      { kind: 'ok', revision: { commit: second } },
    ])
  })

  test('incident 36: without any hint a commit is seen within the interval', async () => {
    rig.origin.commit({ 'a.yaml': '1\n' })
    const repository = await rig.open()
    const commits: string[] = []
    repository.watch({
      intervalMs: 20,
      onState: (state) => {
        if (state.kind === 'ok') commits.push(state.revision.commit)
      },
    })
    await vi.waitFor(() => expect(commits).toHaveLength(1), { timeout: 20_000 })
    const second = rig.origin.commit({ 'a.yaml': '2\n' })
    await vi.waitFor(() => expect(commits).toContain(second), { timeout: 20_000 })
  })

  test('incident 34: a force-push is told apart from a commit, with the old tip', async () => {
    rig.origin.commit({ 'a.yaml': '1\n' })
    const old = rig.origin.commit({ 'a.yaml': '2\n' })
    const { states, watch } = await watching('main')
    rig.origin.git('reset', '--quiet', '--hard', 'HEAD~1')
    const tip = rig.origin.commit({ 'a.yaml': '3\n' })
    await watch.look()
    await watch.look()
    const next = rig.origin.commit({ 'a.yaml': '4\n' })
    await watch.look()
    expect(states).toMatchObject([
      { kind: 'ok' },
      { kind: 'force-pushed', old, revision: { commit: tip } },
      { kind: 'ok', revision: { commit: next } },
    ])
  })

  test('a branch that goes back to an earlier commit is a force-push', async () => {
    const first = rig.origin.commit({ 'a.yaml': '1\n' })
    const old = rig.origin.commit({ 'a.yaml': '2\n' })
    const { states, watch } = await watching('main')
    rig.origin.git('reset', '--quiet', '--hard', 'HEAD~1')
    await watch.look()
    expect(states.at(-1)).toMatchObject({ kind: 'force-pushed', old, revision: { commit: first } })
  })

  test('a branch that vanishes keeps what was last seen, and its return is seen', async () => {
    rig.origin.commit({ 'a.yaml': '1\n' })
    rig.origin.git('branch', 'live')
    const { states, watch } = await watching('live')
    const last = rig.origin.git('rev-parse', 'live')
    rig.origin.git('branch', '-D', 'live')
    await watch.look()
    rig.origin.git('branch', 'live')
    await watch.look()
    expect(states).toMatchObject([
      { kind: 'ok' },
      { kind: 'ref-vanished', ref: 'live', last: { commit: last } },
      { kind: 'ok', revision: { commit: last } },
    ])
  })

  test('a repository that disappears is unreachable since then, with what was last seen', async () => {
    const commit = rig.origin.commit({ 'a.yaml': '1\n' })
    const { states, watch } = await watching()
    rig.origin.remove()
    await watch.look()
    const since = states.at(-1)
    await watch.look()
    expect(states).toMatchObject([
      { kind: 'ok' },
      { kind: 'unreachable', failure: { code: 'no-repository' }, last: { commit } },
    ])
    expect(watch.state).toMatchObject({
      kind: 'unreachable',
      since: since?.kind === 'unreachable' ? since.since : -1,
    })
  })

  test('a look asked for during a look sees what came in between', async () => {
    rig.origin.commit({ 'a.yaml': '1\n' })
    const { watch } = await watching('main')
    const running = watch.look()
    const commit = rig.origin.commit({ 'a.yaml': '2\n' })
    const state = await watch.look()
    await running
    expect(state).toMatchObject({ revision: { commit } })
  })

  test('closing ends every watch and every git, and what is asked afterwards fails', async () => {
    rig.origin.commit({ 'a.yaml': '1\n' })
    const repository = await rig.open()
    const states: RepositoryState[] = []
    repository.watch({ intervalMs: 5, onState: (state) => states.push(state) })
    await vi.waitFor(() => expect(states).toHaveLength(1), { timeout: 20_000 })
    await repository.close()
    rig.origin.commit({ 'a.yaml': '2\n' })
    expect(await failureOf(repository.fetch())).toMatchObject({ code: 'aborted' })
    expect(states).toHaveLength(1)
  })
})
