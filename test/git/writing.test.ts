import { fork } from 'node:child_process'
import { chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Change, GitSecret, OpenOptions, Pushed } from '../../src/git/index.ts'
import { waitFor } from '../faults/wait-for.ts'
import { failureOf, Rig } from './opened.ts'
import { serveHttps, serveSsh, sshd } from './servers.ts'

const program = join(import.meta.dirname, 'writing-process.ts')
const author = { name: 'Alice', email: 'alice@example.com' }

let rig: Rig
const closing: (() => Promise<void>)[] = []

beforeEach(() => {
  rig = new Rig()
  // The work tree of the test is what a bare repository would be at a server: pushing does not touch its files.
  rig.origin.git('config', 'receive.denyCurrentBranch', 'ignore')
  rig.origin.git('config', 'http.receivepack', 'true')
  rig.origin.commit({ 'log.txt': 'first\n', 'apps/a.yaml': 'a: 1\n', 'run.sh': '#!/bin/sh\n' })
})

afterEach(async () => {
  await rig.close()
  await Promise.all(closing.splice(0).map((close) => close()))
})

const change = (more: Partial<Change> = {}): Change => ({
  intent: 'retrofit-1',
  branch: 'main',
  edit: async () => new Map([['apps/a.yaml', 'a: 2\n']]),
  message: 'Write back a',
  author,
  ...more,
})

const atServer = (path: string, ref = 'main'): string => rig.origin.git('show', `${ref}:${path}`)
const commits = (ref = 'main'): string[] => rig.origin.git('log', '--format=%s', ref).split('\n')

describe('a change', () => {
  test('becomes one commit of its author onto what is there, and the other files stay as they are', async () => {
    rig.origin.git('update-index', '--chmod=+x', 'run.sh')
    rig.origin.git('commit', '--quiet', '-m', 'run it')
    const repository = await rig.open()
    const before = rig.origin.git('rev-parse', 'main')
    const edit = async () =>
      new Map([
        ['apps/a.yaml', 'a: 2\n'],
        ['apps/b c.yaml', 'ü\n'],
        ['log.txt', undefined],
        ['run.sh', '#!/bin/sh\ntrue\n'],
      ] as const)
    const { commit, isNew } = await repository.push(change({ edit }))
    expect(isNew).toBe(true)
    expect(rig.origin.git('rev-parse', 'main')).toBe(commit)
    expect(rig.origin.git('rev-parse', 'main^')).toBe(before)
    expect(rig.origin.git('log', '-1', '--format=%an <%ae> %cn', 'main')).toBe(
      'Alice <alice@example.com> Alice',
    )
    expect(rig.origin.git('log', '-1', '--format=%B', 'main')).toBe(
      'Write back a\n\nEvenkeel-Intent: retrofit-1',
    )
    const tree = rig.origin.git(
      '-c',
      'core.quotePath=false',
      'ls-tree',
      '-r',
      '--format=%(objectmode) %(path)',
      'main',
    )
    expect(tree.split('\n')).toEqual(['100644 apps/a.yaml', '100644 apps/b c.yaml', '100755 run.sh'])
    expect(atServer('apps/a.yaml')).toBe('a: 2')
  })

  test('may go onto a branch of its own, which is made and then moved on', async () => {
    const repository = await rig.open()
    const own = { branch: 'evenkeel/retrofit-1', from: 'main' }
    await repository.push(change(own))
    expect(atServer('apps/a.yaml', own.branch)).toBe('a: 2')
    expect(atServer('apps/a.yaml')).toBe('a: 1')
    await repository.push(
      change({ ...own, intent: 'retrofit-2', edit: async () => new Map([['b.yaml', 'b\n']]) }),
    )
    expect(commits(own.branch)).toHaveLength(3)
  })

  test('that is there already makes no commit', async () => {
    const repository = await rig.open()
    const { isNew } = await repository.push(
      change({ edit: async () => new Map([['apps/a.yaml', 'a: 1\n']]) }),
    )
    expect([isNew, commits()]).toEqual([false, ['change']])
  })

  test('is refused where it would leave the repository, or write over what is no plain file', async () => {
    rig.origin.link('linked.yaml', 'apps/a.yaml')
    rig.origin.commit()
    const repository = await rig.open()
    const paths = ['../x', '/etc/x', '.git/config', 'a//b', '', 'apps/../../x', 'linked.yaml', 'apps']
    for (const path of paths) {
      const edit = async () => new Map([[path, 'x\n']])
      const code = path === 'linked.yaml' || path === 'apps' ? 'unsafe-tree' : 'invalid-path'
      expect(await failureOf(repository.push(change({ edit }))), path).toMatchObject({ code })
    }
    for (const branch of ['--mirror', 'refs/heads/main', 'a..b', 'x y']) {
      expect(await failureOf(repository.push(change({ branch }))), branch).toMatchObject({
        code: 'invalid-ref',
      })
    }
    expect(await failureOf(repository.push(change({ branch: 'new', from: 'gone' })))).toMatchObject({
      code: 'ref-vanished',
    })
    expect(commits()).toHaveLength(2)
  })

  test('that the server does not take is said with its reason, and is not tried for ever', async () => {
    const hook = join(rig.origin.folder, '.git', 'hooks', 'pre-receive')
    writeFileSync(hook, '#!/bin/sh\necho "main is protected: open a pull request" >&2\nexit 1\n')
    chmodSync(hook, 0o755)
    const repository = await rig.open()
    const failure = await failureOf(repository.push(change()))
    expect(failure).toMatchObject({ code: 'refused', hint: expect.stringContaining('branch of its own') })
    expect(commits()).toEqual(['change'])
  })
})

describe('incident 35: many write at once', () => {
  test("ten writers lose no commit, and nobody else's", async () => {
    const writers = Array.from({ length: 10 }, (_, at) => write(`intent-${at}`, `line ${at}`))
    const person = rig.origin.git('rev-parse', 'main')
    await Promise.all(writers.map(({ ended }) => ended))
    const lines = atServer('log.txt').split('\n')
    expect(lines[0]).toBe('first')
    expect(lines.slice(1).toSorted()).toEqual(Array.from({ length: 10 }, (_, at) => `line ${at}`))
    expect(commits()).toHaveLength(11)
    expect(rig.origin.git('merge-base', 'main', person)).toBe(person)
  })

  test('a branch that was rewritten meanwhile is not put back', async () => {
    rig.origin.commit({ 'apps/a.yaml': 'a: wrong\n' }, 'a mistake')
    const repository = await rig.open()
    let edits = 0
    await repository.push(
      change({
        edit: async () => {
          if (edits++ === 0) rig.origin.git('update-ref', 'refs/heads/main', 'main^')
          return new Map([['apps/a.yaml', 'a: 2\n']])
        },
      }),
    )
    expect(edits).toBe(2)
    expect(commits()).toEqual(['Write back a', 'change'])
  })

  test('one that is killed between commit and push, or after the push, ends as one commit of its intent', async () => {
    for (const [hook, taken] of [
      ['pre-receive', 0],
      ['post-receive', 1],
    ] as const) {
      const intent = `killed-at-${hook}`
      const before = commits().length
      const [began, end] = [join(rig.cacheDir, `${hook}.began`), join(rig.cacheDir, `${hook}.end`)]
      // The server holds the push up until the writer is gone; what is not accepted by then, it refuses.
      const script = `#!/bin/sh\ntouch ${began}\nwhile [ ! -e ${end} ]; do sleep 0.02; done\nexit 1\n`
      const file = join(rig.origin.folder, '.git', 'hooks', hook)
      writeFileSync(file, script)
      chmodSync(file, 0o755)
      const killed = write(intent, 'killed')
      await waitFor(() => existsSync(began))
      killed.kill()
      await killed.ended
      writeFileSync(end, '')
      rmSync(file)
      await waitFor(() => commits().length === before + taken)
      const again = write(intent, 'killed')
      await again.ended
      expect(again.result()).toEqual({ commit: rig.origin.git('rev-parse', 'main'), isNew: taken === 0 })
      expect(commits()).toHaveLength(before + 1)
    }
  })

  function write(intent: string, line: string) {
    const args = [rig.origin.folder, join(rig.cacheDir, intent), 'main', intent, line]
    const child = fork(program, args, { stdio: 'inherit' })
    let result: Pushed | undefined
    child.on('message', (message: unknown) => (result = message as Pushed))
    const ended = new Promise((resolve) => child.on('close', resolve))
    return { ended, result: () => result, kill: () => child.kill('SIGKILL') }
  }
})

describe('a server', () => {
  const pushTo = async (more: Partial<OpenOptions>): Promise<void> => {
    const repository = await rig.open(more)
    await repository.push(change())
    expect(atServer('apps/a.yaml')).toBe('a: 2')
  }

  test('takes a change over HTTPS by the credential, and one without the right is told so', async () => {
    const password: GitSecret = { kind: 'password', username: 'git', password: 'pw-canary-9d2e' }
    const server = await serveHttps(
      rig.origin.folder,
      `Basic ${Buffer.from('git:pw-canary-9d2e').toString('base64')}`,
    )
    closing.push(() => server.close())
    const at = { url: server.url, caFile: server.caFile }
    const wrong = await rig.open({
      ...at,
      credential: { name: 'x', read: async () => ({ ...password, password: 'no' }) },
    })
    expect(await failureOf(wrong.push(change()))).toMatchObject({ code: 'denied' })
    await pushTo({
      ...at,
      cacheDir: `${rig.cacheDir}/right`,
      credential: { name: 'x', read: async () => password },
    })
  })

  // Some machines have no sshd.
  test.skipIf(sshd === undefined)('takes a change over SSH', async () => {
    const server = await serveSsh(sshd ?? '', rig.origin.folder)
    closing.push(() => server.close())
    const { privateKey, knownHosts } = server
    await pushTo({
      url: server.url,
      credential: { name: 'x', read: async () => ({ kind: 'ssh', privateKey, knownHosts }) },
    })
  })
})
