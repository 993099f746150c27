import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { Json } from '../../src/core/object/index.ts'
import { readYaml } from '../../src/render/yaml/index.ts'
import type { Files } from './rig.ts'

/** The objects that a native tool prints; throws what it says when it fails. */
export async function nativeObjects(program: string, args: readonly string[]): Promise<Json[]> {
  const { stdout } = await promisify(execFile)(program, [...args], { maxBuffer: 256 * 1024 * 1024 })
  const { documents, problems } = readYaml(stdout, 'native', { repeatedKeys: 'last wins' })
  if (problems[0] !== undefined) throw new Error(problems[0].message)
  return documents.map(({ value }) => value)
}

/** Writes files into a folder of their own, which is gone after its use. */
export async function writeFolder(files: Files): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'evenkeel-render-'))
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(path, name)), { recursive: true })
    await writeFile(join(path, name), content)
  }
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}
