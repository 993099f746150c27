import { RE2JS } from 're2js'
import { z } from 'zod'

/** Absent, null and empty are the same: the rule is not set. */
const rule = z
  .string()
  .nullish()
  .transform((text) => text ?? '')

/** What SOPS writes beside the content of a file, as far as it is used here (stores/stores.go, `Metadata`). */
const metadataSchema = z.looseObject({
  age: z.array(z.looseObject({ enc: z.string() })).nullish(),
  key_groups: z.array(z.unknown()).nullish(),
  shamir_threshold: z.number().nullish(),
  mac: z.string(),
  lastmodified: z.string(),
  mac_only_encrypted: z.boolean().nullish(),
  unencrypted_suffix: rule,
  encrypted_suffix: rule,
  unencrypted_regex: rule,
  encrypted_regex: rule,
  unencrypted_comment_regex: rule,
  encrypted_comment_regex: rule,
})

export type SopsMetadata = z.infer<typeof metadataSchema>

/** Reads the metadata, or says what is not supported. */
export function readMetadata(
  value: unknown,
): { readonly metadata: SopsMetadata } | { readonly refused: string } {
  const parsed = metadataSchema.safeParse(value)
  if (!parsed.success) return { refused: 'its metadata are not complete' }
  const { data } = parsed
  if ((data.key_groups ?? []).length > 0) return { refused: 'its key is split among groups of keys' }
  if (data.unencrypted_comment_regex !== '' || data.encrypted_comment_regex !== '') {
    return { refused: 'comments say which of its values are encrypted' }
  }
  if ((data.age ?? []).length === 0) return { refused: 'it is encrypted for no age key' }
  return { metadata: data }
}

/**
 * Which values are encrypted (sops.go, `shouldBeEncrypted`): every later rule that is set decides anew. Throws for a
 * pattern that is none.
 */
export function encryptionRule(metadata: SopsMetadata): (path: readonly string[]) => boolean {
  const { unencrypted_suffix: notSuffix, encrypted_suffix: suffix } = metadata
  const not = patternOf(metadata.unencrypted_regex)
  const only = patternOf(metadata.encrypted_regex)
  return (path) => {
    let encrypted = true
    if (notSuffix !== '') encrypted = !path.some((key) => key.endsWith(notSuffix))
    if (suffix !== '') encrypted = path.some((key) => key.endsWith(suffix))
    if (not !== undefined && path.some((key) => not.matcher(key).find())) encrypted = false
    if (only !== undefined) encrypted = path.some((key) => only.matcher(key).find())
    return encrypted
  }
}

/** Go's own patterns, which never backtrack. */
function patternOf(text: string): RE2JS | undefined {
  return text === '' ? undefined : RE2JS.compile(text)
}
