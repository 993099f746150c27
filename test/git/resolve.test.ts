import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { failureOf, Rig, textsOf } from './opened.ts'

let rig: Rig

beforeEach(() => {
  rig = new Rig()
})

afterEach(() => rig.close())

describe('a local work tree', () => {
  test('is read as committed, not as it lies on disk', async () => {
    rig.origin.commit({ 'a.yaml': 'committed\n' })
    rig.origin.write('a.yaml', 'edited\n')
    rig.origin.write('new.yaml', 'untracked\n')
    expect(await textsOf(await rig.fetched())).toEqual({ 'a.yaml': 'committed\n' })
  })

  test('gives its current branch as the default', async () => {
    rig.origin.commit({ 'a.yaml': 'main\n' })
    rig.origin.git('checkout', '--quiet', '-b', 'work')
    rig.origin.commit({ 'a.yaml': 'work\n' })
    const repository = await rig.fetched()
    expect(await textsOf(repository)).toEqual({ 'a.yaml': 'work\n' })
    expect(await textsOf(repository, 'main')).toEqual({ 'a.yaml': 'main\n' })
  })

  test('on no branch gives the commit that it is at', async () => {
    const first = rig.origin.commit({ 'a.yaml': '1\n' })
    rig.origin.commit({ 'a.yaml': '2\n' })
    rig.origin.git('checkout', '--quiet', '--detach')
    const detached = rig.origin.commit({ 'a.yaml': '3\n' })
    const repository = await rig.fetched()
    expect((await repository.resolve()).commit).toBe(detached)
    expect((await repository.resolve(first)).commit).toBe(first)
  })

  test('without a commit has no default branch, which is said', async () => {
    const repository = await rig.fetched()
    expect(await failureOf(repository.resolve())).toMatchObject({
      code: 'ref-vanished',
      hint: expect.any(String),
    })
  })
})

describe('resolving', () => {
  test('incident 5: a revision is the commit and the tree that it holds', async () => {
    const first = rig.origin.commit({ 'a.yaml': '1\n' })
    const tree = rig.origin.git('rev-parse', `${first}^{tree}`)
    rig.origin.commit({ 'a.yaml': '2\n' })
    const repository = await rig.fetched()
    expect(await repository.resolve(first)).toEqual({ commit: first, tree })
    expect([...(await repository.readTree(first, ''))]).toEqual([
      ['a.yaml', { text: '1\n', blob: rig.origin.git('rev-parse', `${first}:a.yaml`) }],
    ])
  })

  test('branches, tags, annotated tags, full names and version ranges lead to commits', async () => {
    const one = rig.origin.commit({ 'a.yaml': '1\n' })
    rig.origin.git('tag', 'v1.2.0')
    rig.origin.git('tag', '-a', 'v1.10.0', '-m', 'annotated')
    const two = rig.origin.commit({ 'a.yaml': '2\n' })
    rig.origin.git('tag', 'v2.0.0')
    const repository = await rig.fetched()
    for (const [ref, commit] of [
      ['main', two],
      ['refs/heads/main', two],
      ['v1.2.0', one],
      ['v1.10.0', one],
      ['^1.2', one],
      ['>=1', two],
      ['HEAD', two],
    ] as const) {
      expect([ref, (await repository.resolve(ref)).commit]).toEqual([ref, commit])
    }
  })

  test('a branch wins over a tag of the same name', async () => {
    rig.origin.commit({ 'a.yaml': '1\n' })
    rig.origin.git('tag', 'same')
    const branch = rig.origin.commit({ 'a.yaml': '2\n' })
    rig.origin.git('branch', 'same')
    expect((await (await rig.fetched()).resolve('same')).commit).toBe(branch)
  })

  test('an unknown branch is named with the nearest one', async () => {
    rig.origin.commit({ 'a.yaml': '1\n' })
    expect(await failureOf((await rig.fetched()).resolve('mian'))).toMatchObject({
      code: 'ref-vanished',
      hint: 'did you mean main?',
    })
  })

  test('row 19: names that select, climb or are options are refused', async () => {
    rig.origin.commit({ 'a.yaml': '1\n' })
    const repository = await rig.fetched()
    for (const ref of [
      '-x',
      '--all',
      'main~1',
      'main^{tree}',
      'HEAD@{1}',
      ':/change',
      'refs/heads/../../config',
      'a b',
    ]) {
      expect([ref, await failureOf(repository.resolve(ref))]).toMatchObject([ref, { code: 'invalid-ref' }])
    }
    for (const commit of ['main', '--all', 'HEAD', 'abc']) {
      expect(await failureOf(repository.readTree(commit, ''))).toMatchObject({ code: 'invalid-ref' })
    }
  })

  test('incident 34: after a force-push the new tip is read, and a lost commit is lost explicitly', async () => {
    rig.origin.commit({ 'a.yaml': '1\n' })
    const lost = rig.origin.commit({ 'a.yaml': '2\n' })
    const repository = await rig.fetched()
    rig.origin.git('reset', '--quiet', '--hard', 'HEAD~1')
    const tip = rig.origin.commit({ 'a.yaml': '3\n' })
    rig.origin.git('reflog', 'expire', '--expire=now', '--all')
    rig.origin.git('gc', '--quiet', '--prune=now')
    await repository.fetch()
    expect((await repository.resolve('main')).commit).toBe(tip)
    rmSync(join(rig.cacheDir, 'mirror.git'), { recursive: true })
    const anew = await rig.fetched()
    expect(await failureOf(anew.resolve(lost))).toMatchObject({ code: 'commit-lost' })
    expect(await failureOf(anew.readTree(lost, ''))).toMatchObject({ code: 'commit-lost' })
  })
})

describe('a commit', () => {
  test('says its subject, its author without an address, and when it was made', async () => {
    const commit = rig.origin.commit({ 'a.yaml': '1\n' }, 'Größer 😀 مرحبا\n\nThe rest of it.')
    const before = Date.now()
    const repository = await rig.fetched()
    const note = await repository.describe(commit)
    expect(note).toMatchObject({ subject: 'Größer 😀 مرحبا', author: 'Test' })
    expect(Math.abs(Date.parse(note?.at ?? '') - before)).toBeLessThan(60_000)
    expect(await repository.describe(commit)).toEqual(note)
  })

  test('that is not in the mirror says nothing, and neither does one that is no commit', async () => {
    rig.origin.commit({ 'a.yaml': '1\n' })
    const repository = await rig.fetched()
    expect(await repository.describe('0123456789'.repeat(4))).toBeUndefined()
    expect(await failureOf(repository.describe('--all'))).toMatchObject({ code: 'invalid-ref' })
  })

  test('with control characters in its words cannot reach a terminal with them', async () => {
    const commit = rig.origin.commit({ 'a.yaml': '1\n' }, 'red \u001b[31m\u0007 subject')
    const repository = await rig.fetched()
    expect((await repository.describe(commit))?.subject).toBe('red  [31m  subject')
  })
})
