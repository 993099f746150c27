import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type GitRepository, type OpenOptions, openRepository } from '../../src/git/index.ts'
import { Origin } from './origin.ts'

/** An origin, a cache folder, and the repositories that a test opens; all gone after `close`. */
export class Rig {
  readonly origin = Origin.create()
  readonly cacheDir = mkdtempSync(join(tmpdir(), 'evenkeel-mirror-'))
  readonly #opened: GitRepository[] = []

  async open(more: Partial<OpenOptions> = {}): Promise<GitRepository> {
    const repository = await openRepository({ url: this.origin.folder, cacheDir: this.cacheDir, ...more })
    this.#opened.push(repository)
    return repository
  }

  async fetched(more: Partial<OpenOptions> = {}): Promise<GitRepository> {
    const repository = await this.open(more)
    await repository.fetch()
    return repository
  }

  async close(): Promise<void> {
    await Promise.all(this.#opened.map((repository) => repository.close()))
    this.origin.remove()
    rmSync(this.cacheDir, { recursive: true, force: true })
  }
}

/** What a promise fails with; a text when it does not. */
export async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => 'no failure',
    (error: unknown) => error,
  )
}

/** The texts of a ref below a path, by path. */
export async function textsOf(
  repository: GitRepository,
  ref?: string,
  path = '',
): Promise<Record<string, string>> {
  const { commit } = await repository.resolve(ref)
  const files = await repository.readTree(commit, path)
  return Object.fromEntries([...files].map(([name, file]) => [name, file.text]))
}
