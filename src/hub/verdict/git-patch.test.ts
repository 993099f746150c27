import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { gitPatch } from './index.ts'

const lines = Array.from({ length: 20 }, (_, at) => `line ${at}\n`).join('')

test.each([
  ['a line changed', 'a.yaml', lines, lines.replace('line 9\n', 'another\n')],
  ['the first line gone', 'a.yaml', lines, lines.replace('line 0\n', '')],
  ['lines at the end', 'a/b c.yaml', lines, `${lines}one\ntwo\n`],
  ['no last line break', 'ä "b".yaml', lines.trimEnd(), `${lines.trimEnd()}, longer`],
  ['a last line break added', 'a.yaml', lines.trimEnd(), lines],
  ['two places', 'a.yaml', lines, lines.replace('line 3\n', '').replace('line 15', 'line x')],
  [
    'line breaks of two letters',
    'a.yaml',
    lines.replaceAll('\n', '\r\n'),
    lines.replaceAll('\n', '\r\n').replace('9', 'x'),
  ],
  ['a new file', 'new/folder/a.yaml', undefined, lines],
  ['emptied', 'a.yaml', lines, ''],
])('git applies a patch and has what was meant: %s', async (_, file, before, after) => {
  const folder = await mkdtemp(join(tmpdir(), 'evenkeel-patch-'))
  try {
    const git = (...args: string[]) => execFileSync('git', args, { cwd: folder })
    git('init', '-q')
    const path = join(folder, file)
    if (before !== undefined) {
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, before)
    }
    await writeFile(join(folder, 'change.patch'), gitPatch(file, before, after))
    git('apply', 'change.patch')
    expect(await readFile(path, 'utf8')).toBe(after)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
