/**
 * What every answer says to a browser: keep nothing, guess no type, run and load nothing, be in no frame, tell no other
 * origin where one comes from (OWASP Secure Headers; safety rows 40, 41). A page of the program brings a policy of its own.
 */
export function securityHeaders(secure: boolean): readonly (readonly [name: string, value: string])[] {
  return [
    ['cache-control', 'no-store'],
    ['x-content-type-options', 'nosniff'],
    [
      'content-security-policy',
      "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ],
    ['x-frame-options', 'DENY'],
    ['referrer-policy', 'no-referrer'],
    ['cross-origin-opener-policy', 'same-origin'],
    ['cross-origin-resource-policy', 'same-origin'],
    ['permissions-policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()'],
    ...(secure ? [['strict-transport-security', 'max-age=31536000'] as const] : []),
  ]
}
