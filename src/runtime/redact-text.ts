const mark = '[redacted]'

const names = [
  'token',
  'access[_-]token',
  'refresh[_-]token',
  'id[_-]token',
  'private[_-]token',
  'sig',
  'signature',
  'x-amz-signature',
  'x-amz-credential',
  'x-amz-security-token',
  'x-goog-signature',
  'password',
  'passwd',
  'secret',
  'client[_-]secret',
  'api[_-]?key',
].join('|')

/** What is cut out of a text, and what stands there instead. Every pattern is linear in the text's length. */
const rules: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----|$)/g, mark],
  [/\b(client-key-data|private-key-data)(["']?\s{0,8}[:=]\s{0,8}["']?)[A-Za-z0-9+/=]+/gi, `$1$2${mark}`],
  // User and password of a URL, up to the last @ before the path.
  [/([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/?#"'<>]{1,4096}@/gi, `$1${mark}@`],
  [new RegExp(`(?<![A-Za-z0-9])(${names})=[^\\s&#"'<>;,)]+`, 'gi'), `$1=${mark}`],
  [
    /\b(authorization["']?\s{0,8}[:=]\s{0,8}["']?(?![a-z]{1,20} \[redacted)(?:[a-z]{1,20} )?)[^\s"',[]+/gi,
    `$1${mark}`,
  ],
  [/\b(bearer|basic)\s{1,8}[A-Za-z0-9._~+/-]{6,}=*/gi, `$1 ${mark}`],
  [/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/g, mark],
  [/\b(?:gh[pousr]_|github_pat_|glpat-|xox[abprs]-)[A-Za-z0-9_-]{10,}/g, mark],
]

/**
 * A text from elsewhere (an error of a library, the output of a program) without the secrets that such texts
 * carry: user and password of URLs, signatures and tokens of query strings, authorization headers, JSON web
 * tokens, private keys (safety row 47). A text without any comes back as it is.
 */
export function redactText(text: string): string {
  let clean = text
  for (const [pattern, replacement] of rules) clean = clean.replace(pattern, replacement)
  return clean
}
