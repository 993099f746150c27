import { armor, Decrypter } from 'age-encryption'

/** What opens data keys. */
export interface SopsKeys {
  /** The data key that one of these is an armored age file of; undefined where no key of ours opens any. */
  open(files: readonly string[]): Promise<Uint8Array | undefined>
}

/**
 * Keys from texts such as `age-keygen` writes: a line `AGE-SECRET-KEY-1…` for each, comments between them. The texts are
 * read anew for each file, so that a changed secret takes effect. Throws when a text holds no key, without showing it.
 */
export function openAgeKeys(texts: () => Promise<readonly string[]>): SopsKeys {
  return {
    async open(files) {
      const identities = (await texts()).flatMap(identitiesIn)
      for (const file of files) {
        const decrypter = new Decrypter()
        for (const identity of identities) decrypter.addIdentity(identity)
        const key = await decrypter.decrypt(armor.decode(file.trim())).catch(() => undefined)
        if (key !== undefined) return key
      }
      return undefined
    },
  }
}

function identitiesIn(text: string): string[] {
  const found = text.split('\n').map((line) => line.trim())
  const identities = found.filter((line) => /^AGE-SECRET-KEY-(PQ-)?1[A-Z0-9]+$/.test(line))
  if (identities.length === 0) throw new Error('no line of it is an age key')
  return identities
}
