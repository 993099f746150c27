import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { readUntrustedYaml } from '../archive/index.ts'
import { digestOf } from '../blob-cache.ts'
import type { VerifyOptions } from '../contract.ts'
import { chartFailure } from '../failures.ts'
import { keyRing } from './key-ring.ts'

/** The largest provenance file that is looked at. */
export const mostProvenanceBytes = 1024 * 1024

export interface Claim {
  /** `name-version.tgz`, as the provenance names it. */
  readonly fileName: string
  readonly archive: Uint8Array
}

const filesSchema = z.looseObject({ files: z.record(z.string(), z.string()) })
const bad = new Set(['BADSIG', 'ERRSIG', 'EXPSIG', 'EXPKEYSIG', 'REVKEYSIG', 'NODATA', 'FAILURE'])

/**
 * Makes sure that one of the keys signed this very archive under this very name, by gpgv: it verifies, and gives out
 * only the text that was signed (safety row 50). Throws `bad-key`, `bad-signature` or `no-gpgv`.
 */
export async function verifyProvenance(
  provenance: Uint8Array,
  claim: Claim,
  { keys }: VerifyOptions,
  subject: string,
): Promise<void> {
  const text = await signedText(provenance, keyRing(keys, subject), subject)
  const named = filesIn(text)[claim.fileName]
  if (named === undefined) {
    throw badSignature(subject, `the signature does not name ${claim.fileName}`)
  }
  if (named !== digestOf(claim.archive)) {
    throw badSignature(subject, `${claim.fileName} is not the archive that was signed`)
  }
}

async function signedText(provenance: Uint8Array, ring: Buffer, subject: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'evenkeel-gpgv-'))
  try {
    const at = (name: string): string => join(folder, name)
    await writeFile(at('ring.gpg'), ring)
    await writeFile(at('chart.prov'), provenance)
    const status = await runGpgv(
      [
        `--homedir=${folder}`,
        '--status-fd=1',
        '--weak-digest=SHA1',
        '--weak-digest=RIPEMD160',
        `--keyring=${at('ring.gpg')}`,
        `--output=${at('signed')}`,
        '--',
        at('chart.prov'),
      ],
      subject,
    )
    const words = status
      .split('\n')
      .map((line) => /^\[GNUPG:\] ([A-Z_]+)/.exec(line)?.[1])
      .filter((word) => word !== undefined)
    const count = (wanted: string): number => words.filter((word) => word === wanted).length
    const isGood =
      count('GOODSIG') === 1 && count('VALIDSIG') === 1 && count('NEWSIG') === 1 && count('PLAINTEXT') === 1
    if (!isGood || words.some((word) => bad.has(word))) {
      const isUnknown = words.includes('NO_PUBKEY')
      throw badSignature(subject, isUnknown ? 'it was signed with another key' : 'its signature is not valid')
    }
    return await readFile(at('signed'), 'utf8')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** What gpgv says about itself; its exit code says less than its words, and is not needed beside them. */
function runGpgv(args: readonly string[], subject: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const settings = {
      env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C' },
      timeout: 30_000,
      killSignal: 'SIGKILL',
      maxBuffer: 1024 * 1024,
    } as const
    execFile('gpgv', args, settings, (error, stdout) => {
      if (error === null || typeof error.code === 'number') {
        resolve(stdout)
        return
      }
      reject(
        error.code === 'ENOENT'
          ? chartFailure(subject, 'no-gpgv', 'cannot verify its signature: there is no gpgv', {
              hint: 'install the package gpgv where the hub runs',
            })
          : badSignature(subject, 'gpgv did not come to an end'),
      )
    })
  })
}

/** The digests by file name, in the second part of what was signed: Chart.yaml, `...`, `files: …`. */
function filesIn(text: string): Readonly<Record<string, string>> {
  const parts = text.split(/^\.\.\.\r?$/m)
  try {
    const [document] = readUntrustedYaml(parts.at(-1) ?? '', { bytes: mostProvenanceBytes, values: 10_000 })
    return filesSchema.parse(document).files
  } catch {
    return {}
  }
}

function badSignature(subject: string, what: string): Error {
  return chartFailure(subject, 'bad-signature', `cannot be trusted: ${what}`, {
    hint: 'compare the keys with those of the publisher',
  })
}
