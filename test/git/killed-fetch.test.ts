import { fork, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { waitFor } from '../faults/wait-for.ts'
import { Rig, textsOf } from './opened.ts'

const program = join(import.meta.dirname, 'fetching-process.ts')
const mayMount = spawnSync('unshare', ['--map-root-user', '--mount', 'true']).status === 0

let rig: Rig

beforeEach(() => {
  rig = new Rig()
  rig.origin.write('big.bin', randomBytes(4 * 1024 * 1024))
  rig.origin.commit({ 'apps/a.yaml': 'a: 1\n' })
})

afterEach(() => rig.close())

const mirror = (): string => join(rig.cacheDir, 'mirror.git')
const inMirror = (): string[] => {
  try {
    return readdirSync(mirror(), { recursive: true }).map(String)
  } catch {
    return []
  }
}

/** The git programs that work in the mirror. */
function gitsInMirror(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(mirror())
      } catch {
        return false
      }
    })
}

describe('incidents 32 and 33: a process that is killed while it fetches', () => {
  const moments: readonly (readonly [string, () => boolean])[] = [
    ['makes the mirror', () => existsSync(mirror())],
    ['has started git', () => existsSync(join(rig.cacheDir, 'git.pid'))],
    ['writes a pack', () => inMirror().some((name) => name.includes('tmp_pack'))],
    ['has locked a file', () => inMirror().some((name) => name.endsWith('.lock'))],
    ['has the pack and not all refs', () => inMirror().some((name) => name.endsWith('.pack'))],
    ['has the branch', () => inMirror().includes('refs/heads/main')],
  ]

  test.each(moments)(
    'and %s leaves nothing that keeps the next from fetching, and no git',
    async (_, isNow) => {
      const child = fork(program, ['again', rig.origin.folder, rig.cacheDir], { stdio: 'ignore' })
      const ended = new Promise((resolve) => child.on('close', resolve))
      // Without a pause between two looks: some of these moments last for a millisecond.
      while (!isNow()) await new Promise((resolve) => setImmediate(resolve))
      child.kill('SIGKILL')
      await ended
      rig.origin.commit({ 'apps/a.yaml': 'a: 2\n' })
      const repository = await rig.fetched()
      expect(await textsOf(repository, 'main', 'apps')).toEqual({ 'apps/a.yaml': 'a: 2\n' })
      await waitFor(() => gitsInMirror().length === 0)
      expect(inMirror().filter((name) => /tmp_|\.lock$|gc\.pid/.test(name))).toEqual([])
      expect(existsSync(join(rig.cacheDir, 'git.pid'))).toBe(false)
      const bytes = inMirror().reduce((sum, name) => sum + statSync(join(mirror(), name)).size, 0)
      expect(bytes).toBeLessThan(2 * 4 * 1024 * 1024 + 1024 * 1024)
    },
  )
})

// Needs a mount namespace of its own, for a small disk; some containers grant none.
test.skipIf(!mayMount)(
  'incident 33: a full disk is said, leaves nothing behind, and is forgotten when there is room',
  () => {
    mkdirSync(rig.cacheDir, { recursive: true })
    const mount = 'mount -t tmpfs -o size=12m,mode=700 none "$1" && shift && exec "$@"'
    const done = spawnSync(
      'unshare',
      [
        '--map-root-user',
        '--mount',
        'sh',
        '-c',
        mount,
        'sh',
        rig.cacheDir,
        process.execPath,
        program,
        'full',
        rig.origin.folder,
        rig.cacheDir,
      ],
      { encoding: 'utf8' },
    )
    expect(JSON.parse(done.stdout || JSON.stringify(done.stderr))).toEqual({
      full: 'no-space',
      left: [],
      after: rig.origin.git('rev-parse', 'HEAD'),
    })
  },
)
