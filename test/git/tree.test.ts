import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { failureOf, Rig, textsOf } from './opened.ts'

let rig: Rig

beforeEach(() => {
  rig = new Rig()
})

afterEach(() => rig.close())

describe('reading a tree', () => {
  test('gives the files below a path by their path in the repository, also of a single file', async () => {
    rig.origin.commit({
      'apps/web/a.yaml': 'a\n',
      'apps/web/sub/b.yaml': 'b\n',
      'apps/webhook/c.yaml': 'c\n',
      'top.yaml': 't\n',
    })
    const repository = await rig.fetched()
    expect(await textsOf(repository, 'main', 'apps/web')).toEqual({
      'apps/web/a.yaml': 'a\n',
      'apps/web/sub/b.yaml': 'b\n',
    })
    expect(await textsOf(repository, 'main', './apps/web/')).toHaveProperty(['apps/web/a.yaml'])
    expect(await textsOf(repository, 'main', 'apps/web/a.yaml')).toEqual({ 'apps/web/a.yaml': 'a\n' })
    expect(Object.keys(await textsOf(repository, 'main', ''))).toHaveLength(4)
  })

  test('names with spaces, quotes, stars and other alphabets are names like any other', async () => {
    const files = {
      'a b/*.yaml': '1\n',
      'a b/x".yaml': '2\n',
      'a b/ä😀.yaml': '3\n',
      'a b/[x]/y.yaml': '4\n',
    }
    rig.origin.commit({ ...files, 'a c/z.yaml': 'no\n' })
    const repository = await rig.fetched()
    expect(await textsOf(repository, 'main', 'a b')).toEqual(files)
    expect(await textsOf(repository, 'main', 'a b/[x]')).toEqual({ 'a b/[x]/y.yaml': '4\n' })
    expect(await failureOf(textsOf(repository, 'main', 'a ?'))).toMatchObject({ code: 'path-gone' })
  })

  test('incident 2: a path that is gone is a failure, never an empty source', async () => {
    rig.origin.commit({ 'apps/web/a.yaml': 'a\n', 'b.yaml': 'b\n' })
    const repository = await rig.fetched()
    rig.origin.git('rm', '-rq', 'apps')
    rig.origin.commit()
    await repository.fetch()
    expect(await failureOf(textsOf(repository, 'main', 'apps/web'))).toMatchObject({
      code: 'path-gone',
      message: expect.stringContaining('there is no apps/web in commit'),
    })
  })

  test('rows 1 and 2: paths that leave the repository are refused unread', async () => {
    rig.origin.commit({ 'a.yaml': 'a\n' })
    const repository = await rig.fetched()
    const { commit } = await repository.resolve()
    for (const path of [
      '../../etc/passwd',
      '/etc/passwd',
      'file:///etc/passwd',
      'http:../x',
      '.git/config',
      'a\0b',
    ]) {
      expect([path, await failureOf(repository.readTree(commit, path))]).toMatchObject([
        path,
        { code: 'invalid-path' },
      ])
    }
  })

  test('row 3: a symbolic link anywhere below the path refuses it, and the error holds no bytes of the target', async () => {
    const secret = join(rig.cacheDir, 'secret.txt')
    writeFileSync(secret, 'canary-5d41')
    rig.origin.commit({ 'apps/web/a.yaml': 'a\n', 'apps/ok/b.yaml': 'b\n' })
    rig.origin.link('apps/web/values.yaml', secret)
    rig.origin.commit()
    const repository = await rig.fetched()
    const failure = await failureOf(textsOf(repository, 'main', 'apps/web'))
    expect(failure).toMatchObject({
      code: 'unsafe-tree',
      message: expect.stringContaining('apps/web/values.yaml is a symbolic link'),
    })
    expect(JSON.stringify(failure) + String(failure)).not.toContain('canary')
    expect(await textsOf(repository, 'main', 'apps/ok')).toEqual({ 'apps/ok/b.yaml': 'b\n' })
    expect(await failureOf(textsOf(repository, 'main', 'apps/web/values.yaml'))).toMatchObject({
      code: 'unsafe-tree',
    })
  })

  test('row 3: a folder behind a symbolic link is not reached', async () => {
    rig.origin.commit({ 'real/a.yaml': 'a\n' })
    rig.origin.link('linked', 'real')
    rig.origin.commit()
    expect(await failureOf(textsOf(await rig.fetched(), 'main', 'linked/a.yaml'))).toMatchObject({
      code: 'path-gone',
    })
  })

  test('row 18: names such as .git and .., as no work tree could hold them, refuse the path', async () => {
    const id = rig.origin.blob('x\n')
    for (const name of ['.git', '..', '.GIT', 'git~1', '.g\u200cit']) {
      rig.origin.commitTree([
        { mode: '100644', name, id },
        { mode: '100644', name: 'a.yaml', id },
      ])
      const repository = await rig.open()
      // git itself may refuse to take such a tree; if it does not, we refuse to read it.
      const failure = await failureOf(repository.fetch().then(() => textsOf(repository)))
      expect([name, failure]).toMatchObject([
        name,
        { code: expect.stringMatching(/unsafe-tree|git-failed|corrupt/) },
      ])
    }
  })

  test('row 18: a submodule refuses the path and is not fetched', async () => {
    rig.origin.commitTree([
      { mode: '160000', name: 'sub', id: '1'.repeat(40), type: 'commit' },
      {
        mode: '100644',
        name: '.gitmodules',
        id: rig.origin.blob('[submodule "sub"]\n\tpath = sub\n\turl = --upload-pack=touch\n'),
      },
    ])
    expect(await failureOf(textsOf(await rig.fetched()))).toMatchObject({
      code: 'unsafe-tree',
      message: expect.stringContaining('sub is a submodule'),
    })
  })

  test('row 18: hooks, filters and configuration of the repository run nothing', async () => {
    const touched = join(rig.cacheDir, 'touched')
    rig.origin.commit({
      '.gitattributes': '*.yaml filter=evil diff=evil\n',
      'a.yaml': 'a\n',
    })
    rig.origin.git('config', 'filter.evil.smudge', `touch ${touched}`)
    rig.origin.git('config', 'filter.evil.clean', `touch ${touched}`)
    rig.origin.git('config', 'uploadpack.packObjectsHook', `touch ${touched}; exec "$@"`)
    rig.origin.git('config', 'core.fsmonitor', `touch ${touched}`)
    for (const hook of [
      'post-checkout',
      'post-merge',
      'pre-auto-gc',
      'reference-transaction',
      'post-update',
    ]) {
      writeFileSync(join(rig.origin.folder, '.git', 'hooks', hook), `#!/bin/sh\ntouch ${touched}\n`, {
        mode: 0o755,
      })
    }
    expect(await textsOf(await rig.fetched())).toHaveProperty(['a.yaml'], 'a\n')
    expect(existsSync(touched)).toBe(false)
    expect(existsSync(join(rig.cacheDir, 'mirror.git', 'hooks'))).toBe(false)
  })

  test('row 5: folders nested without end, many files and many bytes are refused by number', async () => {
    rig.origin.commit({ [`${'d/'.repeat(100)}a.yaml`]: 'a\n', 'many/1.yaml': '1\n', 'many/2.yaml': '22\n' })
    const repository = await rig.fetched()
    const { commit } = await repository.resolve()
    expect(await failureOf(repository.readTree(commit, ''))).toMatchObject({ code: 'too-large' })
    expect(await failureOf(repository.readTree(commit, 'many', { limits: { files: 1 } }))).toMatchObject({
      code: 'too-large',
      message: expect.stringContaining('2 files, at most 1'),
    })
    expect(await failureOf(repository.readTree(commit, 'many', { limits: { bytes: 4 } }))).toMatchObject({
      code: 'too-large',
    })
  })

  test('only selected files are read; one that is no text is named', async () => {
    rig.origin.write('logo.png', Uint8Array.from([0x89, 0x50, 0xff, 0x00]))
    rig.origin.commit({ 'a.yaml': 'a\n' })
    const repository = await rig.fetched()
    const { commit } = await repository.resolve()
    const select = (path: string): boolean => path.endsWith('.yaml')
    expect([...(await repository.readTree(commit, '', { select })).keys()]).toEqual(['a.yaml'])
    expect(await repository.listFiles(commit, '')).toEqual(['a.yaml', 'logo.png'])
    expect(await failureOf(repository.readTree(commit, ''))).toMatchObject({
      code: 'not-text',
      message: expect.stringContaining('logo.png'),
    })
  })
})
