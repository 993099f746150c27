import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** A work tree that tests commit to, as a person would with git. */
export class Origin {
  readonly folder: string

  private constructor(folder: string) {
    this.folder = folder
  }

  static create(branch = 'main'): Origin {
    const origin = new Origin(mkdtempSync(join(tmpdir(), 'evenkeel-origin-')))
    origin.git('init', '--quiet', `--initial-branch=${branch}`)
    origin.git('config', 'user.name', 'Test')
    origin.git('config', 'user.email', 'test@example.com')
    return origin
  }

  /** Runs git in the work tree and gives what it printed. */
  git(...args: string[]): string {
    const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' }
    return execFileSync('git', args, { cwd: this.folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
      .toString()
      .trim()
  }

  write(path: string, text: string | Uint8Array): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true })
    writeFileSync(join(this.folder, path), text)
  }

  link(path: string, target: string): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true })
    symlinkSync(target, join(this.folder, path))
  }

  /** Writes files, commits everything, and gives the commit. */
  commit(files: Readonly<Record<string, string>> = {}, message = 'change'): string {
    for (const [path, text] of Object.entries(files)) this.write(path, text)
    this.git('add', '--all')
    this.git('commit', '--quiet', '--allow-empty', '-m', message)
    return this.git('rev-parse', 'HEAD')
  }

  /** Makes a commit of raw tree entries, such as no work tree could hold. */
  commitTree(entries: readonly { mode: string; name: string; id: string; type?: string }[]): string {
    const input = entries
      .map(({ mode, name, id, type }) => `${mode} ${type ?? 'blob'} ${id}\t${name}\0`)
      .join('')
    const made = spawnSync('git', ['mktree', '-z', '--missing'], { cwd: this.folder, input })
    if (made.status !== 0) throw new Error(made.stderr.toString())
    const commit = this.git('commit-tree', made.stdout.toString().trim(), '-m', 'raw')
    this.git('update-ref', 'HEAD', commit)
    return commit
  }

  /** The ID of a blob with this text. */
  blob(text: string): string {
    const made = spawnSync('git', ['hash-object', '-w', '--stdin'], { cwd: this.folder, input: text })
    return made.stdout.toString().trim()
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}
