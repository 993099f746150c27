import type { Problem } from '../../core/problem.ts'
import type { SopsKeys } from './age-keys.ts'
import { decryptSops, isSopsFile } from './decrypt-sops.ts'

type Files = ReadonlyMap<string, Uint8Array>

/** Keys, or why none are given out here. */
export type SopsAccess = SopsKeys | { readonly withheld: string } | undefined

/** The files of a source with the encrypted ones decrypted, or what is wrong with them, file by file. */
export async function decryptTree(
  files: Files,
  access: SopsAccess,
): Promise<{ readonly files: Files } | { readonly problems: readonly Problem[] }> {
  const decrypted = new Map(files)
  const problems: Problem[] = []
  for (const [file, content] of files) {
    const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength)
    if (!bytes.includes('ENC[AES256_GCM,')) continue
    const text = bytes.toString('utf8')
    if (!isSopsFile(text)) continue
    const outcome =
      access !== undefined && 'withheld' in access
        ? { refused: 'it is encrypted with SOPS', hint: access.withheld }
        : await decryptSops(text, access)
    if ('text' in outcome) decrypted.set(file, Buffer.from(outcome.text))
    else {
      const { refused: message, hint } = outcome
      problems.push({ file, line: 1, subject: 'source', message, hint, severity: 'error' })
    }
  }
  return problems.length > 0 ? { problems } : { files: decrypted }
}
