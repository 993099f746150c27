import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ChartSpec, packChart, sha256 } from './pack-chart.ts'

/** Somebody with an OpenPGP key, as GnuPG makes them. */
export interface Signer {
  /** The public key with armor, and without. */
  readonly armored: string
  readonly binary: Buffer
  /** The provenance of a chart as `helm package --sign` writes it; for another file name or digest where given. */
  provenanceOf(spec: ChartSpec, more?: { readonly fileName?: string; readonly digest?: string }): string
  /** A text with a signature, whatever it says. */
  sign(text: string, ...flags: string[]): string
  close(): void
}

export function makeSigner(expires = 'never', createdAt?: string): Signer {
  const home = mkdtempSync(join(tmpdir(), 'gpg-'))
  const gpg = (args: readonly string[], input = ''): Buffer =>
    execFileSync('gpg', ['--batch', '--quiet', '--homedir', home, '--passphrase', '', ...args], {
      input,
      stdio: ['pipe', 'pipe', 'ignore'],
    })
  const time = createdAt === undefined ? [] : ['--faked-system-time', createdAt]
  gpg([...time, '--quick-generate-key', 'Publisher <publisher@example.com>', 'ed25519', 'sign', expires])
  const sign = (text: string, ...flags: string[]): string =>
    gpg([...time, ...flags, '--clearsign'], text).toString()
  return {
    armored: gpg(['--armor', '--export']).toString(),
    binary: gpg(['--export']),
    sign,
    provenanceOf(spec, more = {}) {
      const { name, version } = spec
      const digest = more.digest ?? `sha256:${sha256(packChart(spec))}`
      const fileName = more.fileName ?? `${name}-${version}.tgz`
      return sign(
        `apiVersion: v2\nname: ${name}\nversion: ${version}\n\n...\nfiles:\n  ${fileName}: ${digest}\n`,
      )
    },
    close() {
      execFileSync('gpgconf', ['--homedir', home, '--kill', 'gpg-agent'], { stdio: 'ignore' })
      rmSync(home, { recursive: true, force: true })
    },
  }
}
